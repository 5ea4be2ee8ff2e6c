internal import CSkepKernels
internal import SkepModel

/// Non-decreasing integers as differences, in units that all differences are multiples of.
///
/// Payload: the unit (8 bytes), then packed vectors whose base is the vector's first value and
/// whose numbers are the differences to the value before, the first of a vector being 0.
/// Reading inside a vector starts at the vector's begin.
enum DeltaFrameOfReference {
    /// What to write for each vector, and the size in bytes.
    struct Plan {
        var unit: UInt64 = 1
        var choices: [PackedWidth] = []
        var size = 8
    }

    static func plan(_ values: UnsafePointer<Int64>, count: Int) -> Plan {
        var plan = Plan()
        plan.unit = unit(values, count: count)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: PackedVector.capacity) { scratch in
            guard let deltas = scratch.baseAddress else { return }
            for start in stride(from: 0, to: count, by: PackedVector.capacity) {
                let size = min(PackedVector.capacity, count - start)
                fill(deltas, from: values + start, count: size, unit: plan.unit)
                let choice = PackedWidth.choose(deltas, count: size, base: 0)
                plan.choices.append(choice)
                plan.size += PackedVector.entrySize + choice.dataWords(size) * 8
            }
        }
        return plan
    }

    static func write(
        _ values: UnsafePointer<Int64>, count: Int, plan: Plan, into out: PayloadBuffer
    ) {
        out.append(plan.unit)
        var writer = PackedVectorsWriter(valueCount: count, out: out)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: PackedVector.capacity) { scratch in
            guard let deltas = scratch.baseAddress else { return }
            for index in 0..<plan.choices.count {
                let start = index * PackedVector.capacity
                let size = min(PackedVector.capacity, count - start)
                fill(deltas, from: values + start, count: size, unit: plan.unit)
                writer.append(
                    deltas, count: size, choice: plan.choices[index],
                    first: UInt64(bitPattern: values[start]))
            }
        }
    }

    /// The largest unit of clocks, in nanoseconds, of which all differences are multiples.
    private static func unit(_ values: UnsafePointer<Int64>, count: Int) -> UInt64 {
        if isUnit(1_000_000_000, values, count) { return 1_000_000_000 }
        if isUnit(1_000_000, values, count) { return 1_000_000 }
        return isUnit(1_000, values, count) ? 1_000 : 1
    }

    /// Inlined with constants, because the compiler then multiplies instead of dividing.
    @inline(__always)
    private static func isUnit(_ unit: UInt64, _ values: UnsafePointer<Int64>, _ count: Int)
        -> Bool
    {
        for index in 1..<max(count, 1) {
            // Wrapping: the distance of two Int64 always fits a UInt64.
            let delta = UInt64(bitPattern: values[index] &- values[index &- 1])
            if delta % unit != 0 { return false }
        }
        return true
    }

    private static func fill(
        _ deltas: UnsafeMutablePointer<UInt64>, from values: UnsafePointer<Int64>, count: Int,
        unit: UInt64
    ) {
        deltas[0] = 0
        for index in 1..<max(count, 1) {
            // Wrapping: the distance of two Int64 always fits a UInt64.
            deltas[index] = UInt64(bitPattern: values[index] &- values[index &- 1])
        }
        switch unit {
        case 1_000_000_000: divide(deltas, count, 1_000_000_000)
        case 1_000_000: divide(deltas, count, 1_000_000)
        case 1_000: divide(deltas, count, 1_000)
        default: break
        }
    }

    /// Inlined with constants, because the compiler then multiplies instead of dividing.
    @inline(__always)
    private static func divide(
        _ deltas: UnsafeMutablePointer<UInt64>, _ count: Int, _ unit: UInt64
    ) {
        for index in 0..<count { deltas[index] /= unit }
    }

    /// Reads the values `range` of a block.
    static func read(
        _ vectors: PackedVectors, unit: UInt64, _ range: Range<Int>,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        var next = range.lowerBound
        while next < range.upperBound {
            let index = next / PackedVector.capacity
            let start = index &* PackedVector.capacity
            let end = min(range.upperBound, start &+ PackedVector.capacity)
            let target = out + (next &- range.lowerBound)
            if next == start {
                readStart(vectors, index, unit: unit, count: end &- start, into: target)
            } else {
                withUnsafeTemporaryAllocation(of: UInt64.self, capacity: PackedVector.capacity) {
                    guard let scratch = $0.baseAddress else { return }
                    readStart(vectors, index, unit: unit, count: end &- start, into: scratch)
                    target.update(from: scratch + (next &- start), count: end &- next)
                }
            }
            next = end
        }
    }

    /// Reads the first `count` values of a vector.
    private static func readStart(
        _ vectors: PackedVectors, _ index: Int, unit: UInt64, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        let vector = vectors.vector(index)
        vectors.unpack(vector, 0..<count, base: 0, into: out)
        vectors.patch(vector, index: index, 0..<count, adding: 0, into: out)
        skep_prefix_sum64(out, count, unit, vector.base)
    }
}
