/// The distinct codes of a block as a bitmap with ranks.
struct CodeSet {
    private let least: UInt32
    private let words: [UInt64]
    private let ranks: [UInt32]
    /// How many distinct codes there are.
    let count: Int

    /// Collects codes, all within `least ... greatest`.
    init(_ codes: UnsafePointer<UInt32>, count: Int, least: UInt32, greatest: UInt32) {
        let wordCount = Int(greatest - least) / 64 + 1
        let words = [UInt64](unsafeUninitializedCapacity: wordCount) { buffer, size in
            buffer.initialize(repeating: 0)
            for index in 0..<count {
                // Wrapping: no code is below the least one.
                let distance = codes[index] &- least
                buffer[Int(distance >> 6)] |= 1 &<< UInt64(distance & 63)
            }
            size = wordCount
        }
        var total = 0
        ranks = words.map { word in
            defer { total += word.nonzeroBitCount }
            return UInt32(total)
        }
        self.count = total
        self.least = least
        self.words = words
    }

    /// Writes the codes in ascending order.
    func writeAscending(to out: UnsafeMutablePointer<UInt32>) {
        var next = 0
        for index in 0..<words.count {
            var word = words[index]
            while word != 0 {
                out[next] = least + UInt32(index * 64 + word.trailingZeroBitCount)
                next += 1
                word &= word &- 1
            }
        }
    }

    /// Replaces codes of the set by their positions in it.
    func translate(
        _ codes: UnsafePointer<UInt32>, count: Int, into out: UnsafeMutablePointer<UInt32>
    ) {
        words.withUnsafeBufferPointer { words in
            ranks.withUnsafeBufferPointer { ranks in
                for index in 0..<count {
                    // Wrapping: no code is below the least one.
                    let distance = codes[index] &- least
                    let word = Int(distance >> 6)
                    let below = words[word] & ((1 &<< UInt64(distance & 63)) &- 1)
                    out[index] = ranks[word] &+ UInt32(truncatingIfNeeded: below.nonzeroBitCount)
                }
            }
        }
    }
}
