extension QuantileCells {
    /// The value of a quantile; nil if the cell is empty.
    ///
    /// - Parameter q: From 0 to 1; 0.95 is the 95th percentile.
    /// - Complexity: O(values held), about 2 ns each.
    package func quantile(cell: Int, q: Double) -> Double? {
        var value = 0.0
        return withUnsafePointer(to: q) { quantile in
            read(cell: cell, quantile, count: 1, into: &value) ? value : nil
        }
    }

    /// The values of several quantiles; nil if the cell is empty.
    package func quantiles(cell: Int, _ quantiles: [Double]) -> [Double]? {
        var values = [Double](repeating: 0, count: quantiles.count)
        let found = quantiles.withUnsafeBufferPointer { quantiles in
            values.withUnsafeMutableBufferPointer { values in
                guard let quantile = quantiles.baseAddress, let value = values.baseAddress else {
                    return false
                }
                return read(cell: cell, quantile, count: quantiles.count, into: value)
            }
        }
        return found ? values : nil
    }

    /// Writes the values of several quantiles; false if the cell is empty.
    ///
    /// - Parameter values: Room for `count` values.
    package func read(
        cell: Int, _ quantiles: UnsafePointer<Double>, count: Int,
        into values: UnsafeMutablePointer<Double>
    ) -> Bool {
        precondition(cell < self.count)
        let state = states[cell]
        if state.kind == .histogram {
            let histogram = state.histogram.pointee
            let total = histogram.total
            for index in 0..<count {
                values[index] = histogram.value(
                    rank: Self.rank(quantiles[index], total), total: total)
            }
        } else if state.count == 0 {
            return false
        } else if state.capacity == 0 {
            values.update(repeating: Double(bitPattern: state.word) + 0, count: count)
        } else {
            readExact(state, quantiles, count, values)
        }
        return true
    }

    /// The rank of a quantile: the smallest whole number ≥ q × total, from 1 to total.
    ///
    /// q is meant as a decimal fraction: 0.07 × 100 is 7, although the product of the doubles is
    /// 7.000000000000001. So a product within its rounding error of a whole number is that number.
    static func rank(_ q: Double, _ total: UInt64) -> UInt64 {
        let product = q * Double(total)
        let nearest = product.rounded()
        let rank = abs(product - nearest) <= product * 0x1p-51 ? nearest : product.rounded(.up)
        // Beyond 2^53 the doubles are sparse: stay within the total.
        return rank < Double(total) ? UInt64(rank > 1 ? rank : 1) : total
    }

    private static func sum(_ weights: UnsafePointer<UInt64>, _ count: Int) -> UInt64 {
        var sum: UInt64 = 0
        // Wrapping: a sum beyond 2^64 is meaningless, but must not trap.
        for index in 0..<count { sum &+= weights[index] }
        return sum
    }

    /// Writes the quantiles of a chunk's values.
    ///
    /// The chunk is copied, so that several threads may read.
    private func readExact(
        _ state: Cell, _ quantiles: UnsafePointer<Double>, _ count: Int,
        _ values: UnsafeMutablePointer<Double>
    ) {
        let held = Int(state.count)
        let weighted = state.kind == .weighted
        let total = weighted ? Self.sum(state.weights, held) : UInt64(held)
        let sorts = held <= RankSelection.sortThreshold
        let sliceWords = sorts ? 0 : RankSelection.sliceCapacity
        let words = sliceWords + held * (weighted ? 2 : 1)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { scratch in
            guard let base = scratch.baseAddress else { return }
            let keys = base + sliceWords
            let weights = weighted ? keys + held : nil
            let selection = RankSelection(keys: keys, weights: weights, slices: base)
            var bounds: ClosedRange<UInt64> = 0...0
            for index in 0..<count {
                let rank = Self.rank(quantiles[index], total)
                // A selection changes its values; sorted ones serve every rank.
                if index == 0 || !sorts { bounds = selection.load(state, held) }
                if index == 0, sorts { selection.sort(held) }
                values[index] =
                    sorts
                    ? selection.sortedValue(rank: rank, count: held)
                    : selection.select(rank: rank, count: held, bounds: bounds)
            }
        }
    }
}
