internal import CSkepKernels

/// HyperLogLog with 2^14 registers of one byte over 64-bit hashes.
///
/// The first 14 bits of a hash choose a register, which keeps the largest position of the first set
/// bit among the other 50. Standard error 1.04 / √16384 = 0.81 %. The registers depend only on the
/// set of hashes.
enum HyperLogLog {
    static let precision = 14
    static let registerCount = 1 << precision
    /// Words that hold the registers.
    static let words = registerCount / 8
    /// Hash bits behind the register number.
    private static let hashBits = 64 - precision

    /// Adds one hash.
    @inline(__always)
    static func add(_ hash: UInt64, to registers: UnsafeMutablePointer<UInt8>) {
        let register = Int(truncatingIfNeeded: hash &>> UInt64(hashBits))
        // The guard bit ends the search behind the 50 bits, at position 51.
        let rest = hash &<< UInt64(precision) | 1 << UInt64(precision - 1)
        let position = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount &+ 1)
        // Always stored: a branch would be guessed wrong half of the time while registers fill.
        registers[register] = max(registers[register], position)
    }

    /// Adds many hashes.
    static func addRun(
        _ hashes: UnsafePointer<UInt64>, _ count: Int, to registers: UnsafeMutablePointer<UInt8>
    ) {
        for row in 0..<count { add(hashes[row], to: registers) }
    }

    /// Adds the content of other registers.
    static func merge(_ other: UnsafePointer<UInt8>, into registers: UnsafeMutablePointer<UInt8>) {
        for register in 0..<registerCount {
            registers[register] = max(registers[register], other[register])
        }
    }

    /// The estimated number of different hashes.
    ///
    /// The "improved raw estimator" of Ertl, "New cardinality estimation algorithms for HyperLogLog
    /// sketches" (arXiv 1702.01284, algorithm 6): without bias over the whole range, no tables, no
    /// switch to linear counting.
    static func estimate(_ registers: UnsafePointer<UInt8>) -> Double {
        let size = Double(registerCount)
        let sums = skep_sum_registers(registers, registerCount)
        // Half of what the full ones give, halved again with each step down to the first bit.
        var sum = size * tau(1 - Double(sums.full) / size) / Double(1 &<< hashBits)
        sum += Double(sums.inverses) / Double(1 &<< hashBits)
        sum += size * sigma(Double(sums.empty) / size)
        // 1 / (2 ln 2)
        return 0.721_347_520_444_481_7 * size * size / sum
    }

    /// x + Σ x^(2^k) · 2^(k-1) over k ≥ 1: what empty registers contribute.
    private static func sigma(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var power = share
        var factor = 1.0
        var sum = share
        while true {
            power *= power
            let before = sum
            sum += power * factor
            factor += factor
            if sum == before { return sum }
        }
    }

    /// (1 - x - Σ (1 - x^(2^-k))² · 2^-k over k ≥ 1) / 3: what full registers contribute.
    private static func tau(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var root = share
        var factor = 1.0
        var sum = 1 - share
        while true {
            root = root.squareRoot()
            let before = sum
            factor *= 0.5
            sum -= (1 - root) * (1 - root) * factor
            if sum == before { return sum / 3 }
        }
    }
}
