internal import CSkepKernels

/// Writes the vectors of one block: first a directory, then their data.
struct PackedVectorsWriter {
    private let out: PayloadBuffer
    private let directory: Int
    private let data: Int
    private var vector = 0

    /// Starts a block of `valueCount` values at the end of `out`.
    init(valueCount: Int, out: PayloadBuffer) {
        self.out = out
        directory = out.count
        let size = PackedVector.vectorCount(valueCount) * PackedVector.entrySize
        out.extend(by: size).initializeMemory(as: UInt8.self, repeating: 0, count: size)
        data = out.count
    }

    /// Adds a vector whose numbers are `values[i] - base`; those that need more than `width` bits
    /// become exceptions.
    mutating func append(
        _ values: UnsafePointer<UInt64>, count: Int, base: UInt64, choice: PackedWidth
    ) {
        append(values, count: count, subtracting: base, choice: choice, base: base)
    }

    private mutating func append(
        _ values: UnsafePointer<UInt64>, count: Int, subtracting least: UInt64,
        choice: PackedWidth, base: UInt64
    ) {
        let start = begin(base: base, count: count, choice: choice, tag: 0)
        skep_pack64(
            values, count, least, UInt32(choice.width), start.assumingMemoryBound(to: UInt64.self))
        guard choice.exceptionCount > 0 else { return }
        let (positions, exceptions) = exceptionAreas(start, count: count, choice: choice)
        let width = UInt64(choice.width)
        var found = 0
        for index in 0..<count {
            // Wrapping: distances are taken modulo 2^64, like the sums when reading.
            let distance = values[index] &- least
            guard distance >> width != 0 else { continue }
            positions[found] = UInt16(truncatingIfNeeded: index)
            exceptions[found] = distance
            found += 1
        }
        assert(found == choice.exceptionCount)
    }

    /// Adds a vector of differences that follow the value `first`.
    mutating func append(
        _ differences: UnsafePointer<UInt64>, count: Int, choice: PackedWidth, first: UInt64
    ) {
        append(differences, count: count, subtracting: 0, choice: choice, base: first)
    }

    /// Adds a vector whose exceptions the caller has found: at `positions` the stored value is
    /// that of `exceptions`, and what `values` has there does not matter.
    mutating func append(
        _ values: UnsafePointer<UInt64>, count: Int, base: UInt64, choice: PackedWidth, tag: UInt8,
        positions: UnsafePointer<UInt16>, exceptions: UnsafePointer<UInt64>
    ) {
        let start = begin(base: base, count: count, choice: choice, tag: tag)
        skep_pack64(
            values, count, 0, UInt32(choice.width), start.assumingMemoryBound(to: UInt64.self))
        guard choice.exceptionCount > 0 else { return }
        let areas = exceptionAreas(start, count: count, choice: choice)
        areas.positions.update(from: positions, count: choice.exceptionCount)
        areas.values.update(from: exceptions, count: choice.exceptionCount)
    }

    private mutating func begin(base: UInt64, count: Int, choice: PackedWidth, tag: UInt8)
        -> UnsafeMutableRawPointer
    {
        let entry = PackedVector(
            base: base, wordOffset: (out.count - data) / 8, width: choice.width, tag: tag,
            exceptionCount: choice.exceptionCount)
        let start = out.extend(by: choice.dataWords(count) * 8)
        entry.store(to: out.base + directory + vector * PackedVector.entrySize)
        vector += 1
        return start
    }

    private func exceptionAreas(_ start: UnsafeMutableRawPointer, count: Int, choice: PackedWidth)
        -> (positions: UnsafeMutablePointer<UInt16>, values: UnsafeMutablePointer<UInt64>)
    {
        let positions = start + PackedVector.packedWords(count, width: choice.width) * 8
        let words = PackedVector.positionWords(choice.exceptionCount)
        positions.initializeMemory(as: UInt8.self, repeating: 0, count: words * 8)
        return (
            positions.assumingMemoryBound(to: UInt16.self),
            (positions + words * 8).assumingMemoryBound(to: UInt64.self)
        )
    }
}
