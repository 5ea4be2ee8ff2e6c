package import SkepModel

/// Reads the times of one block and finds a time in them.
///
/// - Note: Unchecked sendable: it only reads the payload, which the caller keeps alive.
package final class TimeBlockReader: @unchecked Sendable {
    private let integers: IntegerBlockReader

    /// Validates a payload; reads need no checks after that.
    ///
    /// - Throws: `corruption`.
    package init(encoding: EncodingID, payload: UnsafeRawBufferPointer, valueCount: Int)
        throws(SkepError)
    {
        integers = try IntegerBlockReader(
            encoding: encoding, payload: payload, valueCount: valueCount)
    }

    /// Writes the times of `range` to `out`.
    package func read(_ range: Range<Int>, into out: UnsafeMutablePointer<Int64>) {
        integers.read(range, into: out)
    }

    /// The first index whose time is at or after `time`; the count when there is none.
    ///
    /// - Complexity: O(log vectors) plus one vector.
    package func lowerBound(_ time: Int64) -> Int { integers.lowerBound(time) }
}
