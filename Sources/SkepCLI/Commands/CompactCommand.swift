internal import ArgumentParser
internal import Skep
internal import SkepJSON
internal import SkepModel

/// `skep compact`: joins small segments.
struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Join small segments of a day into larger ones.",
        discussion: """
            Examples:
              skep compact               all datasets
              skep compact shop
            """)

    @Argument(help: "The dataset. (default: all)")
    var dataset: String?

    @OptionGroup var location: StoreLocation
    @OptionGroup var report: ReportOptions

    func run() async throws {
        FreedMemory.returnLargeBlocks()
        let store = try await location.openExisting()
        var results: [(name: String, compaction: Compaction)] = []
        for name in try await store.names(dataset) {
            results.append((name, try await store.dataset(name).compact()))
        }
        try await store.close()
        try report.print(results.map(Self.line)) { writer in
            writer.key("datasets")
            writer.beginArray()
            for result in results { Self.write(result.name, result.compaction, to: &writer) }
            writer.endArray()
        }
        let problems = results.flatMap(\.compaction.problems)
        for problem in problems { Messages.warning(problem.description) }
        if !problems.isEmpty { throw ExitStatus.doneInPart }
    }

    private static func line(_ name: String, _ compaction: Compaction) -> String {
        let name = DisplayText.escaped(name)
        guard compaction.mergedSegments > 0 else { return "\(name): nothing to join" }
        return "\(name): \(compaction.mergedSegments) segments became \(compaction.newSegments), "
            + "\(NumberText.bytes(Double(compaction.bytesBefore))) became "
            + NumberText.bytes(Double(compaction.bytesAfter))
    }

    private static func write(
        _ name: String, _ compaction: Compaction, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("merged_segments", compaction.mergedSegments)
        writer.member("new_segments", compaction.newSegments)
        writer.member("bytes_before", compaction.bytesBefore)
        writer.member("bytes_after", compaction.bytesAfter)
        writer.members("problems", compaction.problems.map(\.description))
        writer.endObject()
    }
}

extension Store {
    /// The dataset given, which must exist, or all of them.
    func names(_ given: String?) async throws(SkepError) -> [String] {
        let names = try await datasets().map(\.name)
        guard let given else { return names }
        guard names.contains(given) else {
            throw SkepError(
                .unknownDataset,
                "there is no dataset \"\(given)\"." + NearNames.question(for: given, in: names))
        }
        return [given]
    }
}
