/// One line that tells how far a long work has got.
enum ProgressLine {
    private static let barWidth = 24

    /// The line, no wider than `width`.
    ///
    /// - Parameters:
    ///   - part: The share done, 0 to 1; `nil` when nobody knows.
    ///   - events: Events so far.
    ///   - seconds: Time so far.
    static func draw(
        _ name: String, part: Double?, events: Int, seconds: Double, width: Int
    ) -> String {
        var facts: [String] = []
        if let part {
            let share = min(1, max(0, part))
            let full = Int(share * Double(barWidth))
            facts.append(
                String(repeating: "█", count: full)
                    + String(repeating: "░", count: barWidth - full)
                    + DisplayText.rightAligned("\(Int(share * 100))%", to: 5))
        }
        facts.append("\(NumberText.short(Double(events))) events")
        if seconds > 0.5 {
            facts.append("\(NumberText.short((Double(events) / seconds).rounded())) events/s")
        }
        if let part, part > 0.02, part < 1, seconds > 1 {
            let left = (seconds / part - seconds).rounded(.up)
            facts.append(NumberText.duration(milliseconds: left * 1_000) + " left")
        }
        let rest = facts.joined(separator: "  ")
        let room = max(8, width - DisplayText.width(rest) - 3)
        let shown = DisplayText.cut(DisplayText.escaped(name), to: room)
        return DisplayText.cut("\(shown)  \(rest)", to: max(1, width - 1))
    }
}
