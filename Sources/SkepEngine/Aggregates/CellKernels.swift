internal import CSkepKernels

/// Which cell each value of a run belongs to.
enum CellRun {
    /// All values belong to one cell.
    case one(Int)
    /// One cell for each value.
    case each(UnsafePointer<UInt32>)
}

/// Loops that add runs of values to flat arrays indexed by cell.
///
/// Lengths were checked by the caller: arrays cover every cell of a run. Counts cannot overflow
/// below 2^63 weighted events.
enum CellKernels {
    static func addWeights(
        _ totals: UnsafeMutablePointer<Int64>, cells: CellRun, cellCount: Int,
        weights: UnsafePointer<UInt32>?, count: Int
    ) {
        switch cells {
        case .one(let cell): totals[cell] &+= sum(of: weights, count)
        case .each(let cells): skep_add_weights(cells, weights, count, cellCount, totals)
        }
    }

    private static func sum(of weights: UnsafePointer<UInt32>?, _ count: Int) -> Int64 {
        guard let weights else { return Int64(count) }
        var sum: Int64 = 0
        for index in 0..<count { sum &+= Int64(weights[index]) }
        return sum
    }

    /// Adds one number to a double-double (Knuth's TwoSum).
    @inline(__always)
    static func addTwo(
        high: UnsafeMutablePointer<Double>, low: UnsafeMutablePointer<Double>, _ value: Double
    ) {
        let sum = high.pointee + value
        let part = sum - high.pointee
        low.pointee += (high.pointee - (sum - part)) + (value - part)
        high.pointee = sum
    }

    /// Widens one cell's range.
    static func widenRun(
        _ values: UnsafePointer<Int64>, count: Int, least: UnsafeMutablePointer<Int64>,
        greatest: UnsafeMutablePointer<Int64>
    ) {
        guard count > 0 else { return }
        var low: Int64 = 0
        var high: Int64 = 0
        skep_extremes(values, count, &low, &high)
        least.pointee = min(least.pointee, low)
        greatest.pointee = max(greatest.pointee, high)
    }

    static func widenRun(
        _ values: UnsafePointer<Double>, count: Int, least: UnsafeMutablePointer<Double>,
        greatest: UnsafeMutablePointer<Double>
    ) {
        var low = SIMD8<Double>(repeating: least.pointee)
        var high = SIMD8<Double>(repeating: greatest.pointee)
        var index = 0
        while index &+ 8 <= count {
            let next = UnsafeRawPointer(values + index).loadUnaligned(as: SIMD8<Double>.self)
            low.replace(with: next, where: next .< low)
            high.replace(with: next, where: next .> high)
            index &+= 8
        }
        while index < count {
            if values[index] < low[0] { low[0] = values[index] }
            if values[index] > high[0] { high[0] = values[index] }
            index &+= 1
        }
        least.pointee = low.min()
        greatest.pointee = high.max()
    }

    /// Lowers the least positive values, of which 0 means none yet.
    static func leastPositives(
        _ least: UnsafeMutablePointer<Double>, _ values: UnsafePointer<Double>, cells: CellRun,
        count: Int
    ) {
        switch cells {
        case .one(let cell):
            var known = least[cell] > 0 ? least[cell] : .infinity
            for index in 0..<count {
                let value = values[index]
                known = value > 0 && value < known ? value : known
            }
            if known < .infinity { least[cell] = known }
        case .each(let cells):
            for index in 0..<count where values[index] > 0 {
                let cell = Int(cells[index])
                if least[cell] == 0 || values[index] < least[cell] { least[cell] = values[index] }
            }
        }
    }
}
