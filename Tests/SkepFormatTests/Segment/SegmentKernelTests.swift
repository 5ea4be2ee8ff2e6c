import SkepModel
import SkepTestRandom
import Testing

@testable import SkepFormat

@Suite struct SegmentKernelTests {
    @Test func looksUpThePresenceOfShapes() {
        var generator = SplitMix(seed: RandomRows.seed)
        let wordCount = 9
        let members = (0..<300).map { _ in UInt8(generator.below(2)) }
        let codes = (0..<wordCount * 64).map { _ in UInt16(generator.below(members.count)) }
        var words = [UInt64](repeating: 0, count: wordCount)
        PresenceKernels.lookUp(codes, members: members, wordCount: wordCount, into: &words)
        for (row, code) in codes.enumerated() {
            #expect(words[row / 64] >> UInt64(row % 64) & 1 == UInt64(members[Int(code)]))
        }
    }

    @Test(arguments: [4, 5, 8, 16, 32])
    func gathersBytesOfOneWidth(width: Int) {
        var generator = SplitMix(seed: RandomRows.seed)
        let source = AlignedBytes(count: 100 * width)
        for index in 0..<source.count {
            source.base.storeBytes(
                of: UInt8(truncatingIfNeeded: generator.next()), toByteOffset: index, as: UInt8.self
            )
        }
        let positions = (0..<77).map { _ in UInt32(generator.below(100)) }
        let target = AlignedBytes(count: positions.count * width)
        GatherKernels.gather(
            source.base, width: width, at: positions, count: positions.count, into: target.base)
        withExtendedLifetime((source, target)) {
            for (index, position) in positions.enumerated() {
                let expected = source.bytes[Int(position) * width..<(Int(position) + 1) * width]
                #expect(target.bytes[index * width..<(index + 1) * width].elementsEqual(expected))
            }
        }
    }

    @Test func keepsPresenceInItsSmallestForm() throws {
        var generator = SplitMix(seed: RandomRows.seed)
        for (share, kind) in [(1, PresenceKind.sparse), (500, .bitmap), (999, .absentRows)] {
            let rowCount = 1_003
            var flags = (0..<rowCount).map { _ in generator.below(1_000) < share }
            // Whatever the seed, some row has the column and some row lacks it.
            flags[3] = true
            flags[5] = false
            var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
            for (row, flag) in flags.enumerated() where flag {
                words[row / 64] |= 1 << UInt64(row % 64)
            }
            let count = flags.count { $0 }
            let out = PayloadBuffer()
            #expect(
                PresencePayload.encode(words, rowCount: rowCount, count: count, into: out) == kind)
            let presence = try PresencePayload.decode(
                out.bytes, kind: kind, rowCount: rowCount, count: count)
            #expect((0..<words.count).allSatisfy { presence.words[$0] == words[$0] })
            #expect(throws: SkepError.self) {
                try PresencePayload.decode(
                    out.bytes, kind: kind, rowCount: rowCount, count: count + 8)
            }
        }
    }

    @Test func tellsDistinctStringsApart() {
        var table = StringTable(capacity: 4)
        var generator = SplitMix(seed: RandomRows.seed)
        var known: [[UInt8]: Int] = [:]
        for _ in 0..<20_000 {
            let length = generator.below(12)
            let string = (0..<length).map { _ in UInt8(generator.below(4)) }
            let number = (string + [0]).withUnsafeBytes { bytes in
                bytes.baseAddress.map { table.insert($0, count: length) }
            }
            let expected = known[string] ?? known.count
            known[string] = expected
            #expect(number == expected)
        }
        #expect(table.count == known.count)
        let sorted = table.sortedNumbers().map { Array(table.bytes(Int($0))) }
        #expect(sorted == known.keys.sorted { $0.lexicographicallyPrecedes($1) })
    }
}
