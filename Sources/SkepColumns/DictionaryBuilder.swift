internal import SkepModel

/// Numbers distinct strings in order of first appearance, and keeps them.
///
/// Open addressing; a slot holds 32 bits of the hash and the code plus one.
struct DictionaryBuilder {
    private(set) var count = 0
    private(set) var byteCount = 0
    private var ends = GrowingBuffer<UInt32>(capacity: 16)
    private var bytes = GrowingBuffer<UInt8>(capacity: 256)
    private var slots = GrowingBuffer<UInt64>(capacity: firstSlots)
    private var slotMask = firstSlots - 1
    /// The strings as handed out last; handed out again while there are no more.
    private var snapshot: StringDictionary?

    private static let firstSlots = 32

    init() { slots.base.initialize(repeating: 0, count: Self.firstSlots) }

    func deallocate() {
        ends.deallocate()
        bytes.deallocate()
        slots.deallocate()
    }

    /// Whether the dictionary grew beyond what is worth handing out again with every batch.
    ///
    /// - Parameters:
    ///   - added: Strings that the last batch added.
    ///   - values: Values of the last batch: fewer than strings need no dictionary of this size.
    func isOutgrown(by added: Int, values: Int) -> Bool {
        guard added > 0 else { return false }
        return count > 1_024 && (added > count / 8 || count > values) || byteCount > 1 << 20
    }

    /// Forgets all strings.
    mutating func removeAll() {
        count = 0
        byteCount = 0
        snapshot = nil
        if slotMask >= Self.firstSlots {
            slots.deallocate()
            slots = GrowingBuffer(capacity: Self.firstSlots)
            slotMask = Self.firstSlots - 1
        }
        slots.base.initialize(repeating: 0, count: slotMask + 1)
    }

    /// The code of a string, which is added if it is new.
    @inline(__always)
    mutating func code(_ text: UnsafePointer<UInt8>, _ length: Int) -> UInt32 {
        let hash = Hash64.hash(text, count: length)
        let tag = hash & 0xFFFF_FFFF_0000_0000
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while true {
            let entry = slots.base[slot]
            if entry == 0 { return add(text, length, tag: tag, slot: slot) }
            let code = UInt32(truncatingIfNeeded: entry) &- 1
            if entry & 0xFFFF_FFFF_0000_0000 == tag, isEqual(code, text, length) { return code }
            slot = (slot &+ 1) & slotMask
        }
    }

    /// Whether a code stands for a string.
    @inline(__always)
    func isEqual(_ code: UInt32, _ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        let start = code == 0 ? 0 : Int(ends.base[Int(code &- 1)])
        return Int(ends.base[Int(code)]) &- start == length
            && ByteComparison.isEqual(bytes.base + start, text, length)
    }

    /// The bytes of a code's string.
    @inline(__always)
    func string(_ code: UInt32) -> UnsafeBufferPointer<UInt8> {
        let start = code == 0 ? 0 : Int(ends.base[Int(code &- 1)])
        return UnsafeBufferPointer(
            start: bytes.base + start, count: Int(ends.base[Int(code)]) &- start)
    }

    @inline(never)
    private mutating func add(
        _ text: UnsafePointer<UInt8>, _ length: Int, tag: UInt64, slot: Int
    ) -> UInt32 {
        ends.reserve(count + 1, keeping: count)
        bytes.reserve(byteCount + length, keeping: byteCount)
        (bytes.base + byteCount).update(from: text, count: length)
        byteCount += length
        ends.base[count] = UInt32(truncatingIfNeeded: byteCount)
        count += 1
        slots.base[slot] = tag | UInt64(count)
        if count * 2 > slotMask { growSlots() }
        return UInt32(truncatingIfNeeded: count - 1)
    }

    /// Doubles the slots; the low half of the hash, which the slots do not keep, is made again.
    private mutating func growSlots() {
        let old = slots
        let oldSize = slotMask + 1
        slots = GrowingBuffer(capacity: oldSize * 4)
        slotMask = oldSize * 4 - 1
        slots.base.initialize(repeating: 0, count: slotMask + 1)
        for index in 0..<oldSize where old.base[index] != 0 {
            let text = string(UInt32(truncatingIfNeeded: old.base[index]) &- 1)
            guard let start = text.baseAddress else { continue }
            var slot =
                Int(truncatingIfNeeded: Hash64.hash(start, count: text.count)) & slotMask
            while slots.base[slot] != 0 { slot = (slot + 1) & slotMask }
            slots.base[slot] = old.base[index]
        }
        old.deallocate()
    }

    /// The strings so far; the same object while none is added.
    mutating func dictionary() -> StringDictionary {
        if let snapshot, snapshot.count == count { return snapshot }
        let made = StringDictionary(ends: ends.array(count), bytes: bytes.array(byteCount))
        snapshot = made
        return made
    }
}
