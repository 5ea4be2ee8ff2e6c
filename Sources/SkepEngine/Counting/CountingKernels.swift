/// Loops that count codes.
enum CountingKernels {
    /// Adds each code's weight, or 1, to its total.
    ///
    /// A run of equal codes is summed up before it is added: an addition to memory that waits for
    /// the one before it takes five times as long.
    ///
    /// - Parameters:
    ///   - codes: Below the number of totals, which the reader of codes has checked.
    ///   - count: How many codes, at least 1.
    static func add(
        _ codes: UnsafePointer<UInt32>, weights: UnsafePointer<UInt32>?, count: Int,
        into totals: UnsafeMutablePointer<Int64>
    ) {
        assert(count > 0)
        var previous = codes[0]
        var sum: Int64 = 0
        guard let weights else {
            for index in 0..<count {
                if codes[index] != previous {
                    totals[Int(previous)] &+= sum
                    previous = codes[index]
                    sum = 0
                }
                sum &+= 1
            }
            totals[Int(previous)] &+= sum
            return
        }
        for index in 0..<count {
            if codes[index] != previous {
                totals[Int(previous)] &+= sum
                previous = codes[index]
                sum = 0
            }
            sum &+= Int64(weights[index])
        }
        totals[Int(previous)] &+= sum
    }

    /// Adds 1 to each position's total; for totals that a near cache holds.
    ///
    /// - Parameter positions: Below the number of totals.
    static func addEach(
        _ positions: UnsafePointer<UInt32>, count: Int, into totals: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<count { totals[Int(positions[index])] &+= 1 }
    }

    /// Adds each position's weight to its total, in the same way.
    static func addEach(
        _ positions: UnsafePointer<UInt32>, weights: UnsafePointer<UInt32>, count: Int,
        into totals: UnsafeMutablePointer<Int64>
    ) {
        for index in 0..<count { totals[Int(positions[index])] &+= Int64(weights[index]) }
    }

    /// Adds the weights, or the length, of each run of equal codes to the code's total.
    ///
    /// Sums up to each value, and their differences at the ends of runs: how long a run is decides
    /// no branch, which would be mispredicted with nearly every run.
    ///
    /// - Parameter sums: Room for one more than there are values.
    static func add(
        _ runs: CodeRuns, weights: UnsafePointer<UInt32>?, valueCount: Int,
        sums: UnsafeMutablePointer<Int64>, into totals: UnsafeMutablePointer<Int64>
    ) {
        guard let weights else {
            var start = 0
            for run in 0..<runs.count {
                let end = Int(runs.ends[run])
                totals[Int(runs.codes[run])] &+= Int64(end &- start)
                start = end
            }
            return
        }
        var sum: Int64 = 0
        sums[0] = 0
        for index in 0..<valueCount {
            sum &+= Int64(weights[index])
            sums[index &+ 1] = sum
        }
        var before: Int64 = 0
        for run in 0..<runs.count {
            let end = sums[Int(runs.ends[run])]
            totals[Int(runs.codes[run])] &+= end &- before
            before = end
        }
    }
}
