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
}
