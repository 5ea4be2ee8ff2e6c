internal import CSkepKernels
internal import SkepModel

/// The memory of all tallies of a query: large blocks of pages, which workers cut into chunks.
///
/// Nothing moves as tallies grow, what one worker no longer needs another takes, and further
/// passes take the blocks of those before them. After the query some pages are kept, because zeroed
/// ones take longer than what is done with them: a few for good, more on offer to the system, which
/// takes them when it needs memory. The rest goes back at once.
final class TallyMemory: Sendable {
    /// Of the size of the processor's large pages, so that the system gives each block at once.
    private static let largeBytes = 2 << 20
    private static let smallBytes = 1 << 16
    /// With less memory than this, blocks are small.
    private static let largeLimit = 128 << 20
    /// The most blocks that are kept for queries to come: 24 MiB for good, 96 MiB with those that
    /// the system may take.
    private static let keptBlocks = 12
    private static let mostKeptBlocks = 48

    /// The addresses of large blocks that no query uses.
    private static let kept = Locked<[UInt]>([])

    let blockBytes: Int
    /// The size of the chunks: a page where memory is large, as one that is read from its start
    /// costs a cache miss; where it is not, 256 chunks of each worker should be little of it.
    var chunkBytes: Int { blockBytes == Self.largeBytes ? 4_096 : 1_024 }

    private let budget: MemoryBudget
    /// The addresses of the blocks, and how many of them are in use.
    private let blocks = Locked<(all: [UInt], used: Int)>(([], 0))

    init(budget: MemoryBudget) {
        self.budget = budget
        blockBytes = budget.limit < Self.largeLimit ? Self.smallBytes : Self.largeBytes
    }

    deinit {
        let all = blocks.withLock(\.all)
        budget.charge(-all.count * blockBytes)
        var spare = all[...]
        if blockBytes == Self.largeBytes {
            spare = Self.kept.withLock { kept in
                let room = min(all.count, Self.mostKeptBlocks - kept.count)
                kept += all.prefix(room)
                // The last ones are taken first: those are kept for good.
                for block in kept.dropLast(Self.keptBlocks) {
                    skep_offer_pages(UnsafeMutableRawPointer(bitPattern: block), blockBytes)
                }
                return all.dropFirst(room)
            }
        }
        for block in spare {
            guard let block = UnsafeMutableRawPointer(bitPattern: block) else { continue }
            skep_give_back_pages(block, blockBytes)
        }
    }

    /// A block of memory with anything in it.
    func takeBlock() -> UnsafeMutableRawPointer {
        let address = blocks.withLock { blocks in
            if blocks.used == blocks.all.count { blocks.all.append(freshBlock()) }
            blocks.used += 1
            return blocks.all[blocks.used - 1]
        }
        guard let block = UnsafeMutableRawPointer(bitPattern: address) else {
            preconditionFailure("out of memory")
        }
        return block
    }

    /// Lets the next pass use the blocks, when nothing of the last one is needed any more.
    func reuse() {
        blocks.withLock { $0.used = 0 }
    }

    private func freshBlock() -> UInt {
        budget.charge(blockBytes)
        if blockBytes == Self.largeBytes, let known = Self.kept.withLock({ $0.popLast() }) {
            return known
        }
        let block = skep_take_pages(blockBytes)
        if blockBytes == Self.largeBytes { skep_prefer_large_pages(block, blockBytes) }
        return UInt(bitPattern: block)
    }
}
