internal import Skep

/// Whole events as a table: the time, then the fields that most events have.
struct EventsTable {
    /// The fields shown, and how many there was no room for.
    private(set) var table: TableDrawing
    private(set) var hiddenFields = 0

    /// A field takes no more columns than this on a terminal.
    private static let widestField = 32
    private static let timeWidth = 30

    init(_ events: [Event], _ style: Style) {
        var counts: [NameKey: Int] = [:]
        for event in events {
            for name in event.fields.keys { counts[NameKey(name), default: 0] += 1 }
        }
        var names = counts.keys.sorted { left, right in
            (counts[right, default: 0], left) < (counts[left, default: 0], right)
        }.map(\.name)
        if style.cutsLongLines {
            let shown = Self.fitting(names, events, style)
            hiddenFields = names.count - shown
            names = Array(names.prefix(shown))
        }
        table = TableDrawing(
            columns: [.init(heading: "time")]
                + names.map { name in
                    let values = events.compactMap { $0.fields[name] }
                    let isNumeric = values.allSatisfy(\.isNumber)
                    return .init(heading: name, alignment: isNumeric ? .right : .left)
                })
        table.rows = events.map { event in
            [.init(event.time?.rfc3339 ?? "")]
                + names.map { .init(event.fields[$0]?.description ?? "") }
        }
    }

    /// How many of the fields the width has room for; at least one.
    private static func fitting(_ names: [String], _ events: [Event], _ style: Style) -> Int {
        var room = style.width - timeWidth
        for (index, name) in names.enumerated() {
            let widest =
                events.lazy.compactMap { $0.fields[name] }
                .map { DisplayText.width($0.description) }.max() ?? 0
            room -= 2 + min(widestField, max(widest, DisplayText.width(name)))
            if room < 0 { return max(1, index) }
        }
        return names.count
    }
}
