import SkepSketches
import SkepTestRandom
import Testing

@Suite struct QuantileCellsTests {
    private static let seed: UInt64 = 0x5EED_0011

    typealias Pair = (value: Double, weight: UInt32)

    /// Shapes of values, each with its own traps: ties, signs, powers of two, extreme exponents.
    enum Shape: CaseIterable {
        case uniform, durations, fewValues, signed, zeros, powersOfTwo, wide, constant

        func value(_ random: inout SplitMix) -> Double {
            let unit = Double(random.next() >> 11) * 0x1p-53
            switch self {
            case .uniform: return unit
            case .durations: return (1_000 * unit * unit * unit * unit).rounded() / 8 + 0.125
            case .fewValues: return Double(random.next() % 5)
            case .signed: return (unit - 0.5) * Double(1 << (random.next() % 40))
            case .zeros:
                return random.next() % 3 == 0 ? unit - 0.5 : random.next() % 2 == 0 ? 0 : -0.0
            case .powersOfTwo:
                let power = Double(
                    sign: .plus, exponent: Int(random.next() % 40) - 20, significand: 1)
                return random.next() % 2 == 0
                    ? power : random.next() % 2 == 0 ? power.nextUp : power.nextDown
            case .wide:
                let value = Double(bitPattern: random.next())
                return value.isFinite && value.isNormal ? value : 0
            case .constant: return 42.5
            }
        }
    }

    private func pairs(
        _ shape: Shape, _ count: Int, weighted: Bool, _ random: inout SplitMix
    ) -> [Pair] {
        (0..<count).map { _ in
            let value = shape.value(&random)
            return (value, weighted ? UInt32(random.next() % 20) + 1 : 1)
        }
    }

    private func add(_ pairs: [Pair], to cells: QuantileCells, cell: Int, weighted: Bool) {
        let values = pairs.map(\.value)
        let weights = pairs.map(\.weight)
        values.withUnsafeBufferPointer { values in
            weights.withUnsafeBufferPointer { weights in
                guard let values = values.baseAddress, let weights = weights.baseAddress else {
                    return
                }
                if weighted {
                    cells.addRun(cell: cell, values: values, weights: weights, count: pairs.count)
                } else {
                    cells.addRun(cell: cell, values: values, count: pairs.count)
                }
            }
        }
    }

    private func sketch(_ pairs: [Pair], weighted: Bool) -> [Double]? {
        let cells = QuantileCells()
        cells.grow(to: 1)
        add(pairs, to: cells, cell: 0, weighted: weighted)
        return cells.quantiles(cell: 0, NaiveQuantile.fractions)
    }

    @Test(arguments: Shape.allCases, [false, true])
    func isExactUpTo4096Values(shape: Shape, weighted: Bool) {
        var random = SplitMix(seed: Self.seed)
        for count in [1, 2, 3, 4, 5, 10, 31, 32, 33, 64, 100, 999, 1000, 2049, 4095, 4096] {
            let pairs = pairs(shape, count, weighted: weighted, &random)
            #expect(
                sketch(pairs, weighted: weighted) == NaiveQuantile.values(pairs),
                "\(count) values, seed \(Self.seed)")
        }
    }

    @Test(arguments: Shape.allCases, [false, true])
    func staysWithinOnePercentBeyond4096Values(shape: Shape, weighted: Bool) {
        var random = SplitMix(seed: Self.seed)
        for count in [4097, 20_000] {
            let pairs = pairs(shape, count, weighted: weighted, &random)
            guard let found = sketch(pairs, weighted: weighted) else {
                Issue.record("no result")
                return
            }
            for (found, exact) in zip(found, NaiveQuantile.values(pairs)) {
                #expect(
                    abs(found - exact) <= abs(exact) * 0.0079,
                    "\(found) for \(exact), \(count) values, seed \(Self.seed)")
                #expect(!(found == 0 && found.sign == .minus))
            }
        }
    }

    @Test(arguments: Shape.allCases, [false, true])
    func orderSplitAndMergeDoNotMatter(shape: Shape, weighted: Bool) {
        var random = SplitMix(seed: Self.seed)
        for count in [3, 40, 3_000, 4_096, 4_097, 9_000] {
            var pairs = pairs(shape, count, weighted: weighted, &random)
            let expected = sketch(pairs, weighted: weighted)
            for parts in [1, 2, 7] {
                pairs.shuffle(using: &random)
                let merged = mergedFromParts(pairs, parts, weighted: weighted, &random)
                #expect(
                    merged.quantiles(cell: 3, NaiveQuantile.fractions) == expected,
                    "\(count) values in \(parts) parts, seed \(Self.seed)")
            }
        }
    }

    /// Adds random parts to cell 3 of several arrays by random ways, then merges them.
    private func mergedFromParts(
        _ pairs: [Pair], _ parts: Int, weighted: Bool, _ random: inout SplitMix
    ) -> QuantileCells {
        let target = QuantileCells()
        target.grow(to: 5)
        var start = 0
        for part in 1...parts {
            let rest = pairs.count - start
            let count = part == parts ? rest : Int(random.next() % UInt64(rest + 1))
            let source = QuantileCells()
            source.grow(to: 4)
            let slice = Array(pairs[start..<start + count])
            switch random.next() % 3 {
            case 0: add(slice, to: source, cell: 3, weighted: weighted)
            case 1:
                for pair in slice {
                    source.add(cell: 3, value: pair.value, weight: pair.weight)
                }
            default:
                addRows(slice, Array(repeating: 3, count: count), to: source, weighted: weighted)
            }
            if part % 2 == 0 {
                target.merge(cell: 3, from: source, cell: 3)
            } else {
                target.merge(from: source, into: nil)
            }
            start += count
        }
        return target
    }

    private func addRows(
        _ pairs: [Pair], _ cells: [UInt32], to target: QuantileCells, weighted: Bool
    ) {
        let values = pairs.map(\.value)
        let weights = pairs.map(\.weight)
        values.withUnsafeBufferPointer { values in
            weights.withUnsafeBufferPointer { weights in
                cells.withUnsafeBufferPointer { cells in
                    guard let values = values.baseAddress, let weights = weights.baseAddress,
                        let cells = cells.baseAddress
                    else { return }
                    if weighted {
                        target.add(
                            cells: cells, values: values, weights: weights, count: pairs.count)
                    } else {
                        target.add(cells: cells, values: values, count: pairs.count)
                    }
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func manyCellsKeepApart(weighted: Bool) {
        var random = SplitMix(seed: Self.seed)
        let cells = QuantileCells()
        var expected: [[Pair]] = []
        for round in 1...6 {
            // Cells appear while others fill; the first get most of the values.
            let cellCount = 50 * round
            cells.grow(to: cellCount)
            while expected.count < cellCount { expected.append([]) }
            let pairs = pairs(.signed, 6_000, weighted: weighted, &random)
            let ids = pairs.map { _ in
                UInt32(
                    random.next() % 2 == 0 ? random.next() % 2 : random.next() % UInt64(cellCount))
            }
            for (pair, id) in zip(pairs, ids) { expected[Int(id)].append(pair) }
            addRows(pairs, ids, to: cells, weighted: weighted)
        }
        for (cell, pairs) in expected.enumerated() {
            #expect(
                cells.quantiles(cell: cell, NaiveQuantile.fractions)
                    == (pairs.isEmpty ? nil : sketch(pairs, weighted: weighted)),
                "cell \(cell), seed \(Self.seed)")
        }
    }

    @Test func emptyCellsHaveNoQuantile() {
        let cells = QuantileCells()
        cells.grow(to: 3)
        cells.add(cell: 1, value: 7, weight: 1)
        #expect(cells.quantile(cell: 0, q: 0.5) == nil)
        #expect(cells.quantile(cell: 1, q: 0.5) == 7)
        #expect(cells.quantile(cell: 2, q: 0.5) == nil)
    }

    @Test func decimalQuantilesMeetTheirRank() {
        let cells = QuantileCells()
        cells.grow(to: 1)
        for value in 1...100 { cells.add(cell: 0, value: Double(value), weight: 1) }
        // As doubles 0.07 × 100 is more than 7.
        #expect(cells.quantile(cell: 0, q: 0.07) == 7)
        #expect(cells.quantile(cell: 0, q: 0.071) == 8)
        #expect(cells.quantile(cell: 0, q: 0) == 1)
        #expect(cells.quantile(cell: 0, q: 1) == 100)
    }

    @Test func extremesAreReportedExactly() {
        let cells = QuantileCells()
        cells.grow(to: 1)
        for value in 0..<5_000 { cells.add(cell: 0, value: 1000.1 + Double(value), weight: 1) }
        #expect(cells.quantile(cell: 0, q: 0) == 1000.1)
        #expect(cells.quantile(cell: 0, q: 1) == 5999.1)
    }

    @Test func subnormalValuesCountAsZero() {
        let cells = QuantileCells()
        cells.grow(to: 1)
        for _ in 0..<3_000 {
            cells.add(cell: 0, value: -1, weight: 1)
            cells.add(cell: 0, value: .leastNonzeroMagnitude, weight: 1)
        }
        #expect(cells.quantile(cell: 0, q: 0.5) == -1)
        #expect(cells.quantile(cell: 0, q: 0.6) == 0)
    }

    @Test func hugeWeightsAndInfinitiesDoNotTrap() {
        let cells = QuantileCells()
        cells.grow(to: 1)
        for _ in 0..<5_000 {
            cells.add(cell: 0, value: 1, weight: .max)
            cells.add(cell: 0, value: .infinity, weight: .max)
            cells.add(cell: 0, value: -.greatestFiniteMagnitude, weight: 1)
        }
        #expect(cells.quantiles(cell: 0, NaiveQuantile.fractions) != nil)
    }

    @Test func smallCellsAreCheap() {
        let cells = QuantileCells()
        cells.grow(to: 100_000)
        for cell in 0..<100_000 {
            for value in 0...(cell % 8) { cells.add(cell: cell, value: Double(value), weight: 1) }
        }
        #expect(cells.bytes < 100_000 * 80)
        let one = QuantileCells()
        one.grow(to: 1)
        #expect(one.bytes < 100)
        for value in 0..<100_000 { one.add(cell: 0, value: Double(value), weight: 1) }
        #expect(one.bytes < 160_000)
        #expect(one.bytes > 4_000)
    }
}
