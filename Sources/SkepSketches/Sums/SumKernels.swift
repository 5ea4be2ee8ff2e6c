/// Sums of doubles, weighted by sample rates, into one result or many.
///
/// Every result is within 10^-12 × Σ|value · weight| of the exact sum for up to 2^32 values; see
/// `DoubleDouble` for the part of the pairs and `addRun` for the part of plain sums.
package enum SumKernels {
    /// Values summed plainly before the double-double takes their sum.
    private static let runLength = 2048

    /// Adds values to one sum.
    ///
    /// Up to 2,048 values go to 8 plain partial sums of at most 256 values. A partial sum errs by at
    /// most 255u × Σ|x| (Higham, "Accuracy and stability of numerical algorithms", 4.2), u = 2^-53,
    /// joining eight adds 3u, so a run errs by less than 2.9 × 10^-14 × Σ|x|.
    ///
    /// - Complexity: O(`count`), 0.2 to 0.4 ns a value.
    package static func addRun(
        _ values: UnsafePointer<Double>, _ count: Int, to sum: inout DoubleDouble
    ) {
        var start = 0
        while start < count {
            let length = min(runLength, count - start)
            sum.add(plainSum(values + start, length))
            start += length
        }
    }

    /// Adds values times weights to one sum.
    ///
    /// Rounding the product adds u to the bound of the unweighted run.
    package static func addRun(
        _ values: UnsafePointer<Double>, weights: UnsafePointer<UInt32>, _ count: Int,
        to sum: inout DoubleDouble
    ) {
        var start = 0
        while start < count {
            let length = min(runLength, count - start)
            sum.add(plainSum(values + start, weights + start, length))
            start += length
        }
    }

    /// Adds each value to the sum of its cell.
    ///
    /// - Parameter sums: One a cell; every cell number is below their count.
    package static func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Double>, count: Int,
        to sums: UnsafeMutablePointer<DoubleDouble>
    ) {
        for row in 0..<count { sums[Int(cells[row])].add(values[row]) }
    }

    /// Adds each value times its weight to the sum of its cell.
    ///
    /// - Parameter sums: One a cell; every cell number is below their count.
    package static func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Double>,
        weights: UnsafePointer<UInt32>, count: Int, to sums: UnsafeMutablePointer<DoubleDouble>
    ) {
        for row in 0..<count { sums[Int(cells[row])].add(values[row] * Double(weights[row])) }
    }

    private static func plainSum(_ values: UnsafePointer<Double>, _ count: Int) -> Double {
        var lanes = SIMD8<Double>()
        var row = 0
        while row &+ 8 <= count {
            lanes += UnsafeRawPointer(values + row).loadUnaligned(as: SIMD8<Double>.self)
            row &+= 8
        }
        // At most 7: they belong to one more lane, which has fewer than 256 values.
        var rest = 0.0
        while row < count {
            rest += values[row]
            row &+= 1
        }
        return joined(lanes) + rest
    }

    private static func plainSum(
        _ values: UnsafePointer<Double>, _ weights: UnsafePointer<UInt32>, _ count: Int
    ) -> Double {
        var lanes = SIMD8<Double>()
        var row = 0
        while row &+ 8 <= count {
            let weight = UnsafeRawPointer(weights + row).loadUnaligned(as: SIMD8<UInt32>.self)
            lanes +=
                UnsafeRawPointer(values + row).loadUnaligned(as: SIMD8<Double>.self)
                * SIMD8<Double>(weight)
            row &+= 8
        }
        var rest = 0.0
        while row < count {
            rest += values[row] * Double(weights[row])
            row &+= 1
        }
        return joined(lanes) + rest
    }

    /// The sum of the lanes in a fixed order.
    private static func joined(_ lanes: SIMD8<Double>) -> Double {
        ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
            + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    }
}
