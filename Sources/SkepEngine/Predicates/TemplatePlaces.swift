internal import SkepFormat

/// Where a needle may lie in the texts of a template, and what it asks of their numbers then.
///
/// The needle lies somewhere if its bytes agree with the literals there, and its runs of digits
/// with the numbers. A number that it passes through is the whole run, because no literal beside
/// a number goes on with a digit; at its ends it may begin or end within a number.
struct TemplatePlaces {
    /// What one number of a text must be like.
    struct Condition {
        enum Place {
            /// The number begins with the digits.
            case begins
            case ends, contains, equals
        }

        var number: Int
        var kind: DigitRuns.Kind
        var place: Place
        /// The number that the digits sought are, and how many they are.
        var value: UInt64
        var digitCount: Int
    }

    /// Which ends of the text a needle is tied to.
    struct Ties {
        var start = false
        var end = false
    }

    private enum Element {
        case literal([UInt8])
        case number(Int, DigitRuns.Kind)
    }

    private let needle: [UInt8]
    private let ties: Ties

    init(_ needle: [UInt8], ties: Ties) {
        self.needle = needle
        self.ties = ties
    }

    /// The places in a template: the conditions of each, of which all must hold.
    ///
    /// A place without conditions means that all texts of the template have the needle.
    ///
    /// - Complexity: O(bytes of the template × bytes of the needle).
    func places(in templates: TextTemplates, _ template: Int) -> [[Condition]] {
        let elements = Self.elements(of: templates, template)
        if needle.isEmpty {
            return ties.start && ties.end && !elements.isEmpty ? [] : [[]]
        }
        if ties.start {
            return conditions(elements, from: 0, startsThere: true).map { [$0] } ?? []
        }
        var places: [[Condition]] = []
        for (index, element) in elements.enumerated() {
            switch element {
            case .number:
                if let found = conditions(elements, from: index, startsThere: false) {
                    places.append(found)
                }
            case .literal(let literal):
                for offset in literal.indices {
                    let found = conditions(
                        elements, from: index, startsThere: true, skipping: offset)
                    if let found { places.append(found) }
                }
            }
        }
        return places
    }

    /// The literals and numbers of a template, without empty literals.
    private static func elements(of templates: TextTemplates, _ template: Int) -> [Element] {
        var elements: [Element] = []
        for index in 0...templates.numberCount(template) {
            let literal = templates.literal(template, index)
            if !literal.isEmpty { elements.append(.literal(Array(literal))) }
            if index < templates.numberCount(template) {
                elements.append(.number(index, templates.kind(template, index)))
            }
        }
        return elements
    }

    /// What numbers must be like for the needle to begin in an element; `nil` if it cannot.
    ///
    /// - Parameters:
    ///   - startsThere: Whether it begins where a number does, if the element is one.
    ///   - offset: Where in a literal it begins.
    private func conditions(
        _ elements: [Element], from first: Int, startsThere: Bool, skipping offset: Int = 0
    ) -> [Condition]? {
        var conditions: [Condition] = []
        var position = 0
        var index = first
        while position < needle.count {
            guard index < elements.count else { return nil }
            let rest = needle[position...]
            switch elements[index] {
            case .literal(let literal):
                let own = literal.dropFirst(index == first ? offset : 0)
                let shared = min(own.count, rest.count)
                guard own.prefix(shared) == rest.prefix(shared) else { return nil }
                if ties.end, own.count > shared { return nil }
                position += shared
            case .number(let number, let kind):
                let run = rest.prefix { kind.contains($0) }
                guard !run.isEmpty, let value = DigitRuns.value(run, kind: kind) else {
                    return nil
                }
                position += run.count
                let place = Self.place(
                    index > first || startsThere, position < needle.count || ties.end)
                if place == .equals, !kind.digitCounts.contains(run.count) { return nil }
                conditions.append(
                    Condition(
                        number: number, kind: kind, place: place, value: value,
                        digitCount: run.count))
            }
            index += 1
        }
        return ties.end && index < elements.count ? nil : conditions
    }

    private static func place(_ startsThere: Bool, _ endsThere: Bool) -> Condition.Place {
        switch (startsThere, endsThere) {
        case (true, true): .equals
        case (true, false): .begins
        case (false, true): .ends
        case (false, false): .contains
        }
    }
}
