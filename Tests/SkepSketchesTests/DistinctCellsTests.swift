import SkepModel
import SkepSketches
import SkepTestRandom
import Testing

@Suite struct DistinctCellsTests {
    private static let seed: UInt64 = 0x5EED_0012

    private func hashes(_ count: Int, _ random: inout SplitMix) -> [UInt64] {
        let start = random.next()
        return (0..<count).map { Hash64.hash(start &+ UInt64($0)) }
    }

    private func addRun(_ hashes: [UInt64], to cells: DistinctCells, cell: Int) {
        hashes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            cells.addRun(cell: cell, hashes: base, count: buffer.count)
        }
    }

    private func addRows(_ hashes: [UInt64], _ ids: [UInt32], to cells: DistinctCells) {
        hashes.withUnsafeBufferPointer { buffer in
            ids.withUnsafeBufferPointer { ids in
                guard let base = buffer.baseAddress, let ids = ids.baseAddress else { return }
                cells.add(cells: ids, hashes: base, count: buffer.count)
            }
        }
    }

    @Test func isExactUpTo4096DifferentHashes() {
        var random = SplitMix(seed: Self.seed)
        for count in [0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 24, 25, 1000, 3072, 3073, 4095, 4096] {
            let cells = DistinctCells()
            cells.grow(to: 1)
            let hashes = hashes(count, &random)
            for _ in 0..<3 { addRun(hashes.shuffled(using: &random), to: cells, cell: 0) }
            #expect(cells.estimate(cell: 0) == count, "seed \(Self.seed)")
        }
    }

    @Test func countsTheHashZero() {
        let cells = DistinctCells()
        cells.grow(to: 1)
        for _ in 0..<2 {
            for hash in 0..<UInt64(1000) { cells.add(cell: 0, hash: hash) }
            addRun(Array(0..<1000), to: cells, cell: 0)
            addRows(Array(0..<1000), Array(repeating: 0, count: 1000), to: cells)
        }
        #expect(cells.estimate(cell: 0) == 1000)
    }

    @Test(arguments: [4_097, 5_000, 8_000, 12_000, 20_000, 40_000, 60_000, 100_000, 300_000])
    func staysWithinThreePercent(count: Int) {
        var random = SplitMix(seed: Self.seed &+ UInt64(count))
        var signedError = 0.0
        let trials = max(2, 200_000 / count)
        for _ in 0..<trials {
            let cells = DistinctCells()
            cells.grow(to: 1)
            addRun(hashes(count, &random), to: cells, cell: 0)
            let error = Double(cells.estimate(cell: 0) - count) / Double(count)
            #expect(abs(error) < 0.03, "\(count) hashes, seed \(Self.seed)")
            signedError += error / Double(trials)
        }
        // No bias: the mean error shrinks with the root of the number of trials.
        #expect(abs(signedError) < 4 * 0.0082 / Double(trials).squareRoot(), "seed \(Self.seed)")
    }

    @Test func staysWithinThreePercentAtAMillion() {
        var random = SplitMix(seed: Self.seed)
        let cells = DistinctCells()
        cells.grow(to: 1)
        addRun(hashes(1_000_000, &random), to: cells, cell: 0)
        #expect(abs(cells.estimate(cell: 0) - 1_000_000) < 30_000)
    }

    @Test func orderSplitAndMergeDoNotMatter() {
        var random = SplitMix(seed: Self.seed)
        for count in [1, 7, 8, 9, 3_000, 4_096, 4_097, 30_000] {
            let hashes = hashes(count, &random)
            let whole = DistinctCells()
            whole.grow(to: 1)
            addRun(hashes, to: whole, cell: 0)
            for parts in 1...4 {
                // Every hash goes to one part, some to a second: parts overlap.
                let target = DistinctCells()
                target.grow(to: 3)
                for part in 0..<parts {
                    let source = DistinctCells()
                    source.grow(to: 2)
                    let own = hashes.enumerated().filter {
                        $0.offset % parts == part || $0.offset % 7 == part
                    }.map(\.element).shuffled(using: &random)
                    if part % 2 == 0 {
                        addRun(own, to: source, cell: 1)
                        target.merge(from: source, into: nil)
                    } else {
                        addRows(own, own.map { _ in 1 }, to: source)
                        target.merge(cell: 1, from: source, cell: 1)
                    }
                }
                #expect(
                    target.estimate(cell: 1) == whole.estimate(cell: 0),
                    "\(count) hashes in \(parts) parts, seed \(Self.seed)")
                #expect(target.estimate(cell: 0) == 0)
            }
        }
    }

    @Test func manyCellsKeepApart() {
        var random = SplitMix(seed: Self.seed)
        let cells = DistinctCells()
        var expected: [Set<UInt64>] = []
        for round in 1...5 {
            let cellCount = 40 * round
            cells.grow(to: cellCount)
            while expected.count < cellCount { expected.append([]) }
            let hashes = (0..<8_000).map { _ in Hash64.hash(random.next() % 3_000) }
            let ids = hashes.map { _ in
                UInt32(random.next() % 2 == 0 ? 0 : random.next() % UInt64(cellCount))
            }
            for (hash, id) in zip(hashes, ids) { expected[Int(id)].insert(hash) }
            addRows(hashes, ids, to: cells)
        }
        for (cell, hashes) in expected.enumerated() {
            #expect(cells.estimate(cell: cell) == hashes.count, "cell \(cell), seed \(Self.seed)")
        }
    }

    @Test func mergesIntoChosenCells() {
        let source = DistinctCells()
        source.grow(to: 3)
        for cell in 0..<3 {
            for hash in 0...UInt64(cell) { source.add(cell: cell, hash: Hash64.hash(hash)) }
        }
        let target = DistinctCells()
        target.grow(to: 6)
        let places: [UInt32] = [5, 0, 5]
        places.withUnsafeBufferPointer { target.merge(from: source, into: $0.baseAddress) }
        #expect((0..<6).map { target.estimate(cell: $0) } == [2, 0, 0, 0, 0, 3])
    }

    @Test func memoryFollowsTheContent() {
        var random = SplitMix(seed: Self.seed)
        let cells = DistinctCells()
        cells.grow(to: 50_000)
        for cell in 0..<50_000 {
            for hash in 0...UInt64(cell % 4) { cells.add(cell: cell, hash: Hash64.hash(hash)) }
        }
        #expect(cells.bytes < 50_000 * 64)
        let one = DistinctCells()
        one.grow(to: 1)
        addRun(hashes(100_000, &random), to: one, cell: 0)
        #expect(one.bytes > 16_384 && one.bytes < 300_000)
    }
}
