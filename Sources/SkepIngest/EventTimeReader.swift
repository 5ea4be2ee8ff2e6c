internal import SkepJSON
internal import SkepModel

/// Reads the times of events: RFC 3339, or numbers (honeycomb.md 2.4).
struct EventTimeReader {
    /// The date read last, as text, and its first nanosecond; most events share it.
    private var lastDate: (high: UInt64, low: UInt16) = (0, 0)
    private var lastMidnight: Int64 = 0

    /// What a text says as a time.
    enum Reading: Equatable {
        /// Nanoseconds since the epoch.
        case time(Int64)
        /// A time later than 64 bits of nanoseconds can tell (in the year 2262).
        case beyondRange
        /// A time earlier than they can tell (in the year 1677).
        case beforeRange
        case notUnderstood
    }

    /// Reads a time.
    mutating func read(_ text: UnsafePointer<UInt8>, _ count: Int) -> Reading {
        if count >= 20, text[4] == UInt8(ascii: "-") {
            if let time = readCommon(text, count) { return .time(time) }
        }
        let bytes = UnsafeBufferPointer(start: text, count: count)
        if let time = Timestamp(rfc3339: bytes) {
            remember(text, count, time: time.nanoseconds)
            return .time(time.nanoseconds)
        }
        if let time = Self.readNumber(bytes) { return .time(time) }
        return Self.readFarTime(bytes)
    }

    /// Tells a time out of range from what is no time.
    @inline(never)
    private static func readFarTime(_ text: UnsafeBufferPointer<UInt8>) -> Reading {
        // Ten digits are seconds, also where they are too many.
        if text.count >= 10, text.count <= 19, text.allSatisfy({ $0 &- 48 <= 9 }) {
            return .beyondRange
        }
        guard text.count > 5, text.count <= 64, text[4] == UInt8(ascii: "-"),
            let year = Int(String(decoding: text.prefix(4), as: UTF8.self))
        else { return .notUnderstood }
        // All but the year is checked in a year of the same length.
        let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
        let other = Array((isLeap ? "2000" : "2001").utf8) + text.dropFirst(4)
        guard other.withUnsafeBufferPointer({ Timestamp(rfc3339: $0) }) != nil else {
            return .notUnderstood
        }
        return year > 2_000 ? .beyondRange : .beforeRange
    }

    /// Reads `yyyy-mm-ddThh:mm:ss[.fffffffff]Z` if its date is the one read last.
    @inline(__always)
    private func readCommon(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        let raw = UnsafeRawPointer(text)
        guard raw.loadUnaligned(as: UInt64.self) == lastDate.high,
            raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self) == lastDate.low,
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), text[count &- 1] == UInt8(ascii: "Z")
        else { return nil }
        let hour = Self.pair(text + 11)
        let minute = Self.pair(text + 14)
        let second = Self.pair(text + 17)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        // The date is within the range of times, a second on it may leave it: at the last one.
        var nanoseconds = (hour &* 3_600 &+ minute &* 60 &+ second) &* 1_000_000_000
        if count > 20 {
            let digits = count &- 21
            guard text[19] == UInt8(ascii: "."), digits > 0, digits <= 9 else { return nil }
            var fraction: Int64 = 0
            for index in 20..<20 &+ digits {
                let digit = text[index] &- 48
                guard digit <= 9 else { return nil }
                fraction = fraction &* 10 &+ Int64(digit)
            }
            for _ in digits..<9 { fraction = fraction &* 10 }
            nanoseconds &+= fraction
        }
        let (time, overflow) = lastMidnight.addingReportingOverflow(nanoseconds)
        return overflow ? nil : time
    }

    /// Two digits as a number, above 99 if they are not digits.
    @inline(__always)
    private static func pair(_ text: UnsafePointer<UInt8>) -> Int64 {
        let tens = text[0] &- 48
        let ones = text[1] &- 48
        return tens > 9 || ones > 9 ? 100 : Int64(tens &* 10 &+ ones)
    }

    private mutating func remember(_ text: UnsafePointer<UInt8>, _ count: Int, time: Int64) {
        // Only for UTC: with another zone the date is not the one in the text.
        guard count >= 20, text[count - 1] == UInt8(ascii: "Z") else { return }
        // A leap second is part of the next day, a time before 1970 rounds down.
        guard text[17] != UInt8(ascii: "6") else { return }
        let (midnight, overflow) = Int64(CalendarTime.day(of: time))
            .multipliedReportingOverflow(by: CalendarTime.nanosecondsPerDay)
        guard !overflow else { return }
        let raw = UnsafeRawPointer(text)
        lastDate = (
            raw.loadUnaligned(as: UInt64.self),
            raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        )
        lastMidnight = midnight
    }

    /// Reads a number as a time.
    ///
    /// Without point and exponent: 10 digits are seconds; of more, the digits behind the tenth
    /// are a fraction; fewer are not understood. With them: seconds. Digits beyond nanoseconds
    /// are cut.
    static func readNumber(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let start = text.baseAddress, text.count <= 400 else { return nil }
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text[(isNegative ? 1 : 0)...]
        let whole = digits.prefix { $0 &- 48 <= 9 }
        if whole.count == digits.count {
            guard !isNegative, whole.count >= 10, whole.count <= 19 else { return nil }
            return nanoseconds(whole.prefix(10), whole.dropFirst(10), isNegative: false)
        }
        if digits[whole.endIndex] == UInt8(ascii: "."), !whole.isEmpty {
            let fraction = digits[(whole.endIndex + 1)...]
            if !fraction.isEmpty, fraction.allSatisfy({ $0 &- 48 <= 9 }) {
                return nanoseconds(whole, fraction, isNegative: isNegative)
            }
        }
        guard case .double(let seconds) = JSONNumber.parse(start, start + text.count),
            abs(seconds) < 9.2e9
        else { return nil }
        let below = seconds.rounded(.down)
        return Int64(below) * 1_000_000_000 + Int64((seconds - below) * 1e9)
    }

    private static func nanoseconds(
        _ whole: Slice<UnsafeBufferPointer<UInt8>>, _ fraction: Slice<UnsafeBufferPointer<UInt8>>,
        isNegative: Bool
    ) -> Int64? {
        var seconds: Int64 = 0
        for byte in whole {
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = product.addingReportingOverflow(Int64(byte &- 48))
            guard !overflow, !overflowed else { return nil }
            seconds = sum
        }
        var part: Int64 = 0
        for byte in fraction.prefix(9) { part = part * 10 + Int64(byte &- 48) }
        for _ in min(9, fraction.count)..<9 { part *= 10 }
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = product.addingReportingOverflow(part)
        guard !overflow, !overflowed else { return nil }
        return isNegative ? -sum : sum
    }
}
