// Exact sums of integers. A product of a value and a weight is below 2^95, so 2^32 of them fit.
extension SumKernels {
    /// Adds integers to one sum, exactly.
    ///
    /// - Complexity: O(`count`), about 0.5 ns a value.
    package static func addRun(
        _ values: UnsafePointer<Int64>, _ count: Int, to sum: inout Int128
    ) {
        // Moved up by 2^63 the values are unsigned; sums of 32-bit halves fit 64 bits for as long
        // as there are fewer than 2^32 of them.
        let bias = UInt64(1) << 63
        let longest = 1 << 30
        var start = 0
        while start < count {
            let end = start + min(longest, count - start)
            var low: UInt64 = 0
            var high: UInt64 = 0
            for row in start..<end {
                let moved = UInt64(bitPattern: values[row]) ^ bias
                low &+= moved & 0xFFFF_FFFF
                high &+= moved &>> 32
            }
            sum &+= Int128(high) << 32 &+ Int128(low) &- Int128(end - start) << 63
            start = end
        }
    }

    /// Adds integers times weights to one sum, exactly.
    package static func addRun(
        _ values: UnsafePointer<Int64>, weights: UnsafePointer<UInt32>, _ count: Int,
        to sum: inout Int128
    ) {
        var total = sum
        for row in 0..<count { total &+= product(values[row], weights[row]) }
        sum = total
    }

    /// Adds each integer to the sum of its cell, exactly.
    ///
    /// - Parameter sums: One a cell; every cell number is below their count.
    package static func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Int64>, count: Int,
        to sums: UnsafeMutablePointer<Int128>
    ) {
        for row in 0..<count { sums[Int(cells[row])] &+= Int128(values[row]) }
    }

    /// Adds each integer times its weight to the sum of its cell, exactly.
    ///
    /// - Parameter sums: One a cell; every cell number is below their count.
    package static func add(
        cells: UnsafePointer<UInt32>, values: UnsafePointer<Int64>,
        weights: UnsafePointer<UInt32>, count: Int, to sums: UnsafeMutablePointer<Int128>
    ) {
        for row in 0..<count { sums[Int(cells[row])] &+= product(values[row], weights[row]) }
    }

    @inline(__always)
    private static func product(_ value: Int64, _ weight: UInt32) -> Int128 {
        let (high, low) = value.multipliedFullWidth(by: Int64(weight))
        return Int128(high) << 64 | Int128(low)
    }
}
