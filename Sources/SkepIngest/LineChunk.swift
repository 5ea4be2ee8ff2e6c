internal import SkepModel

/// Whole lines of an input, in memory of their own.
///
/// - Note: Unchecked sendable: filled once by the chunker, then only read.
package final class LineChunk: @unchecked Sendable {
    /// Which chunk of the input it is, from 0.
    package let index: Int
    /// The number of its first line, from 1.
    package let firstLine: Int
    /// The number of the line behind it.
    package let nextLine: Int
    /// Where its first byte is in the input.
    package let offset: UInt64
    /// Where the next chunk begins in the input.
    package let endOffset: UInt64
    /// A line behind the others of the chunk that was too long to be read.
    package let refusedLine: Int?
    /// The longest line that would have been read.
    package let largestLine: Int
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let pool: ChunkPool

    init(
        index: Int, lines: Range<Int>, offsets: Range<UInt64>, refusedLine: Int?,
        memory: UnsafeMutableRawPointer, count: Int, pool: ChunkPool
    ) {
        self.index = index
        firstLine = lines.lowerBound
        nextLine = lines.upperBound
        offset = offsets.lowerBound
        endOffset = offsets.upperBound
        self.refusedLine = refusedLine
        largestLine = pool.byteCount
        self.memory = memory
        self.count = count
        self.pool = pool
    }

    deinit { pool.put(memory) }

    /// The lines; valid while the chunk lives.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: count)
    }
}

/// Blocks of memory of one size that are used again: fresh ones cost a page fault every 4 KiB.
final class ChunkPool: Sendable {
    private struct Free: @unchecked Sendable {
        var blocks: [UnsafeMutableRawPointer] = []
    }

    let byteCount: Int
    private let free = Locked(Free())

    init(byteCount: Int) { self.byteCount = byteCount }

    deinit {
        free.withLock { free in
            for block in free.blocks { block.deallocate() }
        }
    }

    func take() -> UnsafeMutableRawPointer {
        let block = free.withLock { Free(blocks: $0.blocks.popLast().map { [$0] } ?? []) }
        return block.blocks.first ?? .allocate(byteCount: byteCount, alignment: 64)
    }

    func put(_ block: UnsafeMutableRawPointer) {
        let returned = Free(blocks: [block])
        free.withLock { $0.blocks += returned.blocks }
    }
}
