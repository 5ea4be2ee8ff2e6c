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
        let plan = FrameOfReference.plan(first, count: values.count)
        if shape.isNonDecreasing {
            let delta = DeltaFrameOfReference.plan(first, count: values.count)
            if delta.size < plan.size {
                DeltaFrameOfReference.write(first, count: values.count, plan: delta, into: out)
                return .deltaFrameOfReference
            }
        }
        FrameOfReference.write(first, count: values.count, plan: plan, into: out)
        return .frameOfReference
    }
}

/// What one pass over integers tells about the encodings they qualify for.
struct IntegerShape {
    let isConstant: Bool
    let isSequence: Bool
    let isNonDecreasing: Bool
    let runCount: Int

    init(_ values: UnsafePointer<Int64>, count: Int) {
        var changes = 0
        var bends = 0
        var falls = 0
        // Wrapping: a sequence is rebuilt modulo 2^64 as well.
        let step = count > 1 ? values[1] &- values[0] : 0
        for index in 1..<max(count, 1) {
            let previous = values[index &- 1]
            let value = values[index]
            changes &+= value != previous ? 1 : 0
            bends &+= value &- previous != step ? 1 : 0
            falls &+= value < previous ? 1 : 0
        }
        isConstant = changes == 0
        isSequence = bends == 0
        isNonDecreasing = falls == 0
        runCount = changes + 1
    }
}
