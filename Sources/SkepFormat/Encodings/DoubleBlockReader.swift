package import SkepModel

/// Reads the doubles of one column in one block.
///
/// - Note: For one thread: it keeps what it decompressed last.
package final class DoubleBlockReader {
    private enum Form {
        case constant(Double)
        case decimal(PackedVectors)
        case plain(UnsafeRawPointer)
        case shuffled(ShuffledDoubles)
    }

    private let form: Form
    private let chunk = PayloadBuffer(capacity: 0)
    private let scratch = PayloadBuffer(capacity: 0)
    private var loadedChunk = -1
    /// How many values there are.
    package let valueCount: Int

    /// Validates a payload.
    ///
    /// - Parameters:
    ///   - payload: What `DoubleBlock.encode` wrote. It must outlive the reader, and 64 bytes
    ///     behind it must be readable.
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
            form = .constant(try reader.readDouble())
        case .decimal:
            let vectors = try PackedVectors(payload, valueCount: valueCount)
            try DecimalDoubles.validate(vectors)
            form = .decimal(vectors)
        case .plainDoubles:
            guard let base = payload.baseAddress, payload.count / 8 >= valueCount else {
                throw Damage.found("plain doubles do not fit")
            }
            form = .plain(base)
        case .shuffledDoubles:
            form = .shuffled(try ShuffledDoubles(payload, valueCount: valueCount))
        default:
            throw Damage.wrongEncoding(encoding, for: "doubles")
        }
    }

    /// Whether all values are known to be equal.
    package var isConstant: Bool {
        if case .constant = form { return true }
        return false
    }

    /// Writes the values of `range` to `out`.
    ///
    /// - Throws: `corruption` when compressed values turn out to be damaged.
    package func read(_ range: Range<Int>, into out: UnsafeMutablePointer<Double>)
        throws(SkepError)
    {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        switch form {
        case .constant(let value):
            out.update(repeating: value, count: range.count)
        case .decimal(let vectors):
            out.withMemoryRebound(to: UInt64.self, capacity: range.count) {
                DecimalDoubles.read(vectors, range, into: $0)
            }
        case .plain(let base):
            UnsafeMutableRawPointer(out).copyMemory(
                from: base + range.lowerBound * 8, byteCount: range.count * 8)
        case .shuffled(let chunks):
            try read(chunks, range, into: out)
        }
    }

    private func read(
        _ chunks: ShuffledDoubles, _ range: Range<Int>, into out: UnsafeMutablePointer<Double>
    ) throws(SkepError) {
        var next = range.lowerBound
        while next < range.upperBound {
            let index = next / ShuffledDoubles.chunkValues
            if index != loadedChunk {
                loadedChunk = -1
                try chunks.load(index, into: chunk, scratch: scratch)
                loadedChunk = index
            }
            let start = index * ShuffledDoubles.chunkValues
            let end = min(range.upperBound, start + ShuffledDoubles.chunkValues)
            UnsafeMutableRawPointer(out + (next - range.lowerBound)).copyMemory(
                from: chunk.base + (next - start) * 8, byteCount: (end - next) * 8)
            next = end
        }
    }
}
