internal import CSkepKernels
package import SkepModel

/// Reads the integers of one column in one block.
///
/// - Note: Unchecked sendable: it only reads the payload, which the caller keeps alive.
package final class IntegerBlockReader: @unchecked Sendable {
    private enum Form {
        case constant(UInt64)
        case sequence(first: UInt64, step: UInt64)
        case frameOfReference(PackedVectors)
        case delta(PackedVectors, unit: UInt64)
        case runs(RunLength)
        case dictionary(IntegerDictionary)
    }

    private let form: Form
    /// How many values there are.
    package let valueCount: Int

    /// Validates a payload; reads need no checks after that.
    ///
    /// - Parameters:
    ///   - payload: What `IntegerBlock.encode` wrote. It must outlive the reader, and 64 bytes
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
            form = .constant(try reader.read(UInt64.self))
        case .sequence:
            form = .sequence(
                first: try reader.read(UInt64.self), step: try reader.read(UInt64.self))
        case .frameOfReference:
            form = .frameOfReference(try PackedVectors(payload, valueCount: valueCount))
        case .deltaFrameOfReference:
            let unit = try reader.read(UInt64.self)
            let rest = UnsafeRawBufferPointer(rebasing: payload[8...])
            form = .delta(try PackedVectors(rest, valueCount: valueCount), unit: unit)
        case .runLength:
            form = .runs(try RunLength(payload, valueCount: valueCount))
        case .integerDictionary:
            form = .dictionary(try IntegerDictionary(payload, valueCount: valueCount))
        default:
            throw Damage.wrongEncoding(encoding, for: "integers")
        }
    }

    /// Whether all values are known to be equal.
    package var isConstant: Bool {
        if case .constant = form { return true }
        return false
    }

    /// Writes the values of `range` to `out`.
    ///
    /// - Complexity: O(`range.count`), plus one vector where differences are stored.
    package func read(_ range: Range<Int>, into out: UnsafeMutablePointer<Int64>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= valueCount)
        out.withMemoryRebound(to: UInt64.self, capacity: range.count) { words in
            switch form {
            case .constant(let value):
                words.update(repeating: value, count: range.count)
            case .sequence(let first, let step):
                // Wrapping: sequences are defined modulo 2^64.
                var value = first &+ step &* UInt64(range.lowerBound)
                for index in 0..<range.count {
                    words[index] = value
                    value &+= step
                }
            case .frameOfReference(let vectors):
                FrameOfReference.read(vectors, range, into: words)
            case .delta(let vectors, let unit):
                DeltaFrameOfReference.read(vectors, unit: unit, range, into: words)
            case .runs(let runs):
                runs.read(range, into: words)
            case .dictionary(let dictionary):
                dictionary.read(range, into: words)
            }
        }
    }

    /// The first index whose value is at least `bound`, in a block of non-decreasing values.
    ///
    /// - Complexity: O(log vectors) plus one vector.
    func lowerBound(_ bound: Int64) -> Int {
        var low = 0
        var high = valueCount
        if case .delta(let vectors, _) = form {
            (low, high) = vectors.vectorsAround(bound)
        }
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: PackedVector.capacity) {
            guard let scratch = $0.baseAddress else { return low }
            while high - low > PackedVector.capacity {
                let middle = low + (high - low) / 2
                read(middle..<middle + 1, into: scratch)
                if scratch[0] < bound { low = middle + 1 } else { high = middle }
            }
            read(low..<high, into: scratch)
            let start = low
            while low < high {
                let middle = low + (high - low) / 2
                if scratch[middle - start] < bound { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}

extension PackedVectors {
    /// The values among which the first one that is at least `bound` lies, when the bases are the
    /// first values of their vectors; the upper end may be the answer too.
    func vectorsAround(_ bound: Int64) -> (low: Int, high: Int) {
        var low = 0
        var high = PackedVector.vectorCount(valueCount)
        while low < high {
            let middle = low + (high - low) / 2
            if Int64(bitPattern: vector(middle).base) < bound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let end = min(low * PackedVector.capacity, valueCount)
        return (max(low - 1, 0) * PackedVector.capacity, end)
    }
}
