internal import CSkepKernels

/// The template of each text of a block, and the numbers in them.
final class TemplateMatches {
    /// The template of each text; one behind the last for a text of no template.
    private(set) var codes: [UInt8] = []
    /// The texts of each template.
    private(set) var counts: [Int]
    /// The templates of each group, the most frequent first.
    private(set) var groupTemplates: [[UInt8]] = []
    /// For each text the place of its template among those of its group.
    private(set) var positions: [Int64] = []
    /// Where each text of no template ends in `others`.
    private(set) var otherEnds: [UInt32] = []
    let others = PayloadBuffer()

    private(set) var templates: [TextTemplate]

    /// The templates as kernels want them.
    private var patterns: TextTemplates
    /// The number of each template, by its key.
    private var known: [[UInt8]: UInt8] = [:]
    private let parts = TextParts()
    /// The numbers of each template's texts, text by text.
    private var rows: [PayloadBuffer]

    /// Templates that are made of texts that fit none of the chosen ones: for each a few bytes are
    /// stored, even if it stays the only text.
    private static let mostAdded = 32
    /// Stands for no template until all are known.
    private static let other = UInt8.max

    /// Tries all texts against templates.
    ///
    /// - Returns: `nil` if too many texts have none.
    init?(
        _ chosen: [TextTemplate], ends: UnsafeBufferPointer<UInt32>, bytes: UnsafePointer<UInt8>,
        groups: UnsafePointer<UInt8>?, groupCount: Int
    ) {
        guard let patterns = Self.patterns(chosen) else { return nil }
        templates = chosen
        self.patterns = patterns
        rows = chosen.map { _ in PayloadBuffer(capacity: 64) }
        counts = [Int](repeating: 0, count: chosen.count)
        for (index, template) in chosen.enumerated() { known[template.key] = UInt8(index) }
        let most = min(FormatLimits.maxTemplates, chosen.count + Self.mostAdded)
        guard match(ends, bytes, groups, groupCount: max(groupCount, 1), most: most) else {
            return nil
        }
        place(groups, groupCount: max(groupCount, 1))
    }

    private static func patterns(_ templates: [TextTemplate]) -> TextTemplates? {
        templates.flatMap(\.marked).withUnsafeBufferPointer { joined in
            var start = 0
            let parts = templates.map { template -> UnsafeBufferPointer<UInt8> in
                defer { start += template.key.count }
                return UnsafeBufferPointer(rebasing: joined[start..<start + template.key.count])
            }
            return try? TextTemplates(parts)
        }
    }

    /// - Returns: Whether enough texts have a template.
    private func match(
        _ ends: UnsafeBufferPointer<UInt32>, _ bytes: UnsafePointer<UInt8>,
        _ groups: UnsafePointer<UInt8>?, groupCount: Int, most: Int
    ) -> Bool {
        // A text mostly has the template of the last one of its group.
        var last = [UInt8](repeating: 0, count: groupCount)
        codes.reserveCapacity(ends.count)
        var start = 0
        for index in 0..<ends.count {
            let end = Int(ends[index])
            let group = groups.map { Int($0[index]) } ?? 0
            let text = UnsafeBufferPointer(start: bytes + start, count: end - start)
            var code = last[group]
            if !append(text, template: Int(code)) {
                code = find(text, most: most)
                if code == Self.other || !append(text, template: Int(code)) {
                    guard appendOther(text, of: ends.count) else { return false }
                    code = Self.other
                } else {
                    last[group] = code
                }
            }
            codes.append(code)
            start = end
        }
        if !otherEnds.isEmpty {
            let code = UInt8(templates.count)
            for index in codes.indices where codes[index] == Self.other { codes[index] = code }
        }
        return true
    }

    /// The template that a text looks like, which may be a new one.
    private func find(_ text: UnsafeBufferPointer<UInt8>, most: Int) -> UInt8 {
        guard parts.read(text) else { return Self.other }
        let template = TextTemplate(parts)
        if let known = known[template.key] { return known }
        guard templates.count < most, let patterns = Self.patterns(templates + [template]) else {
            return Self.other
        }
        let code = UInt8(templates.count)
        known[template.key] = code
        templates.append(template)
        self.patterns = patterns
        rows.append(PayloadBuffer(capacity: 64))
        counts.append(0)
        return code
    }

    /// Lists the templates of each group, and finds each text's among them.
    private func place(_ groups: UnsafePointer<UInt8>?, groupCount: Int) {
        let width = templates.count + 1
        var uses = [Int](repeating: 0, count: groupCount * width)
        for (index, code) in codes.enumerated() {
            uses[(groups.map { Int($0[index]) } ?? 0) * width + Int(code)] += 1
        }
        var places = [Int64](repeating: 0, count: groupCount * width)
        for group in 0..<groupCount {
            let own = group * width..<(group + 1) * width
            let order = own.filter { uses[$0] > 0 }.sorted { (-uses[$0], $0) < (-uses[$1], $1) }
            groupTemplates.append(order.map { UInt8($0 - own.lowerBound) })
            for (place, use) in order.enumerated() { places[use] = Int64(place) }
        }
        positions = codes.indices.map { index in
            places[(groups.map { Int($0[index]) } ?? 0) * width + Int(codes[index])]
        }
    }

    /// Appends a text's numbers if it is of a template.
    private func append(_ text: UnsafeBufferPointer<UInt8>, template: Int) -> Bool {
        let row = rows[template]
        let size = patterns.numberCount(template) * 8
        let target = row.extend(by: size)
        guard let start = text.baseAddress,
            skep_match_template(
                patterns.patterns + template, start, text.count,
                target.assumingMemoryBound(to: Int64.self)) != 0
        else {
            row.truncate(to: row.count - size)
            return false
        }
        counts[template] += 1
        return true
    }

    /// - Returns: Whether texts of no template are not too many yet.
    private func appendOther(_ text: UnsafeBufferPointer<UInt8>, of count: Int) -> Bool {
        others.append(UnsafeRawBufferPointer(text))
        otherEnds.append(UInt32(others.count))
        return otherEnds.count * TemplateChoice.mostOthers <= count
    }

    /// How many numbers the texts of each template have.
    var numberCounts: [Int] { (0..<templates.count).map { patterns.numberCount($0) } }

    /// One number of all texts of a template.
    func numbers(template: Int, number: Int) -> [Int64] {
        let width = patterns.numberCount(template)
        let count = counts[template]
        let source = rows[template].base.assumingMemoryBound(to: Int64.self)
        return [Int64](unsafeUninitializedCapacity: count) { target, size in
            for index in 0..<count { target[index] = source[index &* width &+ number] }
            size = count
        }
    }
}
