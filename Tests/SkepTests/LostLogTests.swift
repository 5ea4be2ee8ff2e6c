import Skep
import SkepStorage
import SkepTestSupport
import Testing

/// Stores whose log has lost its end, or all of it, after its events went into segments.
@Suite struct LostLogTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    private func settings(_ io: MemoryStorageIO) -> StoreSettings {
        var settings = StoreSettings()
        settings.io = io
        settings.clock = ManualClock(Self.now)
        return settings
    }

    private func events(_ range: Range<Int64>) -> [Event] {
        range.map { Event(["index": .int($0)], time: Self.now) }
    }

    /// The numbers of `events`, whatever was refused or lost.
    private func indexes(_ dataset: Dataset) async throws -> [Int64] {
        try await dataset.events(limit: nil).compactMap { event in
            if case .int(let index) = event.fields["index"] { index } else { nil }
        }.sorted()
    }

    /// What is left of the log when its last `count` bytes are gone.
    enum Loss: CaseIterable { case lastByte, allFrames, header, file }

    private func lose(_ loss: Loss, of io: MemoryStorageIO) throws {
        for path in io.paths where path.hasSuffix(".log") {
            var bytes = try io.read(path)
            switch loss {
            case .lastByte: bytes.removeLast()
            case .allFrames: bytes.removeLast(bytes.count - 72)
            case .header: bytes[24] ^= 1
            case .file: return try io.remove(path)
            }
            try io.overwrite(path, with: bytes)
        }
    }

    /// A frame with a sequence that the manifest covers would be taken for one in a segment.
    @Test(arguments: Loss.allCases) func appendsAfterALossAreTakenIn(_ loss: Loss) async throws {
        var io = MemoryStorageIO()
        let store = try await Store.open("/store", settings: settings(io))
        let shop = try await store.dataset("shop")
        for index in 0..<10 as Range<Int64> {
            try await shop.append(contentsOf: events(index..<index + 1))
        }
        try await shop.flush()
        io = try io.copy()
        try lose(loss, of: io)
        for round in 0..<3 as Range<Int64> {
            let again = try await Store.open("/store", settings: settings(io))
            let found = try await again.dataset("shop")
            #expect(try await indexes(found) == Array(0..<10 + round))
            try await found.append(contentsOf: events(10 + round..<11 + round))
            #expect(try await indexes(found) == Array(0..<11 + round))
            io = try io.copy()
        }
    }
}
