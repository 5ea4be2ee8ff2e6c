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
        _ totals: UnsafeMutablePointer<Int64>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        switch cells {
        case .one(let cell):
            guard let weights else {
                totals[cell] &+= Int64(count)
                return
            }
            var sum: Int64 = 0
            for index in 0..<count { sum &+= Int64(weights[index]) }
            totals[cell] &+= sum
        case .each(let cells):
            if let weights {
                for index in 0..<count { totals[Int(cells[index])] &+= Int64(weights[index]) }
            } else {
                for index in 0..<count { totals[Int(cells[index])] &+= 1 }
            }
        }
    }

    /// Adds value × rate to 128-bit sums: exact for fewer than 2^32 values of any size.
    static func addInts(
        _ sums: UnsafeMutablePointer<Int128>, _ values: UnsafePointer<Int64>, cells: CellRun,
        weights: UnsafePointer<UInt32>?, count: Int
    ) {
        switch cells {
        case .one(let cell):
            var sum: Int128 = 0
            if let weights {
                for index in 0..<count { sum &+= product(values[index], weights[index]) }
            } else {
                for index in 0..<count { sum &+= Int128(values[index]) }
            }
            sums[cell] &+= sum
        case .each(let cells):
            if let weights {
                for index in 0..<count {
                    sums[Int(cells[index])] &+= product(values[index], weights[index])
                }
            } else {
                for index in 0..<count { sums[Int(cells[index])] &+= Int128(values[index]) }
            }
        }
    }

    @inline(__always)
    private static func product(_ value: Int64, _ weight: UInt32) -> Int128 {
        Int128(value) &* Int128(weight)
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

    /// Adds value × rate to double-double sums.
    ///
    /// Within one cell's run, four plain partial sums of at most 512 values each lose at most
    /// 512 × 2^-53 of Σ|v·rate|, far below the promised 1e-12; across runs the sum is compensated.
    static func addDoubles(
        high: UnsafeMutablePointer<Double>, low: UnsafeMutablePointer<Double>,
        _ values: UnsafePointer<Double>, cells: CellRun, weights: UnsafePointer<UInt32>?,
        count: Int
    ) {
        switch cells {
        case .one(let cell):
            var lanes = SIMD4<Double>.zero
            var index = 0
            while index &+ 4 <= count {
                var next = UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Double>.self)
                if let weights {
                    next *= SIMD4<Double>(
                        Double(weights[index]), Double(weights[index &+ 1]),
                        Double(weights[index &+ 2]), Double(weights[index &+ 3]))
                }
                lanes += next
                index &+= 4
            }
            var rest = 0.0
            while index < count {
                rest += values[index] * (weights.map { Double($0[index]) } ?? 1)
                index &+= 1
            }
            for lane in 0..<4 { addTwo(high: high + cell, low: low + cell, lanes[lane]) }
            addTwo(high: high + cell, low: low + cell, rest)
        case .each(let cells):
            for index in 0..<count {
                let cell = Int(cells[index])
                let weight = weights.map { Double($0[index]) } ?? 1
                addTwo(high: high + cell, low: low + cell, values[index] * weight)
            }
        }
    }

    static func mark(
        _ kinds: UnsafeMutablePointer<UInt8>, kind: UInt8, cells: CellRun, count: Int
    ) {
        switch cells {
        case .one(let cell): if count > 0 { kinds[cell] |= kind }
        case .each(let cells): for index in 0..<count { kinds[Int(cells[index])] |= kind }
        }
    }

    /// Widens the range of integers; `kinds` tells whether a cell has one yet and is marked.
    static func widenInts(
        least: UnsafeMutablePointer<Int64>, greatest: UnsafeMutablePointer<Int64>,
        kinds: UnsafeMutablePointer<UInt8>, _ values: UnsafePointer<Int64>, cells: CellRun,
        count: Int
    ) {
        func start(_ cell: Int, _ value: Int64) {
            if kinds[cell] & 1 == 0 {
                kinds[cell] |= 1
                least[cell] = value
                greatest[cell] = value
            }
        }
        switch cells {
        case .one(let cell):
            guard count > 0 else { return }
            start(cell, values[0])
            var low = least[cell]
            var high = greatest[cell]
            for index in 0..<count {
                low = min(low, values[index])
                high = max(high, values[index])
            }
            least[cell] = low
            greatest[cell] = high
        case .each(let cells):
            for index in 0..<count {
                let cell = Int(cells[index])
                start(cell, values[index])
                least[cell] = min(least[cell], values[index])
                greatest[cell] = max(greatest[cell], values[index])
            }
        }
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

    /// Widens the range of doubles, as `widenInts` does.
    static func widenDoubles(
        least: UnsafeMutablePointer<Double>, greatest: UnsafeMutablePointer<Double>,
        kinds: UnsafeMutablePointer<UInt8>, _ values: UnsafePointer<Double>, cells: CellRun,
        count: Int
    ) {
        func start(_ cell: Int, _ value: Double) {
            if kinds[cell] & 2 == 0 {
                kinds[cell] |= 2
                least[cell] = value
                greatest[cell] = value
            }
        }
        switch cells {
        case .one(let cell):
            guard count > 0 else { return }
            start(cell, values[0])
            var low = least[cell]
            var high = greatest[cell]
            for index in 0..<count {
                let value = values[index]
                low = value < low ? value : low
                high = value > high ? value : high
            }
            least[cell] = low
            greatest[cell] = high
        case .each(let cells):
            for index in 0..<count {
                let cell = Int(cells[index])
                start(cell, values[index])
                if values[index] < least[cell] { least[cell] = values[index] }
                if values[index] > greatest[cell] { greatest[cell] = values[index] }
            }
        }
    }
}
