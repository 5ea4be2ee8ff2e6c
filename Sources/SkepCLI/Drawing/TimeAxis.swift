internal import SkepModel

/// The axis below a picture of time: ticks at round moments, labelled in UTC.
enum TimeAxis {
    /// Distances between ticks in seconds.
    private static let steps: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
        86_400, 172_800, 604_800, 1_209_600, 2_419_200,
    ]
    private static let day: Int64 = 86_400
    /// Columns between the starts of two labels, at least.
    private static let labelRoom = 12

    /// The axis and its labels, two lines.
    ///
    /// - Parameters:
    ///   - gutter: The columns left of the picture's own.
    ///   - columns: The columns of the picture.
    static func draw(_ buckets: TimeBuckets, gutter: Int, columns: Int, style: Style) -> [String] {
        let step = step(buckets, columns)
        var axis = [Character](repeating: "─", count: columns)
        var labels = [Character](repeating: " ", count: columns + labelRoom)
        var free = 0
        var previous = floor(buckets.time(ofColumn: 0, of: columns) - 1, step)
        for column in 0..<columns {
            let tick = floor(buckets.time(ofColumn: column, of: columns), step)
            guard tick != previous else { continue }
            previous = tick
            let label = label(tick, step)
            guard column >= free, column + label.count <= columns + 1 else { continue }
            axis[column] = "┬"
            for (offset, character) in label.enumerated() where column + offset < labels.count {
                labels[column + offset] = character
            }
            free = column + label.count + 2
        }
        var text = DisplayText.spaces(gutter + 1) + String(labels)
        while text.hasSuffix(" ") { text.removeLast() }
        let corner = DisplayText.spaces(gutter) + "└"
        return [style.paint(corner + String(axis), .dim), style.paint(text, .dim)]
    }

    /// The smallest step whose labels have room.
    private static func step(_ buckets: TimeBuckets, _ columns: Int) -> Int64 {
        let seconds = buckets.width / 1_000_000_000 * Int64(buckets.count)
        let most = Int64(max(1, columns / labelRoom))
        return steps.first { seconds / $0 <= most } ?? max(day, seconds / most)
    }

    private static func floor(_ nanoseconds: Int64, _ step: Int64) -> Int64 {
        let seconds = nanoseconds / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
        let remainder = seconds % step
        return seconds - (remainder < 0 ? remainder + step : remainder)
    }

    /// The time of day, or the date at midnight.
    private static func label(_ seconds: Int64, _ step: Int64) -> String {
        let text = Timestamp(seconds: seconds).rfc3339
        if seconds % day == 0 { return String(text.dropFirst(5).prefix(5)) }
        return String(text.dropFirst(11).prefix(step < 60 ? 8 : 5))
    }

    /// A range of time as a heading: `2026-11-20 10:00 to 12:00 UTC`.
    static func heading(_ start: Timestamp, _ end: Timestamp) -> String {
        let from = whole(start)
        var until = whole(end)
        if from.prefix(10) == until.prefix(10) { until = String(until.dropFirst(11)) }
        return "\(from) to \(until) UTC"
    }

    private static func whole(_ time: Timestamp) -> String {
        let text = String(time.rfc3339.prefix(19).map { $0 == "T" ? " " : $0 })
        return text.hasSuffix(":00") ? String(text.dropLast(3)) : text
    }
}
