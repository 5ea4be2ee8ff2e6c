/// Writes numbers of bytes for people.
package enum ByteCountText {
    /// The number in the largest unit that fits, exact or with one decimal: `16 MiB`, `1.5 KiB`.
    package static func print(_ count: Int) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var unit = 0
        var size = 1
        while unit + 1 < units.count, count / size >= 1_024 {
            size *= 1_024
            unit += 1
        }
        if count == 1 { return "1 byte" }
        let (whole, rest) = count.quotientAndRemainder(dividingBy: size)
        let tenths = rest / max(1, size / 10)
        return rest == 0 || unit == 0
            ? "\(whole) \(units[unit])" : "\(whole).\(min(9, tenths)) \(units[unit])"
    }
}
