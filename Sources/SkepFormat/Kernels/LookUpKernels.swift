internal import CSkepKernels

/// Looks up what tables of 256 entries say about the byte of each row.
///
/// The bytes are local shape codes (see `BlockShapes`): a question about a column that shapes
/// determine is answered once per shape, and these loops carry the answer to the rows.
package enum LookUpKernels {
    /// Entries of a table: one for each value of a byte.
    package static let tableSize = 256

    /// Rows whose entry is not 0: row i is bit `i % 64` of word `i / 64`.
    ///
    /// Writes `(count + 63) / 64` words; bits beyond the last row are 0.
    package static func lookUpBits(
        _ codes: UnsafePointer<UInt8>, table: UnsafePointer<UInt8>, count: Int,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        skep_look_up_bits(codes, count, table, words)
    }

    /// Writes `table[codes[i]]` for each row.
    package static func lookUpBytes(
        _ codes: UnsafePointer<UInt8>, table: UnsafePointer<UInt8>, count: Int,
        into bytes: UnsafeMutablePointer<UInt8>
    ) {
        skep_look_up_bytes(codes, count, table, bytes)
    }

    /// Writes `table[codes[i]]` for each row.
    package static func lookUpWords(
        _ codes: UnsafePointer<UInt8>, table: UnsafePointer<UInt32>, count: Int,
        into words: UnsafeMutablePointer<UInt32>
    ) {
        skep_look_up_words(codes, count, table, words)
    }
}
