import BatchReading
import Foundation
import SkepColumns
import SkepFormat
import SkepModel
import Testing

/// The page about a store's files shows the bytes of a log file as they are.
@Suite struct LogPageTests {
    private static let received = Timestamp(nanoseconds: 1_000)
    private static let header = LogFileHeader(
        storeHigh: 1, storeLow: 2, number: 3, salt: 0x1234_5678, firstSequence: 4,
        previousNumber: 2, previousEnd: 4_096)
    private static let events = [
        Event(["a": 1]), Event(["b": "x"], time: Timestamp(nanoseconds: 900)),
        Event(["a": 2.5], sampleRate: 10),
    ]

    /// The example of the page: a file with one append of three events.
    private func example() -> [UInt8] {
        let writer = LogEventsWriter(datasetID: 7, receiptTime: Self.received)
        let window = ArrivalWindow(receiptTime: Self.received, oldest: nil)
        for event in Self.events { #expect(writer.append(event, window: window) == .stored) }
        var bytes = Self.header.encoded()
        LogFrame(writer.finish()).append(
            to: &bytes, sequence: 4, salt: Self.header.salt, followsSync: true)
        return bytes
    }

    /// The bytes that the page shows, 16 on a line, behind their offset.
    private func shown() throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent(
                "Sources/Skep/Documentation.docc/StoreFiles.md"), encoding: .utf8)
        let lines = page.split(separator: "\n").filter { line in
            line.prefix(4).allSatisfy(\.isHexDigit) && line.dropFirst(4).hasPrefix("  ")
        }
        var bytes: [UInt8] = []
        for line in lines {
            #expect(Int(line.prefix(4), radix: 16) == bytes.count)
            let digits = line.dropFirst(4).split(separator: "|")[0].split(separator: " ")
            bytes += digits.compactMap { UInt8($0, radix: 16) }
        }
        return bytes
    }

    private func dump(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let line = bytes[start..<min(bytes.count, start + 16)]
                .map { String(format: "%02x", $0) }
            return String(format: "%04x  ", start) + line.joined(separator: " ")
        }.joined(separator: "\n")
    }

    @Test func showsTheBytesThatTheWriterWrites() throws {
        #expect(try shown() == example(), "the page should show:\n\(dump(example()))")
    }

    @Test func whatThePageShowsReadsAsItSays() throws {
        let file = AlignedBytes(try shown())
        #expect(try LogFileHeader(decoding: file.bytes) == Self.header)
        var reader = LogFrameReader(
            UnsafeRawBufferPointer(rebasing: file.bytes.dropFirst(LogFileHeader.size)),
            LogFrameReader.Context(salt: Self.header.salt, firstSequence: 4))
        let (first, second) = (reader.next(), reader.next())
        let frame = try #require(first)
        #expect(second == nil)
        #expect(frame.sequence == 4)
        #expect(frame.kind == LogFrame.Kind.events)
        let builder = EventBatchBuilder()
        try frame.payload.withUnsafeBytes { bytes in
            let events = try LogEventsReader(payload: bytes)
            #expect(events.datasetID == 7)
            #expect(events.receiptTime == Self.received)
            try events.validate()
            try events.append(to: builder)
        }
        let batch = builder.seal(receiptTime: Self.received)
        #expect(BatchRows.events(of: batch) == Self.events.map(\.fields))
        #expect(batch.times == [1_000, 900, 1_000])
        #expect(batch.sampleRates == [1, 1, 10])
        withExtendedLifetime(file) {}
    }
}
