import SkepTestRandom

@testable import SkepFormat

/// The seed of all random encoding tests; printed with every failure.
let sampleSeed: UInt64 = 20_261_122

/// Counts of values around the sizes of words, vectors and blocks.
let edgeCounts = [1, 2, 63, 64, 65, 2_047, 2_048, 2_049, 4_096, 65_535, 65_536]

/// Ranges of a block that start and end anywhere, with the edges of vectors among them.
func sampleRanges(_ count: Int, _ generator: inout SplitMix) -> [Range<Int>] {
    var ranges = [0..<count, 0..<min(count, 2_048), max(0, count - 1)..<count, count..<count]
    if count > 2_048 {
        ranges.append(2_047..<min(count, 2_050))
        ranges.append(2_048..<min(count, 4_096))
    }
    for _ in 0..<4 {
        let start = generator.below(count + 1)
        ranges.append(start..<start + generator.below(count - start + 1))
    }
    return ranges
}

/// A copy of a payload's first `size` bytes with readable slack behind them.
final class PayloadCopy {
    let memory: UnsafeMutableRawPointer
    let count: Int

    init(_ bytes: UnsafeRawBufferPointer, size: Int? = nil) {
        count = size ?? bytes.count
        memory = .allocate(byteCount: count + 64, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: count + 64)
        if let source = bytes.baseAddress { memory.copyMemory(from: source, byteCount: count) }
    }

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }
}
