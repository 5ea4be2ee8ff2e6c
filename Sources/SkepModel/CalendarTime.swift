/// A moment in the proleptic Gregorian calendar, UTC, and its RFC 3339 text.
///
/// Days are converted by the era arithmetic of Howard Hinnant, "chrono-compatible low-level date
/// algorithms": exact over the whole range of `Int64` nanoseconds.
package enum CalendarTime {
    package static let nanosecondsPerDay: Int64 = 86_400_000_000_000

    /// Days from 1970-01-01 to a date; `month` is 1 to 12, `day` 1 to 31.
    package static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date that lies `days` after 1970-01-01.
    package static func date(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    /// The UTC day that holds a time, counted from the epoch (floor, also before 1970).
    package static func day(of nanoseconds: Int64) -> Int {
        let quotient = nanoseconds / nanosecondsPerDay
        return Int(nanoseconds % nanosecondsPerDay < 0 ? quotient - 1 : quotient)
    }
}

extension Timestamp {
    /// Reads an RFC 3339 time; a time without a zone is UTC, and a space may stand for the `T`.
    ///
    /// Fractions beyond nanoseconds are cut. A leap second reads as the second after.
    ///
    /// - Parameter text: The bytes of the text, all of which must be used.
    /// - Complexity: O(length), no allocation.
    package init?(rfc3339 text: UnsafeBufferPointer<UInt8>) {
        var position = 0
        func digits(_ count: Int) -> Int? {
            guard position + count <= text.count else { return nil }
            var number = 0
            for index in position..<position + count {
                let digit = Int(text[index]) - 48
                guard digit >= 0, digit <= 9 else { return nil }
                number = number * 10 + digit
            }
            position += count
            return number
        }
        func take(_ byte: UInt8) -> Bool {
            guard position < text.count, text[position] == byte else { return false }
            position += 1
            return true
        }
        guard let year = digits(4), take(45), let month = digits(2), take(45),
            let day = digits(2), (1...12).contains(month), day >= 1,
            day <= Self.lengthOfMonth(month, year: year)
        else { return nil }
        guard position < text.count else { return nil }
        guard take(84) || take(116) || take(32) else { return nil }
        guard let hour = digits(2), take(58), let minute = digits(2), hour < 24, minute < 60
        else { return nil }
        var second = 0
        if take(58) {
            guard let value = digits(2), value <= 60 else { return nil }
            second = value
        }
        var fraction: Int64 = 0
        if take(46) || take(44) {
            var scale: Int64 = 100_000_000
            let start = position
            while position < text.count, text[position] >= 48, text[position] <= 57 {
                fraction += Int64(text[position] - 48) * scale
                scale /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        var offsetSeconds = 0
        if position < text.count, !take(90), !take(122) {
            let sign = text[position] == 45 ? -1 : 1
            guard take(43) || take(45), let hours = digits(2) else { return nil }
            _ = take(58)
            guard let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
            offsetSeconds = sign * (hours * 3600 + minutes * 60)
        }
        guard position == text.count else { return nil }
        let days = CalendarTime.daysSinceEpoch(year: year, month: month, day: day)
        var seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds
        // The earliest second begins before the earliest time: count back from its end.
        if seconds < 0, fraction > 0 {
            seconds += 1
            fraction -= 1_000_000_000
        }
        let (whole, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (total, overflowed) = whole.addingReportingOverflow(fraction)
        guard !overflow, !overflowed else { return nil }
        self.init(nanoseconds: total)
    }

    /// Reads an RFC 3339 time from text.
    ///
    /// - Parameter text: Such as `2026-11-22T10:00:00Z` or `2026-11-22 10:00:00.25+01:00`.
    public init?(rfc3339 text: String) {
        var copy = text
        guard let parsed = copy.withUTF8({ Timestamp(rfc3339: $0) }) else { return nil }
        self = parsed
    }

    private static func lengthOfMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }

    /// The time as RFC 3339 text in UTC, with as many fraction digits (0, 3, 6 or 9) as it needs.
    public var rfc3339: String {
        let day = CalendarTime.day(of: nanoseconds)
        let (year, month, dayOfMonth) = CalendarTime.date(daysSinceEpoch: day)
        // Remainders are taken apart from the product, which could overflow near Int64.min.
        var remainder = nanoseconds % CalendarTime.nanosecondsPerDay
        if remainder < 0 { remainder += CalendarTime.nanosecondsPerDay }
        let seconds = Int(remainder / 1_000_000_000)
        let fraction = Int(remainder % 1_000_000_000)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
        text += "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):"
        text += padded(seconds % 60, 2)
        if fraction % 1_000_000 == 0 {
            if fraction != 0 { text += "." + padded(fraction / 1_000_000, 3) }
        } else if fraction % 1_000 == 0 {
            text += "." + padded(fraction / 1_000, 6)
        } else {
            text += "." + padded(fraction, 9)
        }
        return text + "Z"
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time as RFC 3339 text in UTC.
    public var description: String { rfc3339 }
}
