/// Writes non-decreasing times in nanoseconds.
package enum TimeBlock {
    /// Appends the times to `out`, which starts 8-byte aligned and ends so.
    package static func encode(
        _ times: UnsafeBufferPointer<Int64>, into out: PayloadBuffer
    ) -> EncodingID {
        guard let first = times.baseAddress, times.count > 1 else {
            return IntegerBlock.encode(times, into: out)
        }
        let shape = IntegerShape(first, count: times.count)
        precondition(shape.isNonDecreasing, "times are sorted before they are encoded")
        if shape.isConstant || shape.isSequence { return IntegerBlock.encode(times, into: out) }
        let plan = DeltaFrameOfReference.plan(first, count: times.count)
        DeltaFrameOfReference.write(first, count: times.count, plan: plan, into: out)
        return .deltaFrameOfReference
    }
}
