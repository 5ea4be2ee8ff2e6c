/// Small pieces of a query's memory for tallies, for one worker.
///
/// - Note: For one thread at a time; chunks may move from one worker to another.
final class TallyChunks {
    /// Before a chunk's entries stands the address of the next one in its list.
    static let entriesOffset = 16

    /// The size of a chunk.
    let chunkBytes: Int
    /// How many entries fill a chunk.
    let entryCount: Int

    private struct State {
        /// Chunks that were given back.
        var free: UnsafeMutableRawPointer?
        /// What is left of the last block.
        var next: UnsafeMutableRawPointer?
        var left = 0
    }

    private let memory: TallyMemory
    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let state: UnsafeMutablePointer<State>

    init(_ memory: TallyMemory) {
        self.memory = memory
        chunkBytes = memory.chunkBytes
        entryCount = (chunkBytes - Self.entriesOffset) / MemoryLayout<TallyEntry>.stride
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit { state.deallocate() }

    /// A chunk with anything in it.
    func take() -> UnsafeMutableRawPointer {
        if let chunk = state.pointee.free {
            state.pointee.free = Self.next(chunk)
            return chunk
        }
        if state.pointee.left == 0 {
            state.pointee.next = memory.takeBlock()
            state.pointee.left = memory.blockBytes / chunkBytes
        }
        guard let chunk = state.pointee.next else { preconditionFailure("a block has no memory") }
        state.pointee.next = chunk + chunkBytes
        state.pointee.left -= 1
        return chunk
    }

    func giveBack(_ chunk: UnsafeMutableRawPointer) {
        Self.setNext(chunk, state.pointee.free)
        state.pointee.free = chunk
    }

    @inline(__always)
    static func next(_ chunk: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        chunk.load(as: UnsafeMutableRawPointer?.self)
    }

    @inline(__always)
    static func setNext(_ chunk: UnsafeMutableRawPointer, _ next: UnsafeMutableRawPointer?) {
        chunk.storeBytes(of: next, as: UnsafeMutableRawPointer?.self)
    }

    @inline(__always)
    static func entries(_ chunk: UnsafeMutableRawPointer) -> UnsafeMutablePointer<TallyEntry> {
        (chunk + entriesOffset).assumingMemoryBound(to: TallyEntry.self)
    }
}
