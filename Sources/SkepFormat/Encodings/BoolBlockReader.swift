internal import CSkepKernels
package import SkepModel

/// Reads the booleans of one column in one block.
///
/// - Note: Unchecked sendable: it only reads the payload, which the caller keeps alive.
package final class BoolBlockReader: @unchecked Sendable {
    private enum Form {
        case constant(UInt8)
        case bits(UnsafeRawPointer)
        case runs(RunLength)
    }

    private let form: Form
    /// How many values there are.
    package let valueCount: Int

    /// Validates a payload; reads need no checks after that.
    ///
    /// - Parameters:
    ///   - payload: What `BoolBlock.encode` wrote. It must outlive the reader, and 64 bytes behind
    ///     it must be readable.
    ///   - valueCount: The number of values that were encoded.
    /// - Throws: `corruption`.
    package init(encoding: EncodingID, payload: UnsafeRawBufferPointer, valueCount: Int)
        throws(SkepError)
    {
        guard valueCount >= 0 else { throw Damage.found("a negative count of values") }
        self.valueCount = valueCount
        var reader = ByteReader(payload)
        switch encoding {
        case .constant:
            form = .constant(try reader.read(UInt64.self) == 0 ? 0 : 1)
        case .bits:
            guard let base = payload.baseAddress, payload.count >= (valueCount + 63) / 64 * 8
            else { throw Damage.found("the bits of booleans do not fit") }
            form = .bits(base)
        case .runLength:
            let runs = try RunLength(payload, valueCount: valueCount)
            guard runs.greatest <= 1 else { throw Damage.found("a run is neither true nor false") }
            form = .runs(runs)
        default:
            throw Damage.wrongEncoding(encoding, for: "booleans")
        }
    }

    /// Whether all values are known to be equal.
    package var isConstant: Bool {
        if case .constant = form { return true }
        return false
    }

    /// Writes the values of `range`, 0 or 1 each, to `out`.
    package func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt8>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        switch form {
        case .constant(let value): out.update(repeating: value, count: range.count)
        case .bits(let bits): skep_bits_to_bytes(bits, range.lowerBound, range.count, out)
        case .runs(let runs):
            runs.forEachRun(range) { value, part in
                (out + part.lowerBound).update(
                    repeating: UInt8(truncatingIfNeeded: value), count: part.count)
            }
        }
    }
}
