internal import CSkepKernels

/// Spreads dense values over the rows that have one: row i gets the next dense value when bit
/// `i % 64` of word `i / 64` is set, else 0.
///
/// Up to 64 bytes behind the last dense value may be read. All return how many dense values were
/// used, which is the number of bits set among the first `rowCount`.
package enum ScatterKernels {
    /// Spreads 64-bit integers.
    @discardableResult
    package static func scatter(
        _ dense: UnsafePointer<Int64>, presence words: UnsafePointer<UInt64>, rowCount: Int,
        into rows: UnsafeMutablePointer<Int64>
    ) -> Int {
        dense.withMemoryRebound(to: UInt64.self, capacity: rowCount) { dense in
            rows.withMemoryRebound(to: UInt64.self, capacity: rowCount) { rows in
                skep_scatter64(dense, words, rowCount, rows)
            }
        }
    }

    /// Spreads doubles.
    @discardableResult
    package static func scatter(
        _ dense: UnsafePointer<Double>, presence words: UnsafePointer<UInt64>, rowCount: Int,
        into rows: UnsafeMutablePointer<Double>
    ) -> Int {
        dense.withMemoryRebound(to: UInt64.self, capacity: rowCount) { dense in
            rows.withMemoryRebound(to: UInt64.self, capacity: rowCount) { rows in
                skep_scatter64(dense, words, rowCount, rows)
            }
        }
    }

    /// Spreads dictionary codes.
    @discardableResult
    package static func scatter(
        _ dense: UnsafePointer<UInt32>, presence words: UnsafePointer<UInt64>, rowCount: Int,
        into rows: UnsafeMutablePointer<UInt32>
    ) -> Int {
        skep_scatter32(dense, words, rowCount, rows)
    }

    /// Spreads bytes.
    @discardableResult
    package static func scatter(
        _ dense: UnsafePointer<UInt8>, presence words: UnsafePointer<UInt64>, rowCount: Int,
        into rows: UnsafeMutablePointer<UInt8>
    ) -> Int {
        skep_scatter8(dense, words, rowCount, rows)
    }
}
