internal import Skep

/// A trace as a waterfall: who called whom, when, and for how long.
struct WaterfallDrawing {
    private static let durationWidth = 9
    /// Bars that end inside a column.
    private static let eighths: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

    private let traceID: String
    private let events: [Event]
    private let tree: TraceTree
    private let style: Style
    private let start: Int64
    private let end: Int64
    private let services: [String]

    private init(_ traceID: String, _ events: [Event], _ style: Style) {
        self.traceID = traceID
        self.events = events
        self.style = style
        tree = TraceTree(events)
        let starts = events.map(TraceTree.start)
        start = starts.min() ?? 0
        end = max(start, events.map(Self.end).max() ?? 0)
        var seen: Set<String> = []
        services = tree.nodes.compactMap { node in
            guard let event = node.event, let name = Self.service(events[event]),
                seen.insert(name).inserted
            else { return nil }
            return name
        }
    }

    /// The lines of the waterfall.
    static func draw(_ traceID: String, _ events: [Event], _ style: Style) -> [String] {
        let drawing = WaterfallDrawing(traceID, events, style)
        let left = drawing.leftColumns()
        return drawing.heading() + [drawing.scale(left)]
            + drawing.tree.nodes.map { drawing.line($0, left) }
    }

    private func heading() -> [String] {
        let errors = Self.count(events.filter(Self.isError).count, "error")
        let length = NumberText.duration(milliseconds: Double(end - start) / 1e6)
        var facts = [
            Self.count(events.count, "span"), Self.count(services.count, "service"), length,
        ]
        if tree.missingCount > 0 { facts.append("\(tree.missingCount) missing") }
        if events.contains(where: Self.isError) { facts.append(errors) }
        facts.append("from \(Timestamp(nanoseconds: start).rfc3339)")
        let lines = DisplayText.wrapped(facts.joined(separator: ", "), to: style.width)
        return [style.paint("trace \(DisplayText.escaped(traceID))", .bold)]
            + lines.map { line in
                let parts = line.split(separator: ", ", omittingEmptySubsequences: false)
                return parts.map { part in
                    guard part.hasPrefix(errors) else { return String(part) }
                    return style.paint(errors, .red) + part.dropFirst(errors.count)
                }.joined(separator: ", ")
            }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// The columns for tree, service and name: what the longest needs, at most half the width.
    private func leftColumns() -> Int {
        let longest =
            tree.nodes.map { node in
                indent(node).count
                    + DisplayText.width(Self.label(node, events).joined(separator: " "))
            }.max() ?? 0
        return min(max(24, longest + 2), style.width / 2)
    }

    private func barColumns(_ left: Int) -> Int {
        max(6, style.width - left - Self.durationWidth - 4)
    }

    /// The times at the left, the middle and the right of the bars.
    private func scale(_ left: Int) -> String {
        let columns = barColumns(left)
        let total = Double(end - start) / 1e6
        let middle = NumberText.duration(milliseconds: total / 2)
        let last = NumberText.duration(milliseconds: total)
        var text = DisplayText.padded("0", to: max(1, columns / 2 - middle.count / 2))
        // A narrow scale has no room for three times.
        if text.count > 1, text.count + middle.count + last.count < columns { text += middle }
        text = DisplayText.padded(text, to: max(0, columns - last.count)) + last
        return style.paint(DisplayText.spaces(left) + text, .dim)
    }

    private func line(_ node: TraceTree.Node, _ left: Int) -> String {
        let indent = indent(node)
        let label = Self.label(node, events)
        let room = max(4, left - indent.count - 1)
        let service = DisplayText.cut(label[0], to: room)
        var text = style.paint(indent, .dim)
        var used = indent.count + DisplayText.width(service)
        text += node.event == nil ? style.paint(service, .dim) : style.paint(service, ink(node))
        if label.count > 1, used + 4 < left {
            let name = DisplayText.cut(label[1], to: left - used - 2)
            text += " " + name
            used += 1 + DisplayText.width(name)
        }
        guard let index = node.event else { return text }
        let event = events[index]
        text += DisplayText.spaces(left - used)
        let bar = bar(event, barColumns(left))
        text += DisplayText.spaces(bar.before) + style.paint(bar.text, ink(node))
        let duration = Self.milliseconds(event).map { NumberText.duration(milliseconds: $0) } ?? ""
        text += DisplayText.spaces(barColumns(left) - bar.before - bar.text.count + 1)
        text += DisplayText.rightAligned(duration, to: Self.durationWidth)
        if Self.isError(event) { text += " " + style.paint("✗", .red) }
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    private func ink(_ node: TraceTree.Node) -> Style.Ink {
        guard let event = node.event else { return .dim }
        if Self.isError(events[event]) { return .red }
        let service = Self.service(events[event]) ?? ""
        return .kind(services.firstIndex(of: service) ?? 0)
    }

    /// The lines of the tree left of a span; of a deep one only so many that names have room.
    private func indent(_ node: TraceTree.Node) -> String {
        let followed = node.followed.suffix(max(2, style.width / 4 - 4))
        guard let last = followed.last else { return "" }
        let isDeep = node.depth > followed.count
        let above = followed.dropLast().map { $0 ? "│ " : "  " }
        return (isDeep ? "…" : "") + above.joined() + (last ? "├ " : "└ ")
    }

    /// The spaces before the bar, and the bar; a moment is a mark.
    private func bar(_ event: Event, _ columns: Int) -> (before: Int, text: String) {
        let length = Double(max(1, end - start))
        let offset = Double(TraceTree.start(event) - start) / length * Double(columns)
        let before = min(columns - 1, max(0, Int(offset)))
        guard !TraceTree.isAnnotation(event) else { return (before, "◆") }
        let share = Double(Self.end(event) - TraceTree.start(event)) / length
        let eighths = Int((share * Double(columns) * 8).rounded())
        let room = (columns - before) * 8
        let filled = min(room, max(1, eighths))
        var text = String(repeating: "█", count: filled / 8)
        if filled % 8 > 0 { text.append(Self.eighths[filled % 8 - 1]) }
        return (before, text)
    }

    // MARK: - What the fields say

    private static func label(_ node: TraceTree.Node, _ events: [Event]) -> [String] {
        guard let index = node.event else {
            return ["(missing span \(DisplayText.escaped(node.id)))"]
        }
        let name = TraceTree.text(events[index], "name") ?? "(no name)"
        return [service(events[index]), name].compactMap { $0 }.map(DisplayText.escaped)
    }

    private static func service(_ event: Event) -> String? {
        TraceTree.text(event, "service.name") ?? TraceTree.text(event, "service_name")
    }

    private static func milliseconds(_ event: Event) -> Double? {
        switch event.fields["duration_ms"] {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    private static func end(_ event: Event) -> Int64 {
        let length = (milliseconds(event) ?? 0) * 1e6
        guard length.isFinite, length > 0, length < 9e18 else { return TraceTree.start(event) }
        let (end, overflow) = TraceTree.start(event).addingReportingOverflow(Int64(length))
        return overflow ? .max : end
    }

    /// Whether `error` is set to anything but false.
    private static func isError(_ event: Event) -> Bool {
        switch event.fields["error"] {
        case .bool(let flag): flag
        case .string(let text): !text.isEmpty && text != "false"
        case .int(let number): number != 0
        case .double(let number): number != 0
        case nil: false
        }
    }
}
