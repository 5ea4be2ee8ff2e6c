internal import CSkepKernels
internal import SkepModel

/// Numbers the distinct values of one group-by column that one worker meets.
///
/// Number 0 is "missing", number 1 "unknown": what a closed interner gives to values it does not
/// hold. Equal numbers of different types are one value. Strings live in an arena and never move.
final class ValueInterner {
    /// The number of a missing value.
    static let missing: UInt32 = 0
    /// The number of values that a closed interner does not hold.
    static let unknown: UInt32 = 1

    private enum Kind {
        static let none: UInt8 = 0
        static let bool: UInt8 = 1
        static let int: UInt8 = 2
        static let double: UInt8 = 3
        static let text: UInt8 = 4
    }

    /// What a value is, by number: its kind, its bits (for a text: its address), its length.
    private let kinds = GrowingArray<UInt8>()
    private let words = GrowingArray<UInt64>()
    private let lengths = GrowingArray<UInt32>()
    private let hashes = GrowingArray<UInt64>()
    /// The upper half of a hash and the number, 0 where free: most probes that do not match end
    /// without looking at the value.
    private struct Slots {
        var words: UnsafeMutablePointer<UInt64>
        var mask: Int

        init(count: Int) {
            mask = count - 1
            words = .allocate(capacity: count)
            words.initialize(repeating: 0, count: count)
        }
    }

    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let slots: UnsafeMutablePointer<Slots>
    private var arena = TextArena()
    /// Whether new values get numbers.
    private var isOpen = true

    init() {
        slots = .allocate(capacity: 1)
        slots.initialize(to: Slots(count: 1_024))
        for _ in 0...1 { append(Kind.none, 0, length: 0, hash: 0) }
    }

    deinit {
        slots.pointee.words.deallocate()
        slots.deallocate()
    }

    /// How many numbers are given out, the two fixed ones included.
    var count: Int { kinds.count }

    /// Memory held, in bytes.
    var bytes: Int {
        kinds.bytes + words.bytes + lengths.bytes + hashes.bytes + arena.bytes
            + (slots.pointee.mask + 1) * 8
    }

    /// Gives no more new numbers from now on.
    func close() { isOpen = false }

    // MARK: Numbering

    /// The number of a string.
    func number(text: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        number(text: text, count: count, hash: Hash64.hash(text, count: count))
    }

    /// The number of a string whose hash is known.
    func number(
        text: UnsafePointer<UInt8>, count: Int, hash: UInt64
    ) -> UInt32 {
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let (slots, mask) = (slots.pointee.words, slots.pointee.mask)
        var slot = Self.slot(hash) & mask
        while slots[slot] != 0 {
            let entry = slots[slot]
            if entry & 0xFFFF_FFFF_0000_0000 == tag {
                let id = Int(entry & 0xFFFF_FFFF)
                if kinds.base[id] == Kind.text, Int(lengths.base[id]) == count,
                    let known = UnsafePointer<UInt8>(bitPattern: UInt(words.base[id])),
                    Self.equal(known, text, count)
                {
                    return UInt32(truncatingIfNeeded: id)
                }
            }
            slot = (slot &+ 1) & mask
        }
        guard isOpen else { return Self.unknown }
        let stored = arena.store(text, count)
        return insert(
            Kind.text, UInt64(UInt(bitPattern: stored)),
            length: UInt32(truncatingIfNeeded: count), hash: hash, slot: slot)
    }

    /// Fetches the slot that a hash will be looked for in.
    @inline(__always)
    func prefetch(hash: UInt64) {
        skep_prefetch(slots.pointee.words + (Self.slot(hash) & slots.pointee.mask))
    }

    /// The number of an integer.
    func number(int: Int64) -> UInt32 {
        number(Kind.int, UInt64(bitPattern: int), hash: Hash64.hash(UInt64(bitPattern: int)))
    }

    /// The number of a double; a whole one has the number of the equal integer.
    func number(double: Double) -> UInt32 {
        if double >= -0x1p63, double < 0x1p63, double.rounded(.towardZero) == double {
            return number(int: Int64(double))
        }
        return number(
            Kind.double, double.bitPattern,
            hash: Hash64.hash(double.bitPattern ^ 0x5851_F42D_4C95_7F2D))
    }

    func number(bool: Bool) -> UInt32 {
        number(Kind.bool, bool ? 1 : 0, hash: Hash64.hash(bool ? 0xB001_0001 : 0xB001_0000))
    }

    /// The number here of a value of another interner.
    func number(of id: UInt32, in other: ValueInterner) -> UInt32 {
        let index = Int(id)
        switch other.kinds[index] {
        case Kind.none: return id
        case Kind.text:
            guard let text = UnsafePointer<UInt8>(bitPattern: UInt(other.words[index])) else {
                return Self.unknown
            }
            return number(
                text: text, count: Int(other.lengths[index]), hash: other.hashes[index])
        default: return number(other.kinds[index], other.words[index], hash: other.hashes[index])
        }
    }

    private func number(_ kind: UInt8, _ word: UInt64, hash: UInt64) -> UInt32 {
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let (slots, mask) = (slots.pointee.words, slots.pointee.mask)
        var slot = Self.slot(hash) & mask
        while slots[slot] != 0 {
            let entry = slots[slot]
            let id = Int(entry & 0xFFFF_FFFF)
            if entry & 0xFFFF_FFFF_0000_0000 == tag, kinds.base[id] == kind,
                words.base[id] == word
            {
                return UInt32(truncatingIfNeeded: id)
            }
            slot = (slot &+ 1) & mask
        }
        guard isOpen else { return Self.unknown }
        return insert(kind, word, length: 0, hash: hash, slot: slot)
    }

    @inline(__always)
    private static func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 8) }

    private func insert(
        _ kind: UInt8, _ word: UInt64, length: UInt32, hash: UInt64, slot: Int
    ) -> UInt32 {
        let id = UInt64(kinds.count)
        append(kind, word, length: length, hash: hash)
        slots.pointee.words[slot] = hash & 0xFFFF_FFFF_0000_0000 | id
        if kinds.count &* 2 > slots.pointee.mask { rehash() }
        return UInt32(truncatingIfNeeded: id)
    }

    private func append(_ kind: UInt8, _ word: UInt64, length: UInt32, hash: UInt64) {
        kinds.append(kind)
        words.append(word)
        lengths.append(length)
        hashes.append(hash)
    }

    @inline(never)
    private func rehash() {
        let larger = Slots(count: (slots.pointee.mask + 1) * 2)
        for id in 2..<kinds.count {
            let hash = hashes.base[id]
            var slot = Self.slot(hash) & larger.mask
            while larger.words[slot] != 0 { slot = (slot &+ 1) & larger.mask }
            larger.words[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(id)
        }
        slots.pointee.words.deallocate()
        slots.pointee = larger
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

    // MARK: Values

    private func text(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafePointer(bitPattern: UInt(words[index])), count: Int(lengths[index]))
    }

    /// The value with a number; `nil` for the missing one.
    func value(_ id: UInt32) -> Value? {
        let index = Int(id)
        switch kinds[index] {
        case Kind.text: return .string(String(decoding: text(index), as: UTF8.self))
        case Kind.int: return .int(Int64(bitPattern: words[index]))
        case Kind.double: return .double(Double(bitPattern: words[index]))
        case Kind.bool: return .bool(words[index] != 0)
        default: return nil
        }
    }

    /// The order of two values as group keys: missing, bools, numbers, strings bytewise.
    func isOrderedBefore(_ left: UInt32, _ right: UInt32) -> Bool {
        if left == right { return false }
        let (a, b) = (Int(left), Int(right))
        switch (kinds[a], kinds[b]) {
        case (Kind.text, Kind.text): return Self.isOrderedBefore(text(a), text(b))
        case (Kind.int, Kind.int):
            return Int64(bitPattern: words[a]) < Int64(bitPattern: words[b])
        case (Kind.double, Kind.double):
            return Double(bitPattern: words[a]) < Double(bitPattern: words[b])
        case (Kind.double, Kind.int):
            return NumberRanges.order(
                Double(bitPattern: words[a]), Int64(bitPattern: words[b])) < 0
        case (Kind.int, Kind.double):
            return NumberRanges.order(
                Double(bitPattern: words[b]), Int64(bitPattern: words[a])) > 0
        case (Kind.bool, Kind.bool): return words[a] < words[b]
        default: return Self.rank(kinds[a]) < Self.rank(kinds[b])
        }
    }

    private static func rank(_ kind: UInt8) -> UInt8 {
        // Integers and doubles are one domain.
        kind == Kind.double ? Kind.int : kind
    }

    private static func isOrderedBefore(
        _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let shared = min(left.count, right.count)
        for index in 0..<shared where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }
}
