extension QuantileCells {
    /// The value of a quantile; nil if the cell is empty.
    ///
    /// - Parameter q: From 0 to 1; 0.95 is the 95th percentile.
    /// - Complexity: O(values held), about 3 ns each.
    package func quantile(cell: Int, q: Double) -> Double? {
        quantiles(cell: cell, [q])?.first
    }

    /// The values of several quantiles; nil if the cell is empty.
    package func quantiles(cell: Int, _ quantiles: [Double]) -> [Double]? {
        precondition(cell < count)
        let state = states[cell]
        let held = Int(state.count)
        if state.kind == .histogram {
            let histogram = state.histogram.pointee
            let total = histogram.total
            return quantiles.map { histogram.value(rank: Self.rank($0, total), total: total) }
        }
        if held == 0 { return nil }
        if state.capacity == 0 {
            return quantiles.map { _ in Double(bitPattern: state.word) + 0 }
        }
        return exactQuantiles(state, held, quantiles)
    }

    /// The sum of the weights added to a cell.
    package func totalWeight(cell: Int) -> UInt64 {
        precondition(cell < count)
        let state = states[cell]
        switch state.kind {
        case .histogram: return state.histogram.pointee.total
        case .plain: return UInt64(state.count)
        case .weighted: return Self.sum(state.weights, Int(state.count))
        }
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
        for index in 0..<count { sum &+= weights[index] }
        return sum
    }

    private func exactQuantiles(_ state: Cell, _ count: Int, _ quantiles: [Double]) -> [Double] {
        let weighted = state.kind == .weighted
        let total = weighted ? Self.sum(state.weights, count) : UInt64(count)
        let words = count * (weighted ? 2 : 1) + RankSelection.sliceCapacity
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { scratch in
            // Never empty: it has at least the slices.
            let base = scratch.baseAddress.unsafelyUnwrapped
            let slices = base
            let keys = base + RankSelection.sliceCapacity
            let weights = weighted ? keys + count : nil
            let selection = RankSelection(keys: keys, weights: weights, slices: slices)
            func load() {
                for index in 0..<count { keys[index] = RankSelection.key(state.values[index]) }
                weights?.update(from: state.weights, count: count)
            }
            if count <= RankSelection.sortThreshold {
                load()
                selection.sort(count)
                return quantiles.map {
                    selection.sortedValue(rank: Self.rank($0, total), count: count)
                }
            }
            return quantiles.map {
                load()
                return selection.select(rank: Self.rank($0, total), count: count)
            }
        }
    }
}
