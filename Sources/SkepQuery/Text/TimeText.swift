package import SkepModel

/// Points in time as text.
package enum TimeText {
    /// Reads an RFC 3339 time, a date (its first moment, UTC), or Unix seconds.
    ///
    /// Unix seconds may have a fraction, of which nanoseconds are kept.
    package static func parse(_ text: String) -> Timestamp? {
        if let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00") {
            return time
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let seconds = Int64(parts[0]), !text.hasPrefix("+") else {
            return nil
        }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 &- 48 <= 9 }) else {
                return nil
            }
            let digits = parts[1].prefix(9)
            fraction = Int64(digits + String(repeating: "0", count: 9 - digits.utf8.count)) ?? 0
        }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (total, overflowed) = whole.addingReportingOverflow(
            text.hasPrefix("-") ? -fraction : fraction)
        return overflow || overflowed ? nil : Timestamp(nanoseconds: total)
    }
}
