import Skep

/// Checks that a load that was killed stored the first lines of its file, each once.
enum LineCheck {
    static func run(_ arguments: Arguments) async throws {
        var settings = StoreSettings(access: .readOnly)
        settings.requiresCompleteAnswers = true
        let count = try arguments.number("count", or: 0)
        var lines: [Int] = []
        var problems: [String] = []
        let path = try arguments.text("store")
        let name = try arguments.text("dataset")
        do throws(SkepError) {
            let store = try await Store.open(path, settings: settings)
            let dataset = try await store.dataset(name)
            lines = try await dataset.events(limit: nil).map { event in
                if case .int(let line) = event.fields["line"] { Int(line) } else { -1 }
            }.sorted()
            problems = try await store.verify().problems.map { "verify: \($0)" }
        } catch {
            // Killed before there was anything.
            guard error.code == .notFound || error.code == .unknownDataset else { throw error }
        }
        Report.line("found=\(lines.count)")
        let isWhole = try arguments.number("whole", or: 0) == 1
        if lines != Array(0..<lines.count) { problems.append("lines are missing or doubled") }
        if lines.count > count { problems.append("\(lines.count) of \(count) lines") }
        if isWhole, lines.count != count { problems.append("\(lines.count) of \(count) lines") }
        if !problems.isEmpty { Report.fail(problems) }
    }
}
