package import SkepModel

/// Points in time as text.
package enum TimeText {
    /// Reads an RFC 3339 time, a date (its first moment, UTC), Unix seconds, or a time told from
    /// `now`.
    ///
    /// Unix seconds may have a fraction, of which nanoseconds are kept.
    ///
    /// - Parameter now: What `now`, `now-2h` and `-2h` are told from; without it they are no times.
    package static func parse(_ text: String, now: Timestamp? = nil) -> Timestamp? {
        if let now, let time = relative(text.lowercased(), to: now) { return time }
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

    /// Reads `now`, `now-2h`, `now+5m` and `-2h`.
    private static func relative(_ text: String, to now: Timestamp) -> Timestamp? {
        let isNamed = text.hasPrefix("now")
        let rest = isNamed ? text.dropFirst(3) : text[...]
        guard let sign = rest.first else { return isNamed ? now : nil }
        guard sign == "-" || (sign == "+" && isNamed),
            let length = DurationText.parse(String(rest.dropFirst()))
        else { return nil }
        let (offset, tooLong) = Int64(length).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = now.nanoseconds.addingReportingOverflow(
            sign == "-" ? 0 &- offset : offset)
        return tooLong || overflow ? nil : Timestamp(nanoseconds: sum)
    }
}
