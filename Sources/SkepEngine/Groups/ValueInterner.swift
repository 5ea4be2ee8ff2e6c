internal import SkepModel
internal import Synchronization

/// Numbers the distinct values of one group-by column over a whole query, from 1; 0 is "missing".
///
/// Shared by the workers under a lock that they take once per vector with unknown values. The
/// bytes of a string never move, so workers may keep pointers to them.
final class ValueInterner: @unchecked Sendable {
    /// The bytes of an interned string; valid while the interner lives.
    struct Text {
        var start: UnsafePointer<UInt8>
        var count: Int
    }

    private enum Entry {
        case missing
        case text(Text)
        case int(Int64)
        case double(Double)
        case bool(Bool)
    }

    private let lock = Mutex<Void>(())
    // All below is guarded by `lock` while workers run.
    private var entries: [Entry] = [.missing]
    private var slots: [UInt32]
    private var hashes: [UInt64] = [0]
    private var arena: [UnsafeMutablePointer<UInt8>] = []
    private var arenaUsed = 0
    private var arenaSize = 0
    private var arenaBytes = 0

    init() { slots = Array(repeating: 0, count: 1_024) }

    deinit { for chunk in arena { chunk.deallocate() } }

    /// Runs `body` with the lock held; the interner's methods may be called inside only.
    func locked<Result>(_ body: (borrowing ValueInterner) throws -> Result) rethrows -> Result {
        try lock.withLock { _ in try body(self) }
    }

    /// How many numbers are given out, 0 included.
    var count: Int { entries.count }

    /// Memory held, in bytes.
    var bytes: Int { entries.count * 40 + slots.count * 4 + arenaBytes }

    /// The number of a string.
    func intern(text: UnsafePointer<UInt8>, count: Int, hash: UInt64) -> (UInt32, Text) {
        var slot = Int(truncatingIfNeeded: hash &>> 16) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = slots[slot]
            if hashes[Int(id)] == hash, case .text(let known) = entries[Int(id)],
                known.count == count, Self.equal(known.start, text, count)
            {
                return (id, known)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let stored = Text(start: store(text, count), count: count)
        return (add(.text(stored), hash: hash, slot: slot), stored)
    }

    /// The number of an integer or double; equal numbers share it whatever their type.
    func intern(number: Double) -> UInt32 {
        if number >= -0x1p63, number < 0x1p63, number.rounded(.towardZero) == number {
            return intern(int: Int64(number))
        }
        let hash = Hash64.hash(number.bitPattern ^ 0x5851_F42D_4C95_7F2D)
        var slot = Int(truncatingIfNeeded: hash &>> 16) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = slots[slot]
            if case .double(let known) = entries[Int(id)], known == number { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return add(.double(number), hash: hash, slot: slot)
    }

    func intern(int: Int64) -> UInt32 {
        let hash = Hash64.hash(UInt64(bitPattern: int))
        var slot = Int(truncatingIfNeeded: hash &>> 16) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = slots[slot]
            if case .int(let known) = entries[Int(id)], known == int { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return add(.int(int), hash: hash, slot: slot)
    }

    func intern(bool: Bool) -> UInt32 {
        let hash: UInt64 = bool ? 0xB001_0001 &<< 24 : 0xB001_0000 &<< 24
        var slot = Int(truncatingIfNeeded: hash &>> 16) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = slots[slot]
            if case .bool(let known) = entries[Int(id)], known == bool { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return add(.bool(bool), hash: hash, slot: slot)
    }

    /// The value with a number; `nil` for 0, the missing one.
    func value(_ id: UInt32) -> Value? {
        switch entries[Int(id)] {
        case .missing: nil
        case .text(let text):
            .string(
                String(
                    decoding: UnsafeBufferPointer(start: text.start, count: text.count),
                    as: UTF8.self))
        case .int(let int): .int(int)
        case .double(let double): .double(double)
        case .bool(let bool): .bool(bool)
        }
    }

    /// The order of two values as group keys: missing, bools, numbers, strings bytewise.
    func isOrderedBefore(_ left: UInt32, _ right: UInt32) -> Bool {
        if left == right { return false }
        let (a, b) = (entries[Int(left)], entries[Int(right)])
        switch (a, b) {
        case (.text(let x), .text(let y)):
            let shared = min(x.count, y.count)
            for index in 0..<shared where x.start[index] != y.start[index] {
                return x.start[index] < y.start[index]
            }
            return x.count < y.count
        case (.int(let x), .int(let y)): return x < y
        case (.double(let x), .double(let y)): return x < y
        case (.double(let x), .int(let y)): return NumberRanges.order(x, y) < 0
        case (.int(let x), .double(let y)): return NumberRanges.order(y, x) > 0
        case (.bool(let x), .bool(let y)): return !x && y
        default: return Self.rank(a) < Self.rank(b)
        }
    }

    private static func rank(_ entry: Entry) -> Int {
        switch entry {
        case .missing: 0
        case .bool: 1
        case .int, .double: 2
        case .text: 3
        }
    }

    private static func equal(
        _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        for index in 0..<count where left[index] != right[index] { return false }
        return true
    }

    private func add(_ entry: Entry, hash: UInt64, slot: Int) -> UInt32 {
        let id = UInt32(truncatingIfNeeded: entries.count)
        entries.append(entry)
        hashes.append(hash)
        slots[slot] = id
        if entries.count * 2 > slots.count { rehash() }
        return id
    }

    private func rehash() {
        let size = slots.count * 2
        var larger = [UInt32](repeating: 0, count: size)
        for id in 1..<entries.count {
            var slot = Int(truncatingIfNeeded: hashes[id] &>> 16) & (size - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (size - 1) }
            larger[slot] = UInt32(truncatingIfNeeded: id)
        }
        slots = larger
    }

    private func store(_ text: UnsafePointer<UInt8>, _ count: Int) -> UnsafePointer<UInt8> {
        if arena.isEmpty || arenaUsed + count > arenaSize {
            arenaSize = max(1 << 18, count)
            arena.append(.allocate(capacity: arenaSize + 16))
            arenaUsed = 0
            arenaBytes += arenaSize
        }
        let start = arena[arena.count - 1] + arenaUsed
        start.update(from: text, count: count)
        arenaUsed += count
        return UnsafePointer(start)
    }
}
