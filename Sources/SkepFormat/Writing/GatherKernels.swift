/// Loops that bring values from the order of arrival into the segment's order.
enum GatherKernels {
    /// Copies 8-byte values: `target[i] = source[positions[i]]`.
    static func gather(
        _ source: UnsafePointer<UInt64>, at positions: UnsafePointer<UInt32>, count: Int,
        into target: UnsafeMutablePointer<UInt64>
    ) {
        for index in 0..<count { target[index] = source[Int(positions[index])] }
    }

    /// Copies 4-byte values: `target[i] = source[positions[i]]`.
    static func gather(
        _ source: UnsafePointer<UInt32>, at positions: UnsafePointer<UInt32>, count: Int,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<count { target[index] = source[Int(positions[index])] }
    }

    /// Copies bytes: `target[i] = source[positions[i]]`.
    static func gather(
        _ source: UnsafePointer<UInt8>, at positions: UnsafePointer<UInt32>, count: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        for index in 0..<count { target[index] = source[Int(positions[index])] }
    }

    /// Copies values of `width` bytes each.
    static func gather(
        _ source: UnsafeRawPointer, width: Int, at positions: UnsafePointer<UInt32>, count: Int,
        into target: UnsafeMutableRawPointer
    ) {
        switch width {
        case 8:
            gather(
                source.assumingMemoryBound(to: UInt64.self), at: positions, count: count,
                into: target.assumingMemoryBound(to: UInt64.self))
        case 16:
            let pairs = source.assumingMemoryBound(to: SIMD2<UInt64>.self)
            let out = target.assumingMemoryBound(to: SIMD2<UInt64>.self)
            for index in 0..<count { out[index] = pairs[Int(positions[index])] }
        default:
            for index in 0..<count {
                (target + index &* width).copyMemory(
                    from: source + Int(positions[index]) &* width, byteCount: width)
            }
        }
    }

    /// Translates codes: `target[i] = table[codes[i]]`.
    static func translate(
        _ codes: UnsafeBufferPointer<UInt8>, table: UnsafePointer<UInt32>,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<codes.count { target[index] = table[Int(codes[index])] }
    }

    /// Translates codes: `target[i] = table[codes[i]]`.
    static func translate(
        _ codes: UnsafeBufferPointer<UInt16>, table: UnsafePointer<UInt32>,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<codes.count { target[index] = table[Int(codes[index])] }
    }

    /// Translates codes: `target[i] = table[codes[i]]`.
    static func translate(
        _ codes: UnsafeBufferPointer<UInt32>, table: UnsafePointer<UInt32>,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        for index in 0..<codes.count { target[index] = table[Int(codes[index])] }
    }
}
