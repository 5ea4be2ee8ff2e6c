import SkepSketches
import SkepTestRandom
import Testing

@Suite struct SumKernelsTests {
    private static let seed: UInt64 = 0x5EED_0013

    /// Doubles that are whole multiples of 2^-60 below 2^10 in magnitude, so that their sums are
    /// exact in 128 bits.
    private func doubles(_ count: Int, _ random: inout SplitMix) -> [Double] {
        (0..<count).map { _ in
            let magnitude = Double(random.next() >> 11 | 1) * 0x1p-60
            let scaled = magnitude * Double(1 << (random.next() % 17))
            return random.next() % 2 == 0 ? scaled : -scaled
        }
    }

    private func exact(_ value: Double) -> Int128 { Int128(value * 0x1p60) }

    private func isClose(_ sum: DoubleDouble, _ exactSum: Int128, _ exactMagnitude: Int128) -> Bool
    {
        abs(sum.value * 0x1p60 - Double(exactSum)) <= 1e-12 * Double(exactMagnitude)
    }

    @Test func runsOfDoublesStayWithinTheBound() {
        var random = SplitMix(seed: Self.seed)
        for count in [0, 1, 7, 8, 9, 2047, 2048, 2049, 50_000] {
            let values = doubles(count, &random)
            let weights = values.map { _ in UInt32(random.next() % 50) + 1 }
            var sum = DoubleDouble()
            var weightedSum = DoubleDouble()
            values.withUnsafeBufferPointer { values in
                weights.withUnsafeBufferPointer { weights in
                    guard let values = values.baseAddress, let weights = weights.baseAddress else {
                        return
                    }
                    SumKernels.addRun(values, count, to: &sum)
                    SumKernels.addRun(values, weights: weights, count, to: &weightedSum)
                }
            }
            let exacts = values.map(exact)
            let weighteds = zip(exacts, weights).map { $0 * Int128($1) }
            #expect(isClose(sum, exacts.reduce(0, +), exacts.reduce(0) { $0 + abs($1) }))
            #expect(
                isClose(weightedSum, weighteds.reduce(0, +), weighteds.reduce(0) { $0 + abs($1) }),
                "\(count) values, seed \(Self.seed)")
        }
    }

    @Test func cellsOfDoublesStayWithinTheBound() {
        var random = SplitMix(seed: Self.seed)
        let values = doubles(30_000, &random)
        let weights = values.map { _ in UInt32(random.next() % 50) + 1 }
        let cells = values.map { _ in UInt32(random.next() % 5) }
        var sums = [DoubleDouble](repeating: DoubleDouble(), count: 6)
        var weightedSums = sums
        withPointers(cells, values, weights) { cells, values, weights in
            sums.withUnsafeMutableBufferPointer { sums in
                weightedSums.withUnsafeMutableBufferPointer { weightedSums in
                    guard let sums = sums.baseAddress, let weightedSums = weightedSums.baseAddress
                    else { return }
                    SumKernels.add(cells: cells, values: values, count: 30_000, to: sums)
                    SumKernels.add(
                        cells: cells, values: values, weights: weights, count: 30_000,
                        to: weightedSums)
                }
            }
        }
        for cell in 0..<6 {
            let rows = cells.indices.filter { cells[$0] == cell }
            let exacts = rows.map { exact(values[$0]) }
            let weighteds = rows.map { exact(values[$0]) * Int128(weights[$0]) }
            #expect(isClose(sums[cell], exacts.reduce(0, +), exacts.reduce(0) { $0 + abs($1) }))
            #expect(
                isClose(
                    weightedSums[cell], weighteds.reduce(0, +), weighteds.reduce(0) { $0 + abs($1) }
                ),
                "cell \(cell), seed \(Self.seed)")
        }
    }

    @Test func cancellationLosesNothingInAPair() {
        var left = DoubleDouble()
        var right = DoubleDouble()
        for number in [1e30, 1, -1e30] { left.add(number) }
        for number in [-1e30, 2.0, 1e30] { right.add(number) }
        #expect(left.value == 1 && right.value == 2)
        left.add(1e30)
        right.add(-1e30)
        left.add(right)
        #expect(left.value == 3)
    }

    @Test func sumsBeyondDoublesBecomeInfinite() {
        var sum = DoubleDouble()
        for _ in 0..<3 { sum.add(.greatestFiniteMagnitude) }
        #expect(sum.value == .infinity)
    }

    @Test func integerSumsAreExact() {
        var random = SplitMix(seed: Self.seed)
        for count in [0, 1, 5, 1000, 20_000] {
            let values = (0..<count).map { _ in
                random.next() % 8 == 0
                    ? (random.next() % 2 == 0 ? Int64.min : .max)
                    : Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
            }
            let weights = values.map { _ in
                random.next() % 8 == 0 ? .max : UInt32(random.next() % 9)
            }
            let cells = values.map { _ in UInt32(random.next() % 3) }
            var sum: Int128 = 5
            var weightedSum: Int128 = -5
            var sums = [Int128](repeating: 1, count: 3)
            var weightedSums = sums
            withPointers(cells, values, weights) { cells, values, weights in
                SumKernels.addRun(values, count, to: &sum)
                SumKernels.addRun(values, weights: weights, count, to: &weightedSum)
                sums.withUnsafeMutableBufferPointer { sums in
                    weightedSums.withUnsafeMutableBufferPointer { weightedSums in
                        guard let sums = sums.baseAddress,
                            let weightedSums = weightedSums.baseAddress
                        else { return }
                        SumKernels.add(cells: cells, values: values, count: count, to: sums)
                        SumKernels.add(
                            cells: cells, values: values, weights: weights, count: count,
                            to: weightedSums)
                    }
                }
            }
            let exacts = values.map { Int128($0) }
            let weighteds = zip(values, weights).map { Int128($0) * Int128($1) }
            #expect(sum == exacts.reduce(5, +), "\(count) values, seed \(Self.seed)")
            #expect(weightedSum == weighteds.reduce(-5, +), "\(count) values, seed \(Self.seed)")
            for cell in 0..<3 {
                let rows = cells.indices.filter { cells[$0] == cell }
                #expect(sums[cell] == rows.reduce(1) { $0 + exacts[$1] })
                #expect(weightedSums[cell] == rows.reduce(1) { $0 + weighteds[$1] })
            }
        }
    }

    private func withPointers<Element>(
        _ cells: [UInt32], _ values: [Element], _ weights: [UInt32],
        _ body: (UnsafePointer<UInt32>, UnsafePointer<Element>, UnsafePointer<UInt32>) -> Void
    ) {
        cells.withUnsafeBufferPointer { cells in
            values.withUnsafeBufferPointer { values in
                weights.withUnsafeBufferPointer { weights in
                    guard let cells = cells.baseAddress, let values = values.baseAddress,
                        let weights = weights.baseAddress
                    else { return }
                    body(cells, values, weights)
                }
            }
        }
    }
}
