internal import CSkepKernels

/// Writes the integers of one column in one block in the encoding that takes the fewest bytes.
package enum IntegerBlock {
    /// Appends the values to `out`, which starts 8-byte aligned and ends so.
    ///
    /// - Complexity: O(n), a few passes.
    package static func encode(
        _ values: UnsafeBufferPointer<Int64>, into out: PayloadBuffer
    ) -> EncodingID {
        assert(out.count % 8 == 0)
        guard let first = values.baseAddress, !values.isEmpty else {
            out.append(UInt64(0))
            return .constant
        }
        let shape = IntegerShape(first, count: values.count)
        if shape.isConstant {
            out.append(UInt64(bitPattern: first[0]))
            return .constant
        }
        if shape.isSequence {
            out.append(UInt64(bitPattern: first[0]))
            out.append(UInt64(bitPattern: first[1] &- first[0]))
            return .sequence
        }
        return encodeVaried(first, count: values.count, shape: shape, into: out)
    }

    /// Chooses among the encodings for values that follow no rule.
    private static func encodeVaried(
        _ values: UnsafePointer<Int64>, count: Int, shape: IntegerShape, into out: PayloadBuffer
    ) -> EncodingID {
        let plan = FrameOfReference.plan(values, count: count)
        let delta = shape.isNonDecreasing ? DeltaFrameOfReference.plan(values, count: count) : nil
        let size = min(plan.size, delta?.size ?? plan.size)
        if shape.hasLongRuns, count <= RunLength.mostValues {
            let start = out.count
            RunLength.write(values, count: count, runCount: shape.runCount, into: out)
            if out.count - start <= size - size / leastSaving { return .runLength }
            out.truncate(to: start)
        }
        if let delta, delta.size < plan.size {
            DeltaFrameOfReference.write(values, count: count, plan: delta, into: out)
            return .deltaFrameOfReference
        }
        if let distinct = fewDistinct(values, count: count, otherwise: size) {
            IntegerDictionary.write(values, count: count, distinct: distinct, into: out)
            return .integerDictionary
        }
        FrameOfReference.write(values, count: count, plan: plan, into: out)
        return .frameOfReference
    }

    /// The distinct values if they are few and a dictionary takes fewer bytes than `size`.
    private static func fewDistinct(
        _ values: UnsafePointer<Int64>, count: Int, otherwise size: Int
    ) -> DistinctIntegers? {
        guard
            let distinct = DistinctIntegers(
                values, count: count, most: IntegerDictionary.mostDistinct),
            IntegerDictionary.size(distinctCount: distinct.count, valueCount: count)
                <= size - size / leastSaving
        else { return nil }
        return distinct
    }

    /// Runs and dictionaries must save one byte in this many: looking values up takes time.
    private static let leastSaving = 8
}

/// What one pass over integers tells about the encodings they qualify for.
struct IntegerShape {
    let isConstant: Bool
    let isSequence: Bool
    let isNonDecreasing: Bool
    let runCount: Int
    let hasLongRuns: Bool

    init(_ values: UnsafePointer<Int64>, count: Int) {
        // A sequence is rebuilt modulo 2^64, so its steps are compared modulo 2^64.
        var shape = skep_value_shape()
        skep_shape(values, count, &shape)
        isConstant = shape.changes == 0
        isSequence = shape.bends == 0
        isNonDecreasing = shape.falls == 0
        runCount = Int(shape.changes) + 1
        hasLongRuns = runCount * RunLength.leastMeanRun <= count
    }
}
