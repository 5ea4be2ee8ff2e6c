import CSkepKernels
import SkepTestRandom
import Testing

/// Loops over one vector of values beside plain loops, at every level of instructions.
@Suite struct CellKernelTests {
    private static let seed: UInt64 = 71

    private func atEveryLevel(_ check: (Int32) -> Void) {
        for level: Int32 in 0...2 { check(skep_limit_level(level)) }
    }

    @Test func movesSelectedValuesTogether() {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            for count in [64, 1_984, 2_048] {
                let words = (0..<count / 64).map { _ in random.next() & random.next() }
                let rows = (0..<count).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
                let small = (0..<count).map { _ in UInt32(truncatingIfNeeded: random.next()) }
                let large = (0..<count).map { _ in random.next() }
                var keptSmall = [UInt32](repeating: 0, count: count + 16)
                var keptLarge = [UInt64](repeating: 0, count: count + 16)
                let smallCount = skep_compress32(small, words, count, &keptSmall)
                let largeCount = skep_compress64(large, words, count, &keptLarge)
                #expect(smallCount == rows.count && largeCount == rows.count, "level \(level)")
                #expect(Array(keptSmall.prefix(rows.count)) == rows.map { small[$0] })
                #expect(Array(keptLarge.prefix(rows.count)) == rows.map { large[$0] })
            }
        }
    }

    @Test func movesFewSelectedValuesTogether() {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            let words: [UInt64] = (0..<32).map { word in
                var bits: UInt64 = 0
                for _ in 0..<word % 5 { bits |= 1 << (random.next() % 64) }
                return bits
            }
            let rows = (0..<2_048).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
            let values = (0..<2_048).map { _ in random.next() }
            var kept = [UInt64](repeating: 0, count: 2_064)
            let count = skep_compress64(values, words, 2_048, &kept)
            #expect(Array(kept.prefix(count)) == rows.map { values[$0] }, "level \(level)")
        }
    }

    @Test func numbersPairsUpToTheFirstNewOne() {
        var random = SplitMix(seed: Self.seed)
        for count in [0, 1, 3, 4, 100] {
            let grid = (0..<64).map { _ in UInt32(1 + random.next() % 1_000) }
            let firsts = (0..<count).map { _ in UInt32(random.next() % 7) }
            let seconds = (0..<count).map { _ in UInt32(random.next() % 8) }
            let expected = zip(firsts, seconds).map { grid[Int($0 * 8 + $1)] - 1 }
            var numbers = firsts
            #expect(skep_number_pairs(grid, 3, &numbers, seconds, count) == count)
            #expect(numbers == expected)
            guard count > 1 else { continue }
            let fresh = Int(random.next() % UInt64(count))
            numbers = firsts
            numbers[fresh] = 7
            var places = seconds
            places[fresh] = 0
            var known = grid
            known[56] = 0
            let done = skep_number_pairs(known, 3, &numbers, places, count)
            #expect(done <= fresh && done > fresh - 4)
            #expect(Array(numbers.prefix(done)) == Array(expected.prefix(done)))
            #expect(
                Array(numbers.dropFirst(done).prefix(fresh - done)) == Array(firsts[done..<fresh]))
        }
    }

    @Test func findsGreatestAndWantedWords() {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            for count in [0, 1, 63, 64, 65, 200] {
                var words = (0..<count).map { _ in UInt32(random.next() % 1_000_000) }
                #expect(skep_greatest_word(words, count) == words.max() ?? 0, "level \(level)")
                #expect(skep_find_word(words, count, .max) == count, "level \(level)")
                guard count > 0 else { continue }
                let place = Int(random.next() % UInt64(count))
                words[place] = .max
                #expect(skep_find_word(words, count, .max) == place, "level \(level)")
                #expect(skep_greatest_word(words, count) == .max, "level \(level)")
            }
        }
    }

    @Test func movesBitsOfPresentRowsTogether() {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            for _ in 0..<20 {
                let bits = (0..<32).map { _ in random.next() }
                let dense = random.next() % 2 == 0
                let places = (0..<32).map { word in
                    word == 7 ? 0 : dense && word < 5 ? .max : random.next()
                }
                var packed = [UInt64](repeating: .max, count: 33)
                let count = skep_pack_bits(bits, places, 32, &packed)
                let expected = (0..<2_048).filter { places[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
                    .map { bits[$0 / 64] >> UInt64($0 % 64) & 1 }
                #expect(count == expected.count, "level \(level), seed \(Self.seed)")
                for (position, bit) in expected.enumerated() {
                    #expect(packed[position / 64] >> UInt64(position % 64) & 1 == bit)
                }
                #expect(packed[count / 64] >> UInt64(count % 64) == 0)
            }
        }
    }

    @Test(arguments: [1, 12, 256, 257, 3_000])
    func addsIntegersOfAnySizeExactly(cellCount: Int) {
        var random = SplitMix(seed: Self.seed)
        for wide in [false, true] {
            for weighted in [false, true] {
                let count = 2_000
                let cells = (0..<count).map { _ in UInt32(random.next() % UInt64(cellCount)) }
                let values = (0..<count).map { _ in
                    Int64(bitPattern: random.next()) >> (wide ? 0 : 40)
                }
                let weights = (0..<count).map { _ in
                    UInt32(truncatingIfNeeded: random.next() >> (wide ? 32 : 54)) | 1
                }
                var sums = [Int128](repeating: -5, count: cellCount)
                var totals = [Int64](repeating: 3, count: cellCount)
                var kinds = [UInt8](repeating: 0, count: cellCount)
                var expected = sums
                var expectedTotals = totals
                var seen = kinds
                for row in 0..<count {
                    let weight = weighted ? weights[row] : 1
                    expected[Int(cells[row])] += Int128(values[row]) * Int128(weight)
                    expectedTotals[Int(cells[row])] += Int64(weight)
                    seen[Int(cells[row])] = 1
                }
                addInts(values, cells, weighted ? weights : nil, &sums, &totals, &kinds)
                #expect(sums == expected, "seed \(Self.seed)")
                #expect(totals == expectedTotals)
                #expect(kinds == seen)
            }
        }
    }

    private func addInts(
        _ values: [Int64], _ cells: [UInt32], _ weights: [UInt32]?, _ sums: inout [Int128],
        _ totals: inout [Int64], _ kinds: inout [UInt8]
    ) {
        let cellCount = sums.count
        sums.withUnsafeMutableBytes { sums in
            totals.withUnsafeMutableBufferPointer { totals in
                kinds.withUnsafeMutableBufferPointer { kinds in
                    var target = skep_int_sums(
                        sums: sums.assumingMemoryBound(to: skep_int128.self).baseAddress,
                        weights: totals.baseAddress, kinds: kinds.baseAddress, kind: 1)
                    if cellCount == 1 {
                        skep_add_ints_run(values, weights, values.count, 0, &target)
                    } else {
                        skep_add_ints(values, cells, weights, values.count, cellCount, &target)
                    }
                }
            }
        }
    }

    /// The promise is 1e-12 of the sum of magnitudes.
    @Test(arguments: [1, 12, 256, 257, 3_000])
    func addsDoublesWithinThePromise(cellCount: Int) {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            let count = 2_048
            let cells = (0..<count).map { _ in UInt32(random.next() % UInt64(cellCount)) }
            let values = (0..<count).map { _ in Double(Int64(bitPattern: random.next()) >> 13) }
            let weights = (0..<count).map { _ in UInt32(truncatingIfNeeded: random.next() % 900) + 1
            }
            var high = [Double](repeating: 0, count: cellCount)
            var low = high
            var totals = [Int64](repeating: 0, count: cellCount)
            var kinds = [UInt8](repeating: 0, count: cellCount)
            high.withUnsafeMutableBufferPointer { high in
                low.withUnsafeMutableBufferPointer { low in
                    totals.withUnsafeMutableBufferPointer { totals in
                        kinds.withUnsafeMutableBufferPointer { kinds in
                            var target = skep_double_sums(
                                high: high.baseAddress, low: low.baseAddress,
                                weights: totals.baseAddress, kinds: kinds.baseAddress, kind: 2)
                            if cellCount == 1 {
                                skep_add_doubles_run(values, weights, count, 0, &target)
                            } else {
                                skep_add_doubles(values, cells, weights, count, cellCount, &target)
                            }
                        }
                    }
                }
            }
            var exact = [Int128](repeating: 0, count: cellCount)
            var magnitude = exact
            var weight = [Int64](repeating: 0, count: cellCount)
            for row in 0..<count {
                let product = Int128(values[row]) * Int128(weights[row])
                exact[Int(cells[row])] += product
                magnitude[Int(cells[row])] += product < 0 ? -product : product
                weight[Int(cells[row])] += Int64(weights[row])
            }
            #expect(totals == weight)
            for cell in 0..<cellCount {
                let error = abs(Double(exact[cell] - Int128(high[cell])) - low[cell])
                #expect(
                    error <= 1e-12 * Double(magnitude[cell]), "level \(level), seed \(Self.seed)")
                #expect(kinds[cell] == (weight[cell] > 0 ? 2 : 0))
            }
        }
    }

    @Test func findsTheIntervalThatTheEdgesSay() {
        atEveryLevel { level in
            var random = SplitMix(seed: Self.seed)
            for (start, step) in [(0.0, 0.1), (-3, 1), (1e15, 0.5), (-0.7, 0.01), (1e-300, 2e-302)]
            {
                let edges = (0...80).map { start + Double($0) * step }
                let most = max(abs(edges[0]), abs(edges[80]))
                var grid = skep_grid(
                    edges: nil, count: 80, per_unit: 1 / step,
                    tolerance: 0x1p-40 + most / step * 0x1p-50)
                var values = edges + edges.dropFirst().map(\.nextDown)
                while values.count < 1_000 {
                    let part = Double(random.next() >> 11) * 0x1p-53
                    values.append(min(edges[80], edges[0] + part * (edges[80] - edges[0])))
                }
                var found = [UInt32](repeating: 0, count: values.count)
                edges.withUnsafeBufferPointer { buffer in
                    grid.edges = buffer.baseAddress
                    skep_grid_intervals(values, values.count, &grid, &found)
                }
                for (value, interval) in zip(values, found) {
                    let right = min(79, (edges.lastIndex { $0 <= value } ?? 0))
                    #expect(Int(interval) == right, "\(value), level \(level), seed \(Self.seed)")
                }
            }
        }
    }

    @Test(arguments: [1, 40, 100, 130])
    func countsEveryWeightOnce(intervalCount: Int) {
        var random = SplitMix(seed: Self.seed)
        for count in [3, 700, 2_048] {
            let intervals = (0..<count).map { _ in UInt32(random.next() % UInt64(intervalCount)) }
            let cells = (0..<count).map { _ in UInt32(random.next() % 5) }
            let weights = (0..<count).map { _ in UInt32(random.next() % 50) + 1 }
            var run = [Int64](repeating: 1, count: intervalCount)
            var each = [Int64](repeating: 1, count: intervalCount * 5)
            var (expectedRun, expectedEach) = (run, each)
            for row in 0..<count {
                expectedRun[Int(intervals[row])] += Int64(weights[row])
                expectedEach[Int(cells[row]) * intervalCount + Int(intervals[row])] += 1
            }
            skep_count_run(intervals, weights, count, intervalCount, &run)
            skep_count_cells(intervals, cells, nil, count, intervalCount, &each)
            #expect(run == expectedRun, "seed \(Self.seed)")
            #expect(each == expectedEach, "seed \(Self.seed)")
        }
    }
}
