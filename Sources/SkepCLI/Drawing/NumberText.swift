/// Numbers as people read them.
enum NumberText {
    /// The number with that many digits behind the point, rounded half to even.
    static func fixed(_ number: Double, decimals: Int) -> String {
        guard number.isFinite else { return number.description }
        let scale = power(decimals)
        let scaled = (number * scale).rounded(.toNearestOrEven)
        guard abs(scaled) < 9e17 else { return number.description }
        let digits = String(UInt64(abs(scaled)))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals)
        let sign = scaled < 0 ? "-" : ""
        return decimals == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(padded.suffix(decimals))"
    }

    /// The number as in ``fixed(_:decimals:)``, unless that would make it look like nothing.
    static func cell(_ number: Double, decimals: Int) -> String {
        let text = fixed(number, decimals: decimals)
        let looksLikeZero = text.allSatisfy { "-0.".contains($0) }
        return looksLikeZero && number != 0 ? number.description : text
    }

    /// The digits behind the point that a column of numbers needs: six significant ones of the
    /// largest, three of the smallest, none that are zero in all.
    static func decimals(for numbers: [Double]) -> Int {
        var largest = 0.0
        var smallest = Double.infinity
        for number in numbers where number.isFinite && number != 0 {
            largest = max(largest, abs(number))
            smallest = min(smallest, abs(number))
        }
        guard largest > 0 else { return 0 }
        var decimals = min(6, max(0, 5 - exponent(largest), 2 - exponent(smallest)))
        while decimals > 0, numbers.allSatisfy({ fixed($0, decimals: decimals).hasSuffix("0") }) {
            decimals -= 1
        }
        return decimals
    }

    /// The number in at most five characters and a unit, for axes: `950`, `1.2k`, `3.45M`; beyond
    /// all units with an exponent, `9.4e299`.
    static func short(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : number.description }
        if abs(number) >= 1e22 || abs(number) < 1e-6 { return scientific(number) }
        let units = [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")]
        for (size, unit) in units where abs(number) >= size {
            return trimmed(number / (unit == "k" ? 1_000 : size)) + unit
        }
        return trimmed(number)
    }

    /// Three significant digits and an exponent.
    private static func scientific(_ number: Double) -> String {
        let parts = number.description.split(separator: "e")
        guard parts.count == 2, let digits = Double(parts[0]), let exponent = Int(parts[1]) else {
            return number.description
        }
        return "\(trimmed(digits))e\(exponent)"
    }

    /// Three significant digits (whole digits are all kept), without zeros at the end.
    private static func trimmed(_ number: Double) -> String {
        var text = fixed(number, decimals: min(9, max(0, 2 - exponent(abs(number)))))
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A count and what is counted: `1 more line`, `2 more lines`.
    static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// Bytes with a binary unit: `12.3 MiB`.
    static func bytes(_ count: Double) -> String {
        var rest = count
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if rest < 1024 {
                return fixed(rest, decimals: unit == "B" || rest >= 100 ? 0 : 1) + " " + unit
            }
            rest /= 1024
        }
        return fixed(rest, decimals: 1) + " TiB"
    }

    /// A length of time in milliseconds with a fitting unit: `850 µs`, `12.3 ms`, `4.56 s`.
    static func duration(milliseconds: Double) -> String {
        let size = abs(milliseconds)
        guard size.isFinite else { return milliseconds.description }
        if size == 0 { return "0 ms" }
        if size < 0.001 { return trimmed(milliseconds * 1e6) + " ns" }
        if size < 1 { return trimmed(milliseconds * 1e3) + " µs" }
        if size < 1_000 { return trimmed(milliseconds) + " ms" }
        if size < 120_000 { return trimmed(milliseconds / 1e3) + " s" }
        if size < 7_200_000 { return trimmed(milliseconds / 6e4) + " min" }
        return trimmed(milliseconds / 3.6e6) + " h"
    }

    /// The decimal exponent: 3 for 1000 to 9999.99.
    private static func exponent(_ number: Double) -> Int {
        var exponent = 0
        var rest = number
        while rest >= 10 {
            rest /= 10
            exponent += 1
        }
        while rest < 1, exponent > -30 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }

    private static func power(_ decimals: Int) -> Double {
        (0..<decimals).reduce(1.0) { power, _ in power * 10 }
    }
}
