package import SkepModel

/// A value as a group key: equal numbers are one key whatever their type, strings are their bytes.
package enum ReferenceKey: Sendable, Hashable {
    case missing
    case bool(Bool)
    case int(Int64)
    /// A double that no integer equals.
    case double(Double)
    case string([UInt8])

    package init(_ value: Value) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .double(let number):
            self = Int64(exactly: number).map { .int($0) } ?? .double(number)
        case .string(let text): self = .string(Array(text.utf8))
        }
    }

    /// The value shown for the group.
    package var value: Value? {
        switch self {
        case .missing: nil
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Missing, bools, numbers, strings.
    private var rank: Int {
        switch self {
        case .missing: 0
        case .bool: 1
        case .int, .double: 2
        case .string: 3
        }
    }

    private var number: ReferenceNumber? { value.flatMap { ReferenceNumber($0) } }

    /// Negative, 0 or positive as `left` comes before, with or after `right`.
    package static func order(_ left: ReferenceKey, _ right: ReferenceKey) -> Int {
        if left.rank != right.rank { return left.rank - right.rank }
        switch (left, right) {
        case (.bool(let first), .bool(let second)):
            return first == second ? 0 : second ? -1 : 1
        case (.string(let first), .string(let second)): return order(first, second)
        default:
            guard let first = left.number, let second = right.number else { return 0 }
            return ReferenceNumber.order(first, second)
        }
    }

    /// The bytewise order of two strings.
    package static func order(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left == right { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }
}
