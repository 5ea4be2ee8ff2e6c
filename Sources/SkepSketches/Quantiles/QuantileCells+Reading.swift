internal import CSkepKernels

extension QuantileCells {
    /// The value of a quantile; nil if the cell is empty.
    ///
    /// - Parameter q: From 0 to 1; 0.95 is the 95th percentile.
    /// - Complexity: O(values held), below 1 ns each.
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
        } else if state.kind == .answered {
            readAnswers(state, quantiles, count: count, into: values)
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

    /// Writes the quantiles of a chunk's values.
    private func readExact(
        _ state: Cell, _ quantiles: UnsafePointer<Double>, _ count: Int,
        _ values: UnsafeMutablePointer<Double>
    ) {
        let held = Int(state.count)
        let weights = state.kind == .weighted ? UnsafePointer(state.weights) : nil
        let total = weights.map { skep_sum_weights($0, held) } ?? UInt64(held)
        let room = 2 * held + SKEP_RANK_SLACK
        withUnsafeTemporaryAllocation(of: Double.self, capacity: room) { scratch in
            withUnsafeTemporaryAllocation(
                of: UInt32.self, capacity: weights == nil ? 0 : room
            ) { scratchWeights in
                for index in 0..<count {
                    let value = skep_select_rank(
                        state.values, weights, held, Self.rank(quantiles[index], total), total,
                        scratch.baseAddress, scratchWeights.baseAddress)
                    // Adding zero turns -0 into 0.
                    values[index] = value + 0
                }
            }
        }
    }
}
