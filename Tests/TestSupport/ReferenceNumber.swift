package import SkepModel

/// A number of the one domain that integers and doubles form.
package enum ReferenceNumber: Sendable {
    case integer(Int128)
    case double(Double)

    /// The number that a value is, if it is one.
    package init?(_ value: Value) {
        switch value {
        case .int(let number): self = .integer(Int128(number))
        case .double(let number): self = .double(number)
        case .string, .bool: return nil
        }
    }

    /// The number in a cell, if there is one.
    package init?(_ cell: ReferenceCell) {
        switch cell {
        case .integer(let number): self = .integer(number)
        case .double(let number, _): self = .double(number)
        case .null, .heatmap: return nil
        }
    }

    package var double: Double {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        }
    }

    /// Negative, 0 or positive as `left` is below, equal to or above `right`, exactly.
    package static func order(_ left: ReferenceNumber, _ right: ReferenceNumber) -> Int {
        switch (left, right) {
        case (.integer(let first), .integer(let second)):
            return first < second ? -1 : first > second ? 1 : 0
        case (.double(let first), .double(let second)):
            return first < second ? -1 : first > second ? 1 : 0
        case (.integer(let first), .double(let second)):
            if second >= 0x1p126 { return -1 }
            if second <= -0x1p126 { return 1 }
            // A double below 2^126 has its whole part in 128 bits.
            let whole = Int128(second.rounded(.down))
            if first != whole { return first < whole ? -1 : 1 }
            return Double(whole) < second ? -1 : 0
        case (.double, .integer): return -order(right, left)
        }
    }

    /// The number that a text spells in the grammar of JSON.
    package static func spelled(by text: String) -> Value? {
        var rest = Substring(text)
        func digits() -> String {
            let found = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(found.count)
            return String(found)
        }
        func skip(_ characters: String) -> Bool {
            guard let next = rest.first, characters.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("-")
        let whole = digits()
        if whole.isEmpty || (whole.count > 1 && whole.hasPrefix("0")) { return nil }
        var isWhole = true
        if skip(".") {
            isWhole = false
            if digits().isEmpty { return nil }
        }
        if skip("eE") {
            isWhole = false
            _ = skip("+-")
            if digits().isEmpty { return nil }
        }
        guard rest.isEmpty else { return nil }
        if isWhole, let number = Int64(text) { return .int(number) }
        guard let number = Double(text), number.isFinite else { return nil }
        return .double(number)
    }
}
