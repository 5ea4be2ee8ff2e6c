/// How many events one string has, where the string is known by its hash.
///
/// 24 bytes, as millions of them are kept: the count takes 16 bits, 13 of them a digit and 3 its
/// power of 2^13. A larger count is several entries, which joining adds up.
struct TallyEntry: BitwiseCopyable {
    /// The two halves of a `KeyedHash`.
    var high: UInt64
    var low: UInt64
    /// Where the string stands (see `TallySources`), above the 16 bits of the count.
    private var placeAndCount: UInt64

    private static let digitBits: UInt64 = 13
    private static let digitMask: UInt64 = 1 << digitBits - 1

    /// An entry of a count below `digitEnd`.
    @inline(__always)
    init(_ hash: KeyedHash.State, place: UInt64, count: UInt64) {
        (high, low) = (hash.high, hash.low)
        placeAndCount = place &<< 16 | count
    }

    /// An entry for the lowest digit of a count.
    @inline(__always)
    init(_ hash: KeyedHash.State, place: UInt64, digit: UInt64, power: UInt64) {
        (high, low) = (hash.high, hash.low)
        placeAndCount = place &<< 16 | power &<< Self.digitBits | digit & Self.digitMask
    }

    @inline(__always)
    var place: UInt64 { placeAndCount &>> 16 }

    /// The sum of the sample rates, or a digit of it.
    @inline(__always)
    var count: Int64 {
        let power = placeAndCount &>> Self.digitBits & 7
        return Int64(truncatingIfNeeded: placeAndCount & Self.digitMask)
            &<< Int64(truncatingIfNeeded: power &* Self.digitBits)
    }

    /// Counts below this are one entry.
    static let digitEnd: UInt64 = 1 << digitBits

    /// What is left of a count above its lowest digit.
    @inline(__always)
    static func rest(_ count: UInt64) -> UInt64 { count &>> digitBits }
}
