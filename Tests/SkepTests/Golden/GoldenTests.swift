import Foundation
import Skep
import SkepFormat
import SkepModel
import SkepQuery
import SkepStorage
import Testing

/// What earlier versions have written is read for ever, event by event.
@Suite struct GoldenTests {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SKEP_GOLDEN_RECORD"] == "1"))
    func recordsAVersionThatHasNone() async throws {
        let golden = GoldenStore(version: GoldenStore.current)
        try #require(!GoldenStore.all().contains { $0.version == golden.version })
        let io = MemoryStorageIO()
        var store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(io, .readWrite))
        var events = GoldenEvents()
        var spans = try await store.dataset("spans")
        for count in [1_400, 90] {
            try await spans.append(contentsOf: events.spans(count))
            try await spans.flush()
        }
        let blocks = try await store.dataset("blocks")
        try await blocks.append(contentsOf: events.blocks(66_000))
        try await blocks.flush()
        let shapes = try await store.dataset("shapes")
        try await shapes.append(contentsOf: events.shapes(5_000))
        try await shapes.flush()
        // A log of its own for what is not flushed.
        try await store.close()
        store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(io, .readWrite))
        spans = try await store.dataset("spans")
        for count in [60, 1, 5] { try await spans.append(contentsOf: events.spans(count)) }
        var lines: [String: [String]] = [:]
        for name in GoldenStore.datasets {
            lines[name] = try await GoldenStore.lines(of: store.dataset(name))
        }
        try golden.record(io, lines)
        try await store.close()
    }

    @Test func theVersionThatIsWrittenNowHasItsStore() {
        #expect(GoldenStore.all().map(\.version).contains(GoldenStore.current))
    }

    @Test(arguments: GoldenStore.all())
    func readersFindEveryEvent(_ golden: GoldenStore) async throws {
        let store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(try golden.files(), .readOnly))
        for name in GoldenStore.datasets {
            let lines = try await GoldenStore.lines(of: store.dataset(name))
            #expect(lines == (try golden.expected(name)))
        }
        try await expectBlocks(store)
        let verification = try await store.verify()
        #expect(verification.problems.isEmpty)
        try await store.close()
    }

    /// The dataset of more than one block is too long to be listed: its rows follow a rule.
    private func expectBlocks(_ store: Store) async throws {
        let dataset = try await store.dataset("blocks")
        let events = try await dataset.events(limit: 100_000)
        #expect(events.count == 66_000)
        for event in events {
            guard case .int(let row)? = event.fields["row"] else {
                Issue.record("a row without its number")
                return
            }
            #expect(event.fields["batch"] == .int(row / 9_000))
            #expect(event.time == GoldenStore.time((row - 66_000) * 1_000_000))
        }
    }

    @Test(arguments: GoldenStore.all())
    func writersGoOnWithIt(_ golden: GoldenStore) async throws {
        let io = try golden.files()
        var store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(io, .readWrite))
        let added = Event(["later": true], time: GoldenStore.now)
        var spans = try await store.dataset("spans")
        try await spans.append(added)
        try await spans.flush()
        _ = try await spans.compact()
        try await store.close()
        store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(io, .readOnly))
        spans = try await store.dataset("spans")
        let expected = (try golden.expected("spans") + [GoldenStore.line(added)]).sorted()
        #expect(try await GoldenStore.lines(of: spans) == expected)
        try await store.close()
    }

    /// Filters of ids hold hashes: another hash would hide events.
    @Test(arguments: GoldenStore.all())
    func everyTraceIsFoundByItsId(_ golden: GoldenStore) async throws {
        let store = try await Store.open(
            GoldenStore.path, settings: GoldenStore.settings(try golden.files(), .readOnly))
        let spans = try await store.dataset("spans")
        var counts: [String: Int] = [:]
        for line in try golden.expected("spans") {
            let field = line.split(separator: "\t").first { $0.hasPrefix("trace.id=s:") }
            counts[String(try #require(field).dropFirst(11)), default: 0] += 1
        }
        for (trace, count) in counts {
            let found = try await spans.events(
                where: [Filter("trace.id", .equals, [.string(trace)])], limit: 1_000)
            #expect(found.count == count, "\(trace)")
        }
        try await store.close()
    }

    @Test func everyKindOfFileAndEveryEncodingIsThere() throws {
        var encodings: Set<UInt8> = []
        var presences: Set<UInt8> = []
        var forms: Set<UInt8> = []
        for golden in GoldenStore.all() {
            let io = try golden.files()
            for kind in ["CATALOG", "MANIFEST.", ".skep", ".log"] {
                #expect(io.paths.contains { $0.contains(kind) }, "\(golden.version): \(kind)")
            }
            for path in io.paths where path.hasSuffix(".skep") {
                let segment = RawSegment(try io.read(path))
                encodings.formUnion(segment.encodings)
                presences.formUnion(segment.presences)
                forms.formUnion(segment.forms)
            }
        }
        for encoding in EncodingID.allCases {
            #expect(encodings.contains(encoding.rawValue), "\(encoding)")
        }
        #expect(presences == [0, 1, 2, 3, 4])
        #expect(forms == [0, 1, 2, 3, 4, 5])
    }
}

/// A segment's directory, read as the format page says.
private struct RawSegment {
    var encodings: Set<UInt8> = []
    var presences: Set<UInt8> = []
    var forms: Set<UInt8> = []

    init(_ file: [UInt8]) {
        func number(_ offset: Int, _ size: Int) -> Int {
            file[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let directory = number(file.count - 64, 8)
        for section in 0..<number(directory, 4) {
            let entry = directory + 8 + section * 24
            let start = directory + number(entry + 8, 8)
            let places = stride(from: start, to: start + number(entry + 16, 8), by: 64)
            switch number(entry, 2) {
            case 2: forms.formUnion(places.map { file[$0 + 9] })
            case 3:
                encodings.formUnion(places.map { file[$0 + 4] })
                presences.formUnion(places.map { file[$0 + 5] })
            default: break
            }
        }
    }
}
