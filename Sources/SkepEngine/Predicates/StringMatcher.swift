internal import CSkepKernels
internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What a condition asks of the bytes of a string.
enum StringMatcher: Sendable {
    case nothing
    case everything
    /// One of these strings.
    case oneOf(Set<[UInt8]>)
    /// Strings between two bounds, bytewise; a missing bound is open.
    case between(low: Bound?, high: Bound?)
    case prefix([UInt8])
    case suffix([UInt8])
    case contains([UInt8])

    struct Bound: Sendable {
        var bytes: [UInt8]
        var inclusive: Bool
    }

    /// Whether the strings of a dictionary have to be looked at.
    var readsDictionaries: Bool {
        switch self {
        case .nothing, .everything: false
        default: true
        }
    }

    /// Whether a string's bytes are accepted.
    ///
    /// - Complexity: O(`count`).
    func accepts(_ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        switch self {
        case .nothing: return false
        case .everything: return true
        case .oneOf(let set):
            for candidate in set where candidate.count == count {
                if Self.equal(candidate, bytes) { return true }
            }
            return false
        case .between(let low, let high):
            if let low {
                let order = Self.compare(bytes, count, low.bytes)
                if order < 0 || (order == 0 && !low.inclusive) { return false }
            }
            if let high {
                let order = Self.compare(bytes, count, high.bytes)
                if order > 0 || (order == 0 && !high.inclusive) { return false }
            }
            return true
        case .prefix(let prefix):
            return prefix.count <= count && Self.equal(prefix, bytes)
        case .suffix(let suffix):
            return suffix.count <= count && Self.equal(suffix, bytes + (count - suffix.count))
        case .contains(let needle):
            return Self.find(needle, in: bytes, count: count)
        }
    }

    private static func equal(_ text: [UInt8], _ bytes: UnsafePointer<UInt8>) -> Bool {
        text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return memcmp(base, bytes, buffer.count) == 0
        }
    }

    /// Bytewise order of `bytes` against `text`: negative, 0 or positive.
    static func compare(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ text: [UInt8]) -> Int {
        let shared = min(count, text.count)
        let order = text.withUnsafeBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return 0 }
            return memcmp(bytes, base, shared)
        }
        return order != 0 ? Int(order) : count - text.count
    }

    /// Whether `needle` occurs in the bytes.
    static func find(_ needle: [UInt8], in bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        needle.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else { return true }
            return buffer.count <= count && skep_find(bytes, count, base, buffer.count) < count
        }
    }
}
