/// Rounding of nanoseconds to six significant digits, so that written durations are exact.
enum SixDigits {
    static func roundedUp(_ nanoseconds: Int64) -> Int64 {
        let unit = unit(nanoseconds)
        return (nanoseconds &+ unit &- 1) / unit &* unit
    }

    static func roundedDown(_ nanoseconds: Int64) -> Int64 {
        let unit = unit(nanoseconds)
        return nanoseconds / unit &* unit
    }

    /// The power of ten of the last of six digits; 1 for shorter numbers.
    private static func unit(_ nanoseconds: Int64) -> Int64 {
        var unit: Int64 = 1
        // At most 13 rounds for 64 bits, so the unit stays below 10^14.
        while nanoseconds / unit >= 1_000_000 { unit &*= 10 }
        return unit
    }
}
