/// The shapes of the rows of one block; valid while its block reader lives.
///
/// Rows name their shapes by *local codes*: positions among the shapes that the block has. What
/// depends on the shape is computed once per local code and looked up for the rows (see
/// `LookUpKernels`).
package struct BlockShapes {
    /// How many shapes the block has, at least 1.
    package let localCount: Int
    /// The segment's shape of each local code, ascending.
    package let shapeOfLocal: UnsafeBufferPointer<UInt32>
    /// How many rows of the block have the shape of each local code.
    package let rowsOfLocal: UnsafeBufferPointer<UInt32>
    /// The local code of each row, all below `localCount`, followed by 64 readable bytes; `nil`
    /// when the block has more than 256 shapes.
    package let codes8: UnsafePointer<UInt8>?
    /// The local code of each row, followed by zeros up to a multiple of 64; `nil` when `codes8`
    /// has them.
    package let codes16: UnsafePointer<UInt16>?

    /// Whether all rows have one shape.
    package var isConstant: Bool { localCount == 1 }
}

/// The local codes of blocks whose rows have one shape.
final class ZeroCodes: @unchecked Sendable {
    static let shared = ZeroCodes()

    let codes: UnsafePointer<UInt8>

    private init() {
        let count = FormatLimits.blockRows + FormatLimits.slack
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        codes = UnsafePointer(memory)
    }

    deinit { codes.deallocate() }
}
