import SkepColumns
import SkepFormat
import SkepModel
import SkepTestSupport

/// A log file, or with an odd first byte the payload of one frame.
///
/// Checksums are made right, unless the first byte is a multiple of 4.
enum LogFuzzing {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let mode = bytes.first else { return }
        var file = Array(bytes.dropFirst())
        if mode & 1 == 1 { return readPayload(file) }
        if mode & 3 != 0 { mend(&file) }
        reading {
            try file.withUnsafeBytes { bytes in
                let header = try LogFileHeader(decoding: bytes)
                for isWhole in [false, true] { read(bytes, header, isWhole: isWhole) }
            }
        }
    }

    private static func read(
        _ file: UnsafeRawBufferPointer, _ header: LogFileHeader, isWhole: Bool
    ) {
        var reader = LogFrameReader(
            UnsafeRawBufferPointer(rebasing: file[LogFileHeader.size...]),
            LogFrameReader.Context(
                salt: header.salt, firstSequence: header.firstSequence, isWhole: isWhole))
        var last: UInt64 = 0
        while let frame = reader.next() {
            precondition(frame.sequence > last, "sequences do not rise")
            last = frame.sequence
            readPayload(frame.payload)
        }
        precondition(reader.end >= 0 && reader.end <= file.count - LogFileHeader.size)
    }

    /// What passes the check must be readable, and give as many events as it says.
    private static func readPayload(_ payload: [UInt8]) {
        reading {
            try payload.withUnsafeBytes { bytes in
                let reader = try LogEventsReader(payload: bytes)
                try reader.validate()
                let builder = EventBatchBuilder()
                do {
                    try reader.append(to: builder)
                } catch {
                    preconditionFailure("checked events cannot be read: \(error)")
                }
                precondition(builder.rowCount == reader.eventCount)
                _ = builder.seal(receiptTime: reader.receiptTime)
            }
        }
    }

    /// Makes the version and the checksums of the header and of frames right.
    private static func mend(_ file: inout [UInt8]) {
        guard file.count >= LogFileHeader.size else { return }
        file.store(FormatVersion.major, at: 8)
        file.store(CRC32C.checksum(of: file[0..<68]), at: 68)
        let salt = file.load(12)
        var offset = LogFileHeader.size
        while file.count - offset >= LogFrame.headerSize {
            let stored = Int(file.load(offset + 4))
            let start = offset + LogFrame.headerSize
            guard stored <= file.count - start else { return }
            file.store(CRC32C.checksum(of: file[start..<start + stored]), at: offset + 24)
            let header = file[offset..<offset + 28].withUnsafeBytes {
                CRC32C.checksum($0, continuing: salt)
            }
            file.store(header, at: offset + 28)
            offset = start + (stored + 7) & ~7
        }
    }

    static func seeds() -> [[UInt8]] {
        var generator = RandomEvents(seed: 5)
        var file = LogFileHeader(
            storeHigh: 1, storeLow: 2, number: 3, salt: 4, firstSequence: 5, previousNumber: 2,
            previousEnd: 72
        ).encoded()
        var payloads: [[UInt8]] = []
        for count in [1, 2, 30] {
            let writer = LogEventsWriter(datasetID: 1, receiptTime: RandomEvents.now)
            for event in generator.events(count) {
                _ = writer.append(
                    event, window: ArrivalWindow(receiptTime: RandomEvents.now, oldest: nil))
            }
            payloads.append(writer.finish())
        }
        for (index, payload) in payloads.enumerated() {
            LogFrame(payload).append(
                to: &file, sequence: UInt64(5 + index), salt: 4, followsSync: index > 0)
        }
        return [[2] + file, [0] + file] + payloads.map { [1] + $0 }
    }
}
