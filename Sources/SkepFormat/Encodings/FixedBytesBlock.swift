package import SkepModel

/// Byte strings of one length, stored one after the other: ids that would not compress.
package enum FixedBytesBlock {
    /// Appends the values to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ bytes: UnsafeRawBufferPointer, into out: PayloadBuffer
    ) -> EncodingID {
        out.append(bytes)
        out.pad()
        return .fixedBytes
    }
}

/// Reads byte strings of one length.
///
/// - Note: Unchecked sendable: it only reads the payload, which the caller keeps alive.
package final class FixedBytesBlockReader: @unchecked Sendable {
    private let base: UnsafeRawPointer
    /// Bytes per value.
    package let width: Int
    /// How many values there are.
    package let valueCount: Int

    /// Validates a payload; reads need no checks after that.
    ///
    /// - Throws: `corruption`.
    package init(
        encoding: EncodingID, payload: UnsafeRawBufferPointer, valueCount: Int, width: Int
    ) throws(SkepError) {
        guard encoding == .fixedBytes else {
            throw Damage.wrongEncoding(encoding, for: "byte strings of one length")
        }
        let (size, overflow) = valueCount.multipliedReportingOverflow(by: width)
        guard valueCount >= 0, width > 0, !overflow, size <= payload.count,
            let base = payload.baseAddress
        else { throw Damage.found("byte strings of one length do not fit") }
        self.base = base
        self.width = width
        self.valueCount = valueCount
    }

    /// The bytes of the values `range`, `width` each.
    package func bytes(_ range: Range<Int>) -> UnsafeRawPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        return base + range.lowerBound * width
    }
}
