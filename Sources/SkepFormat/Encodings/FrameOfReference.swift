internal import CSkepKernels
internal import SkepModel

/// Integers as distances from the least value of their vector.
enum FrameOfReference {
    /// What to write for each vector, and its size in bytes.
    struct Plan {
        var bases: [UInt64] = []
        var choices: [PackedWidth] = []
        var size = 0
    }

    static func plan(_ values: UnsafePointer<Int64>, count: Int) -> Plan {
        var plan = Plan()
        for start in stride(from: 0, to: count, by: PackedVector.capacity) {
            let vector = values + start
            let size = min(PackedVector.capacity, count - start)
            var least: Int64 = 0
            var greatest: Int64 = 0
            skep_extremes(vector, size, &least, &greatest)
            let base = UInt64(bitPattern: least)
            let choice = vector.withMemoryRebound(to: UInt64.self, capacity: size) {
                PackedWidth.choose($0, count: size, base: base)
            }
            plan.bases.append(base)
            plan.choices.append(choice)
            plan.size += PackedVector.entrySize + choice.dataWords(size) * 8
        }
        return plan
    }

    static func write(
        _ values: UnsafePointer<Int64>, count: Int, plan: Plan, into out: PayloadBuffer
    ) {
        var writer = PackedVectorsWriter(valueCount: count, out: out)
        for index in 0..<plan.choices.count {
            let start = index * PackedVector.capacity
            let size = min(PackedVector.capacity, count - start)
            (values + start).withMemoryRebound(to: UInt64.self, capacity: size) {
                writer.append(
                    $0, count: size, base: plan.bases[index], choice: plan.choices[index])
            }
        }
    }

    /// Reads the values `range` of a block.
    static func read(
        _ vectors: PackedVectors, _ range: Range<Int>, into out: UnsafeMutablePointer<UInt64>
    ) {
        var next = range.lowerBound
        while next < range.upperBound {
            let index = next / PackedVector.capacity
            let start = index &* PackedVector.capacity
            let end = min(range.upperBound, start &+ PackedVector.capacity)
            let vector = vectors.vector(index)
            let part = next &- start..<end &- start
            let target = out + (next &- range.lowerBound)
            vectors.unpack(vector, part, base: vector.base, into: target)
            vectors.patch(vector, index: index, part, adding: vector.base, into: target)
            next = end
        }
    }
}
