@testable import SkepFormat

/// A repeatable random generator (SplitMix64, Steele, Lea, Flood 2014).
struct SampleGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// The seed of all random encoding tests; printed with every failure.
let sampleSeed: UInt64 = 20_261_122

/// Counts of values around the sizes of words, vectors and blocks.
let edgeCounts = [1, 2, 63, 64, 65, 2_047, 2_048, 2_049, 4_096, 65_535, 65_536]

/// Ranges of a block that start and end anywhere, with the edges of vectors among them.
func sampleRanges(_ count: Int, _ generator: inout SampleGenerator) -> [Range<Int>] {
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
