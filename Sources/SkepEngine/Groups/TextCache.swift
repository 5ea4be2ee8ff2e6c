internal import SkepModel

/// One worker's map from texts to the numbers of a shared interner.
///
/// Texts met before are found without the interner's lock; their bytes live in its arena.
struct TextCache: ~Copyable {
    private struct Slot {
        var hash: UInt64 = 0
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        var number: UInt32 = 0
    }

    private var slots: [Slot] = Array(repeating: Slot(), count: 1_024)
    private var count = 0

    /// Memory held, in bytes.
    var bytes: Int { slots.count * MemoryLayout<Slot>.stride }

    /// The number of a text, from the interner when it is new to this worker.
    mutating func number(
        of text: UnsafePointer<UInt8>, count textCount: Int, in interner: ValueInterner
    ) -> UInt32 {
        let hash = Hash64.hash(text, count: textCount)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash &>> 20) & mask
        while slots[index].number != 0 {
            let slot = slots[index]
            if slot.hash == hash, Int(slot.count) == textCount, let start = slot.start,
                Self.equal(start, text, textCount)
            {
                return slot.number
            }
            index = (index &+ 1) & mask
        }
        let (number, stored) = interner.locked {
            $0.intern(text: text, count: textCount, hash: hash)
        }
        slots[index] = Slot(
            hash: hash, start: stored.start, count: UInt32(truncatingIfNeeded: textCount),
            number: number)
        count += 1
        if count * 2 > slots.count { grow() }
        return number
    }

    private static func equal(
        _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        var index = 0
        while index &+ 8 <= count {
            let a = UnsafeRawPointer(left + index).loadUnaligned(as: UInt64.self)
            let b = UnsafeRawPointer(right + index).loadUnaligned(as: UInt64.self)
            if a != b { return false }
            index &+= 8
        }
        while index < count {
            if left[index] != right[index] { return false }
            index &+= 1
        }
        return true
    }

    private mutating func grow() {
        var larger = [Slot](repeating: Slot(), count: slots.count * 2)
        let mask = larger.count - 1
        for slot in slots where slot.number != 0 {
            var index = Int(truncatingIfNeeded: slot.hash &>> 20) & mask
            while larger[index].number != 0 { index = (index &+ 1) & mask }
            larger[index] = slot
        }
        slots = larger
    }
}
