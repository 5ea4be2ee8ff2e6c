internal import SkepModel

// TIME and GRANULARITY.
extension TextParser {
    /// Units written as words, in seconds.
    private static let unitWords: [String: Int] = [
        "SECOND": 1, "SECONDS": 1, "MINUTE": 60, "MINUTES": 60, "HOUR": 3_600, "HOURS": 3_600,
        "DAY": 86_400, "DAYS": 86_400, "WEEK": 604_800, "WEEKS": 604_800,
    ]

    /// Reads `LAST 2h`, `2h FROM a`, `2h TO b`, `a TO b`, `FROM a TO b`, `FROM a`, `TO b`.
    mutating func time() throws(SkepError) {
        let start = next.range.lowerBound
        let isLast = skip(keyword: "LAST")
        if let range = duration() {
            query.time.range = range
            if skip(keyword: "FROM") {
                query.time.start = try timestamp()
            } else if skip(keyword: "TO") {
                query.time.end = try timestamp()
            }
        } else if isLast {
            throw failure("LAST takes a length of time such as 2h, 30m or 7d, not \(next.shown).")
        } else if skip(keyword: "TO") {
            query.time.end = try timestamp()
        } else {
            let isExplicit = skip(keyword: "FROM")
            query.time.start = try timestamp()
            if skip(keyword: "TO") {
                query.time.end = try timestamp()
            } else if !isExplicit {
                throw failure("expected TO and the end of the time, found \(next.shown).")
            }
        }
        places[QueryPlace(.time)] = start..<consumedEnd
    }

    mutating func granularity() throws(SkepError) {
        let start = next.range.lowerBound
        if skip(keyword: "AUTO") { return }
        if let seconds = duration() {
            query.granularity = seconds
        } else if case .word(let word) = next.kind, let seconds = Int(word), seconds >= 0 {
            advance()
            query.granularity = seconds
        } else {
            throw failure("GRANULARITY takes a length of time such as 1m, not \(next.shown).")
        }
        places[QueryPlace(.granularity)] = start..<consumedEnd
    }

    /// Reads a length of time, if one comes next: `2h`, `1h30m`, `1h 30m`, `2 hours`.
    mutating func duration() -> Int? {
        var total: Int?
        while case .word(let word) = next.kind {
            var length = DurationText.parse(word)
            var isWords = false
            if length == nil, let count = Int(word), count >= 0,
                let unit = Self.unitWords[following.keyword ?? ""]
            {
                let product = count.multipliedReportingOverflow(by: unit)
                length = product.overflow ? nil : product.partialValue
                isWords = true
            }
            guard let length else { break }
            let sum = (total ?? 0).addingReportingOverflow(length)
            guard !sum.overflow else { break }
            total = sum.partialValue
            advance()
            if isWords { advance() }
        }
        return total
    }

    /// Reads a time: RFC 3339, a date, Unix seconds, or told from now; bare or quoted.
    private mutating func timestamp() throws(SkepError) -> Timestamp {
        let token = next
        var text: String
        switch token.kind {
        case .word(let word), .quoted(let word), .string(let word): text = word
        case .name, .symbol, .end:
            throw failure("expected a time, found \(token.shown).")
        }
        advance()
        // A space may stand between date and time.
        if case .word(let clock) = next.kind, Self.isDate(text), clock.contains(":"),
            clock.first?.isNumber == true
        {
            text += " " + clock
            advance()
        }
        guard let time = TimeText.parse(text, now: now) else {
            let advice =
                now != nil
                ? "write it as 2026-11-22T10:00:00Z, as now-2h or as Unix seconds."
                : text.uppercased() == "NOW"
                    ? "a time up to now is written as LAST 2h."
                    : "write it as 2026-11-22T10:00:00Z or as Unix seconds."
            throw failure(
                "`\(text)` is not a time; \(advice)", at: token.range.lowerBound..<consumedEnd)
        }
        return time
    }

    private static func isDate(_ text: String) -> Bool {
        text.utf8.count == 10 && TimeText.parse(text + "T00:00") != nil
    }
}
