import Foundation
import SkepFormat
import SkepModel
import SkepTestRandom
import Testing

/// Frames of a log file, whole, cut off, damaged and foreign.
@Suite struct LogFrameTests {
    private static let seed: UInt64 = 77
    private static let salt: UInt32 = 0xA5A5_1234

    /// A file's frames behind its header, and what was put into them.
    private struct Sample {
        var bytes: [UInt8] = []
        var payloads: [[UInt8]] = []
        /// Where each frame ends.
        var ends: [Int] = []
        var salt = LogFrameTests.salt
        var firstSequence: UInt64 = 5

        mutating func add(_ payload: [UInt8], followsSync: Bool = true) {
            LogFrame(payload).append(
                to: &bytes, sequence: firstSequence + UInt64(payloads.count), salt: salt,
                followsSync: followsSync)
            payloads.append(payload)
            ends.append(bytes.count)
        }

        /// Frames of random sizes, some of which compress.
        init(_ count: Int, seed: UInt64 = LogFrameTests.seed, followsSync: Bool = true) {
            var random = SplitMix(seed: seed)
            for index in 0..<count {
                let size = index % 3 == 2 ? 1_500 : random.below(40)
                let kinds = random.pick([1, 4, 256])
                add((0..<size).map { _ in UInt8(random.below(kinds)) }, followsSync: followsSync)
            }
        }

        var context: LogFrameReader.Context {
            LogFrameReader.Context(salt: salt, firstSequence: firstSequence)
        }
    }

    private struct Reading {
        var frames: [(sequence: UInt64, payload: [UInt8])] = []
        var damage: [SkepError]
        var end: Int
    }

    private func read(_ bytes: [UInt8], _ context: LogFrameReader.Context) -> Reading {
        let copy = AlignedBytes(bytes)
        var reader = LogFrameReader(copy.bytes, context)
        var frames: [(UInt64, [UInt8])] = []
        while let frame = reader.next() { frames.append((frame.sequence, frame.payload)) }
        withExtendedLifetime(copy) {}
        return Reading(frames: frames, damage: reader.damage, end: reader.end)
    }

    /// Every frame that was read is one that was written, in order.
    private func isSound(_ reading: Reading, _ sample: Sample) -> Bool {
        var last: UInt64 = 0
        for (sequence, payload) in reading.frames {
            let index = Int(sequence - sample.firstSequence)
            guard sequence > last, sample.payloads.indices.contains(index),
                sample.payloads[index] == payload
            else { return false }
            last = sequence
        }
        return true
    }

    @Test func framesComeBackInOrder() {
        var sample = Sample(30)
        sample.add([])
        sample.add([UInt8](repeating: 7, count: 3 << 20))
        #expect(sample.bytes.count % 8 == 0)
        let reading = read(sample.bytes, sample.context)
        #expect(reading.frames.map(\.sequence) == Array(5..<5 + UInt64(sample.payloads.count)))
        #expect(reading.frames.map(\.payload) == sample.payloads)
        #expect(reading.damage.isEmpty)
        #expect(reading.end == sample.bytes.count)
        #expect(sample.bytes.count < 1 << 20, "what repeats is compressed")
    }

    @Test func everyCutLeavesTheFramesBefore() {
        let sample = Sample(9)
        for count in 0..<sample.bytes.count {
            let whole = sample.ends.count { $0 <= count }
            let reading = read(Array(sample.bytes[..<count]), sample.context)
            #expect(reading.frames.map(\.payload) == Array(sample.payloads[..<whole]), "\(count)")
            #expect(reading.damage.isEmpty, "\(count)")
            #expect(reading.end == (whole == 0 ? 0 : sample.ends[whole - 1]), "\(count)")
        }
    }

    @Test func everyFlippedByteCostsOneFrameAtMostAndIsNamed() {
        let sample = Sample(9)
        for index in sample.bytes.indices {
            var damaged = sample.bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            let hit = sample.ends.count { $0 <= index }
            let reading = read(damaged, sample.context)
            #expect(isSound(reading, sample), "byte \(index)")
            // Bytes that only fill up to a multiple of 8 mean nothing.
            if reading.frames.count == sample.payloads.count { continue }
            #expect(reading.frames.count == sample.payloads.count - 1, "byte \(index)")
            #expect(!reading.frames.contains { $0.sequence == 5 + UInt64(hit) })
            let start = UInt64(LogFileHeader.size + (hit == 0 ? 0 : sample.ends[hit - 1]))
            let isLast = hit == sample.payloads.count - 1
            // The last frame could be an unfinished write, unless it is known to be finished.
            #expect(reading.damage.map(\.offset) == (isLast ? [] : [start]), "byte \(index)")
            var context = sample.context
            context.isWhole = true
            #expect(read(damaged, context).damage.map(\.offset) == [start], "byte \(index)")
        }
    }

    @Test func randomDamageNeverGivesWhatWasNotWritten() {
        var random = SplitMix(seed: Self.seed)
        for round in 0..<150 {
            let sample = Sample(12, seed: Self.seed + UInt64(round), followsSync: random.chance(50))
            var damaged = sample.bytes
            for _ in 0..<random.below(4) {
                let start = random.below(damaged.count)
                let end = min(damaged.count, start + random.pick([1, 8, 100, 2_000]))
                let from = random.below(damaged.count - (end - start) + 1)
                switch random.below(4) {
                case 0: for index in start..<end { damaged[index] = 0 }
                case 1: for index in start..<end { damaged[index] = UInt8(random.below(256)) }
                case 2:
                    damaged.replaceSubrange(
                        start..<end, with: Array(damaged[from..<from + end - start]))
                default: damaged.removeSubrange(start..<end)
                }
                if damaged.isEmpty { break }
            }
            let reading = read(damaged, sample.context)
            #expect(isSound(reading, sample), "seed \(Self.seed), round \(round)")
        }
    }

    @Test func tailsOfOtherFilesAreNotRead() {
        let sample = Sample(4)
        var other = Sample(4, seed: 2)
        other.bytes = []
        other.payloads = []
        other.salt = Self.salt ^ 1
        other.firstSequence = 9
        for size in 0..<5 { other.add([UInt8](repeating: 1, count: size)) }
        // Frames of another file and of an earlier time of this one.
        for tail in [other.bytes, sample.bytes, Array(sample.bytes[sample.ends[0]...])] {
            let reading = read(sample.bytes + tail, sample.context)
            #expect(reading.frames.map(\.payload) == sample.payloads)
            #expect(reading.damage.isEmpty)
            #expect(reading.end == sample.bytes.count)
        }
    }

    @Test func garbageBehindTheLastFrameIsNoDamage() {
        var random = SplitMix(seed: Self.seed)
        let sample = Sample(4)
        for size in [1, 8, 31, 32, 33, 4_096, 5_000] {
            let garbage = (0..<size).map { _ in UInt8(random.below(256)) }
            for tail in [garbage, [UInt8](repeating: 0, count: size)] {
                let reading = read(sample.bytes + tail, sample.context)
                #expect(reading.frames.count == 4)
                #expect(reading.damage.isEmpty)
                #expect(reading.end == sample.bytes.count)
            }
        }
    }

    /// After a power cut later parts of a write can be there without earlier ones.
    @Test func aSectorThatNeverReachedTheDiskEndsTheLog() {
        var sample = Sample(3)
        var random = SplitMix(seed: Self.seed)
        for index in 0..<4 {
            let payload = (0..<2_000).map { _ in UInt8(random.below(256)) }
            sample.add(payload, followsSync: index == 0)
        }
        let header = LogFileHeader.size
        let group = sample.ends[2]..<sample.ends[6]
        // Every sector in which a part of the group lies but no frame before it.
        for sector in (group.lowerBound + header) / 512..<(group.upperBound + header) / 512 {
            var torn = sample.bytes
            let place = (sector * 512 - header)..<((sector + 1) * 512 - header)
            for index in place.clamped(to: group) { torn[index] = 0 }
            let reading = read(torn, sample.context)
            let before = sample.ends.count { $0 <= max(place.lowerBound, group.lowerBound) }
            #expect(reading.frames.map(\.payload) == Array(sample.payloads[..<before]))
            #expect(reading.damage.isEmpty, "sector \(sector)")
            // If a later frame says that all before it was on the disk, then it is damage.
            LogFrame([1]).append(to: &torn, sequence: 99, salt: Self.salt, followsSync: true)
            let later = read(torn, sample.context)
            #expect(later.damage.count == 1, "sector \(sector)")
            #expect(later.frames.last?.sequence == 99)
            #expect(later.frames.count >= 3 + 2 + 1)
        }
    }

    @Test func framesThatWereReadBeforeArePassedOver() {
        let sample = Sample(6)
        for known in 0...12 as ClosedRange<UInt64> {
            var context = sample.context
            context.knownSequence = known
            let reading = read(sample.bytes, context)
            #expect(reading.frames.map(\.sequence) == (5...10).filter { $0 > known })
            #expect(reading.damage.isEmpty)
            #expect(reading.end == sample.bytes.count)
        }
    }

    /// A frame with a right checksum around what a header says.
    private func frame(
        stored: UInt32, length: UInt32, codec: UInt8, sequence: UInt64 = 5, _ payload: [UInt8]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(0x4D52_464C))
        writer.write(stored)
        writer.write(length)
        writer.write(codec)
        writer.write(UInt8(1))
        writer.write(UInt16(0))
        writer.write(sequence)
        writer.write(payload.withUnsafeBytes { CRC32C.checksum($0) })
        writer.write(
            writer.bytes.withUnsafeBytes { CRC32C.checksum($0, continuing: Self.salt) })
        writer.write(bytes: payload)
        writer.pad(to: 8)
        return writer.bytes
    }

    @Test func headersThatPromiseTooMuchAreNoFrames() {
        let context = Sample(0).context
        let payload = [UInt8](repeating: 0, count: 16)
        #expect(
            read(frame(stored: 16, length: 16, codec: 0, payload), context).frames.count == 1)
        let impossible = [
            frame(stored: 16, length: 64 << 20, codec: 1, payload),
            frame(stored: 16, length: 16 * 255 + 255, codec: 1, payload),
            frame(stored: 16, length: 4_000, codec: 1, payload),
            frame(stored: 16, length: 0, codec: 1, payload),
            frame(stored: 0, length: 1, codec: 1, []),
            frame(stored: 16, length: 17, codec: 0, payload),
            frame(stored: .max, length: .max, codec: 0, payload),
            frame(stored: .max, length: 1 << 20, codec: 1, payload),
            frame(stored: 16, length: 16, codec: 2, payload),
            frame(stored: 16, length: 16, codec: 0, sequence: .max, payload),
            frame(stored: 16, length: 16, codec: 0, sequence: 4, payload),
        ]
        for (index, bytes) in impossible.enumerated() {
            #expect(read(bytes, context).frames.isEmpty, "\(index)")
        }
    }

    @Test func damagedCompressedPayloadsAreNeverATrap() {
        var random = SplitMix(seed: Self.seed)
        for _ in 0..<3_000 {
            let payload = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
            let length = random.below(payload.count * 255 + 1)
            let bytes = frame(
                stored: UInt32(payload.count), length: UInt32(length), codec: 1, payload)
            for frame in read(bytes, Sample(0).context).frames {
                #expect(frame.payload.count == length)
            }
        }
    }

    /// Each piece was followed to the end of the file: 3,000 of them took minutes.
    @Test func manyDamagedFramesTakeNoLongerThanOne() {
        var sample = Sample(0)
        for index in 0..<20_000 { sample.add([UInt8(index & 255)], followsSync: false) }
        var damaged = sample.bytes
        for frame in stride(from: 1, to: 20_000, by: 2) { damaged[sample.ends[frame] - 40] ^= 1 }
        let start = processorSeconds()
        let reading = read(damaged, sample.context)
        #expect(processorSeconds() - start < 30)
        #expect(reading.frames.count == 10_000)
        #expect(reading.damage.count >= 9_999)
    }

    /// What this thread has worked, whatever others do: tests wait for one another.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
