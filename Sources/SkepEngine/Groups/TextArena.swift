internal import SkepModel

/// Bytes that stay where they were stored until the arena goes.
struct TextArena: ~Copyable {
    /// The first chunk is small, as most arenas hold a few texts; each is twice the one before.
    private static let firstChunkSize = 1 << 13
    private static let lastChunkSize = 1 << 18

    private var chunks: [UnsafeMutablePointer<UInt8>] = []
    private var next: UnsafeMutablePointer<UInt8>?
    private var left = 0
    /// Memory held, in bytes.
    private(set) var bytes = 0

    private let budget: MemoryBudget

    init(budget: MemoryBudget) { self.budget = budget }

    deinit {
        for chunk in chunks { chunk.deallocate() }
        budget.charge(-bytes)
    }

    /// Copies bytes into the arena.
    mutating func store(_ text: UnsafePointer<UInt8>, _ count: Int) -> UnsafePointer<UInt8> {
        guard left >= count, let start = next else {
            let size = max(
                min(Self.firstChunkSize << min(chunks.count, 5), Self.lastChunkSize), count)
            let chunk = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            chunks.append(chunk)
            bytes += size
            budget.charge(size)
            chunk.update(from: text, count: count)
            next = chunk + count
            left = size - count
            return UnsafePointer(chunk)
        }
        start.update(from: text, count: count)
        next = start + count
        left -= count
        return UnsafePointer(start)
    }
}
