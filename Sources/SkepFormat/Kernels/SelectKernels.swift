internal import CSkepKernels

/// Tests one vector of values and writes a bit per row.
///
/// Row i is bit `i % 64` of word `i / 64`. All kernels write `(count + 63) / 64` words; bits
/// beyond the last row are 0. The bounds of ranges belong to the ranges.
package enum SelectKernels {
    /// Rows with `low <= value <= high`.
    package static func selectRange(
        _ values: UnsafePointer<Int64>, count: Int, low: Int64, high: Int64,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_select_int64(values, count, low, high, words)
    }

    /// Rows with `low <= value <= high`; never those that are not a number.
    package static func selectRange(
        _ values: UnsafePointer<Double>, count: Int, low: Double, high: Double,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_select_double(values, count, low, high, words)
    }

    /// Rows with `low <= value <= high`.
    package static func selectRange(
        _ values: UnsafePointer<UInt32>, count: Int, low: UInt32, high: UInt32,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_select_uint32(values, count, low, high, words)
    }

    /// Rows whose code is accepted.
    ///
    /// - Parameter accepted: One byte for each code that occurs, 0 to refuse it. The predicate was
    ///   tested once for each code.
    package static func selectAccepted(
        _ codes: UnsafePointer<UInt32>, count: Int, accepted: UnsafePointer<UInt8>,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_select_codes(codes, count, accepted, words)
    }

    /// Rows whose byte is not 0.
    package static func selectTrue(
        _ values: UnsafePointer<UInt8>, count: Int, into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_bytes_to_bits(values, count, words)
    }
}
