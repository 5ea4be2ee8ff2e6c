/// How the values of one column in one block are stored.
///
/// The numbers are part of the file format: they never change and are never used again.
package enum EncodingID: UInt8, Sendable, Hashable, CaseIterable {
    /// One value for all rows: 8 bytes, zero where there are no rows.
    case constant = 1
    /// Integers `a + b * i`: a, then b, 8 bytes each, modulo 2^64.
    case sequence = 2
    /// Integers as bit-packed distances from the least of their vector, with exceptions.
    case frameOfReference = 3
    /// Non-decreasing integers as bit-packed differences, with exceptions.
    case deltaFrameOfReference = 4
    /// Runs of equal integers, booleans or positions among local codes.
    case runLength = 5
    /// Few distinct integers: a sorted list and bit-packed positions in it.
    case integerDictionary = 6

    /// Doubles as integers divided by powers of ten, with exceptions.
    case decimal = 16
    /// Doubles as they are.
    case plainDoubles = 17
    /// Doubles as they are, bytes of equal weight together, compressed with LZ4.
    case shuffledDoubles = 18

    /// Booleans, one bit each.
    case bits = 32

    /// Dictionary codes, bit-packed.
    case codes = 48
    /// Dictionary codes through a sorted list of those that occur.
    case localCodes = 49
    /// Positions of shapes among those of the block, a byte each.
    case byteCodes = 50

    /// Strings of one length, one after the other.
    case fixedBytes = 64
    /// Lengths, and bytes in chunks that may be compressed with LZ4.
    case strings = 65
    /// Strings of one length as references to rows of another column.
    case references = 66
    /// What is between the prefixes and suffixes of the shapes' strings, and those.
    case affixedStrings = 67
    /// Templates, the numbers in the strings, and strings of no template.
    case templateStrings = 68
}
