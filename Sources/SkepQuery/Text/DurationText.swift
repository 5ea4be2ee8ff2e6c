/// Lengths of time as text: `90s`, `5m`, `2h`, `1h30m`, `7d`, `1w`.
package enum DurationText {
    /// Seconds of each unit, largest first.
    private static let units: [(name: Character, seconds: Int)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// Writes whole seconds in the largest unit that divides them: 60 is `1m`, 90 is `90s`.
    package static func print(_ seconds: Int) -> String {
        for unit in units where seconds != 0 && seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds)\(unit.name)"
        }
        return "\(seconds)s"
    }

    /// Reads a length such as `2h` or `1h30m` in whole seconds; units in any case.
    ///
    /// - Returns: The seconds, or `nil` if the text is not a length or does not fit.
    package static func parse(_ text: String) -> Int? {
        var total = 0
        var number: Int?
        for character in text.lowercased() {
            if let digit = character.wholeNumberValue, character.isASCII {
                guard let next = appending(digit, to: number ?? 0) else { return nil }
                number = next
            } else {
                guard let count = number, let unit = units.first(where: { $0.name == character })
                else { return nil }
                let (length, tooLong) = count.multipliedReportingOverflow(by: unit.seconds)
                let (sum, overflow) = total.addingReportingOverflow(length)
                guard !tooLong, !overflow else { return nil }
                total = sum
                number = nil
            }
        }
        return number == nil && !text.isEmpty ? total : nil
    }

    private static func appending(_ digit: Int, to number: Int) -> Int? {
        let (shifted, tooLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = shifted.addingReportingOverflow(digit)
        return tooLarge || overflow ? nil : sum
    }
}
