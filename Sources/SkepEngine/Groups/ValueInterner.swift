internal import CSkepKernels
internal import SkepFormat
internal import SkepModel

/// In which form the bytes of a string are interned: a text has one form for a whole query.
enum InternedForm: UInt8 {
    /// UTF-8.
    case text = 4
    /// The binary bytes of lower-case hexadecimal digits.
    case digits = 5
    /// The 16 bytes of a UUID.
    case uuid = 6

    init(_ rendering: HexRendering) { self = rendering == .uuid ? .uuid : .digits }
}

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
    }

    /// What a value is: its bits (for a text: its address), its length and its kind.
    struct Entry: BitwiseCopyable {
        var word: UInt64
        var length: UInt32
        var kind: UInt8

        var isString: Bool { kind >= InternedForm.text.rawValue }
    }

    /// The values by number, and their hashes.
    let entries: GrowingArray<Entry>
    /// 0 for values that were appended.
    let hashes: GrowingArray<UInt64>
    /// The upper half of a hash and the number, 0 where free: most probes that do not match end
    /// without looking at the value.
    private let slotWords: GrowingArray<UInt64>
    private struct Slots {
        var words: UnsafeMutablePointer<UInt64>
        var mask: Int
        var count = 0
        /// Beyond this many entries the table grows.
        var most: Int
    }

    /// Behind a pointer for the reason that `GrowingArray` gives.
    private let slots: UnsafeMutablePointer<Slots>
    private var arena: TextArena
    /// Interners and dictionaries whose memory holds bytes of this one.
    private var lenders: [AnyObject] = []
    /// Whether new values get numbers.
    private var isOpen = true

    /// Whether the numbers are fixed and shared by all workers: see `MergedNumbers`.
    let isShared: Bool
    private let budget: MemoryBudget

    /// Slots of an empty table.
    private static let firstSlots = 1_024

    init(isShared: Bool = false, budget: MemoryBudget) {
        self.isShared = isShared
        self.budget = budget
        entries = GrowingArray(budget: budget)
        hashes = GrowingArray(budget: budget)
        arena = TextArena(budget: budget)
        slotWords = GrowingArray(capacity: Self.firstSlots, budget: budget)
        slotWords.grow(to: Self.firstSlots)
        slots = .allocate(capacity: 1)
        slots.initialize(
            to: Slots(
                words: slotWords.base, mask: Self.firstSlots - 1,
                most: WordTable.mostEntries(slots: Self.firstSlots)))
        for _ in 0...1 {
            entries.append(Entry(word: 0, length: 0, kind: Kind.none))
            hashes.append(0)
        }
    }

    deinit { slots.deallocate() }

    /// How many numbers are given out, the two fixed ones included.
    var count: Int { entries.count }

    /// Gives no more new numbers from now on.
    func close() { isOpen = false }

    /// Keeps an object alive whose memory holds bytes given with `isStable`.
    func keep(_ lender: AnyObject) { lenders.append(lender) }

    /// Gives a value the next number, without an entry in the table: one that is known to be new,
    /// or whose numbers are joined later.
    ///
    /// - Parameter bytes: Its bytes in `form`, which stay where they are.
    func append(_ bytes: UnsafeBufferPointer<UInt8>, form: InternedForm) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: entries.count)
        entries.append(
            Entry(
                word: UInt64(UInt(bitPattern: bytes.baseAddress)),
                length: UInt32(truncatingIfNeeded: bytes.count), kind: form.rawValue))
        hashes.append(0)
        return number
    }

    // MARK: Numbering

    /// The hash under which bytes of a form are looked for.
    @inline(__always)
    static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        Hash64.hash(bytes, count: count)
    }

    /// The number of a string.
    ///
    /// - Parameters:
    ///   - bytes: Its bytes in `form`.
    ///   - count: How many.
    ///   - form: The form.
    ///   - hash: `hash(bytes, count:)`.
    ///   - isStable: Whether the bytes stay where they are as long as the interner lives; others
    ///     are copied when they are new.
    func number(
        _ bytes: UnsafePointer<UInt8>, count: Int, form: InternedForm, hash: UInt64,
        isStable: Bool = false
    ) -> UInt32 {
        let (found, slot) = find(bytes, count: count, kind: form.rawValue, hash: hash)
        if let found { return found }
        guard isOpen else { return Self.unknown }
        let stored = isStable ? bytes : arena.store(bytes, count)
        return insert(
            Entry(
                word: UInt64(UInt(bitPattern: stored)),
                length: UInt32(truncatingIfNeeded: count), kind: form.rawValue),
            hash: hash, slot: slot)
    }

    /// The number of a string whose bytes are copied when it is new.
    func number(_ bytes: UnsafeBufferPointer<UInt8>, form: InternedForm) -> UInt32 {
        var nothing: UInt8 = 0
        return withUnsafePointer(to: &nothing) { empty in
            let start = bytes.baseAddress ?? empty
            return number(
                start, count: bytes.count, form: form,
                hash: Self.hash(start, count: bytes.count))
        }
    }

    /// The number of a string, or the slot where it belongs.
    @inline(__always)
    private func find(
        _ bytes: UnsafePointer<UInt8>, count: Int, kind: UInt8, hash: UInt64
    ) -> (number: UInt32?, slot: Int) {
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let (slots, mask) = (slots.pointee.words, slots.pointee.mask)
        var slot = Self.slot(hash) & mask
        while slots[slot] != 0 {
            let word = slots[slot]
            if word & 0xFFFF_FFFF_0000_0000 == tag {
                let entry = entries.base[Int(word & 0xFFFF_FFFF)]
                if entry.kind == kind, Int(entry.length) == count,
                    let known = UnsafePointer<UInt8>(bitPattern: UInt(entry.word)),
                    Self.equal(known, bytes, count)
                {
                    return (UInt32(truncatingIfNeeded: word), slot)
                }
            }
            slot = (slot &+ 1) & mask
        }
        return (nil, slot)
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

    /// Writes the numbers here of all values of another interner, which gives its memory up.
    ///
    /// Texts are not copied: this one keeps the other alive.
    ///
    /// - Throws: `limitReached`.
    func number(
        allOf other: ValueInterner, into numbers: borrowing GrowingArray<UInt32>
    ) throws(SkepError) {
        keep(other)
        other.releaseTable()
        numbers.grow(to: other.count)
        let ahead = 16
        for id in 0..<other.count {
            if id & 2_047 == 0 { try budget.check() }
            if id + ahead < other.count { prefetch(hash: other.hashes.base[id + ahead]) }
            numbers.base[id] = number(of: UInt32(truncatingIfNeeded: id), in: other)
        }
        other.hashes.release()
        other.entries.release()
        try budget.check()
    }

    /// Gives the memory of the values and of the table back.
    func releaseValues() {
        hashes.release()
        entries.release()
        releaseTable()
    }

    /// Empties the table: the values keep their numbers, but are not found any more.
    func forgetTable() {
        slotWords.release()
        slotWords.grow(to: Self.firstSlots)
        slots.pointee = Slots(
            words: slotWords.base, mask: Self.firstSlots - 1,
            most: WordTable.mostEntries(slots: Self.firstSlots))
    }

    /// Gives the memory of the table back: no more values can be looked for.
    private func releaseTable() {
        slotWords.release()
        slots.pointee.mask = 0
        slots.pointee.words = slotWords.base
        isOpen = false
    }

    /// The number here of a value of another interner, which must outlive this one.
    func number(of id: UInt32, in other: ValueInterner) -> UInt32 {
        let entry = other.entries[Int(id)]
        var hash = other.hashes[Int(id)]
        guard entry.kind != Kind.none else { return id }
        guard entry.isString else { return number(entry.kind, entry.word, hash: hash) }
        guard let bytes = UnsafePointer<UInt8>(bitPattern: UInt(entry.word)) else {
            return Self.unknown
        }
        // Appended values have no hash.
        if hash == 0 { hash = Self.hash(bytes, count: Int(entry.length)) }
        let (found, slot) = find(
            bytes, count: Int(entry.length), kind: entry.kind, hash: hash)
        if let found { return found }
        return isOpen ? insert(entry, hash: hash, slot: slot) : Self.unknown
    }

    private func number(_ kind: UInt8, _ word: UInt64, hash: UInt64) -> UInt32 {
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let (slots, mask) = (slots.pointee.words, slots.pointee.mask)
        var slot = Self.slot(hash) & mask
        while slots[slot] != 0 {
            let found = slots[slot]
            if found & 0xFFFF_FFFF_0000_0000 == tag {
                let entry = entries.base[Int(found & 0xFFFF_FFFF)]
                if entry.kind == kind, entry.word == word {
                    return UInt32(truncatingIfNeeded: found)
                }
            }
            slot = (slot &+ 1) & mask
        }
        guard isOpen else { return Self.unknown }
        return insert(Entry(word: word, length: 0, kind: kind), hash: hash, slot: slot)
    }

    /// Where a hash is looked for first: told by the half of it that slots hold, so that a table
    /// grows without looking at the values.
    @inline(__always)
    private static func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> 32) }

    private func insert(_ entry: Entry, hash: UInt64, slot: Int) -> UInt32 {
        let id = UInt64(entries.count)
        entries.append(entry)
        hashes.append(hash)
        slots.pointee.words[slot] = hash & 0xFFFF_FFFF_0000_0000 | id
        slots.pointee.count &+= 1
        if slots.pointee.count > slots.pointee.most { growTable() }
        return UInt32(truncatingIfNeeded: id)
    }

    /// Doubles the table in place, unless the budget has no room for that: then it fills up for
    /// as long as the budget's owner takes to notice.
    @inline(never)
    private func growTable() {
        let size = slots.pointee.mask + 1
        guard slotWords.doubles() else { return }
        let (words, mask) = (slotWords.base, size * 2 - 1)
        slots.pointee.words = words
        slots.pointee.mask = mask
        slots.pointee.most = WordTable.mostEntries(slots: size * 2)
        // What stands before the first free slot may have wrapped around: it is put back last.
        var first: [UInt64] = []
        var slot = 0
        while slot < size, words[slot] != 0 {
            first.append(words[slot])
            words[slot] = 0
            slot += 1
        }
        while slot < size {
            let word = words[slot]
            if word != 0 {
                words[slot] = 0
                Self.place(word, words, mask)
            }
            slot += 1
        }
        for word in first { Self.place(word, words, mask) }
    }

    @inline(__always)
    private static func place(_ word: UInt64, _ words: UnsafeMutablePointer<UInt64>, _ mask: Int) {
        var place = slot(word) & mask
        while words[place] != 0 { place = (place &+ 1) & mask }
        words[place] = word
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

    private static func bytes(_ entry: Entry) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(
            start: UnsafePointer(bitPattern: UInt(entry.word)), count: Int(entry.length))
    }

    private static func text(_ entry: Entry) -> String {
        let bytes = bytes(entry)
        guard entry.kind != InternedForm.text.rawValue, let start = bytes.baseAddress else {
            return String(decoding: bytes, as: UTF8.self)
        }
        let rendering: HexRendering =
            entry.kind == InternedForm.uuid.rawValue ? .uuid : .digits
        return HexText.string(
            start, shape: HexText.Shape(width: bytes.count, rendering: rendering))
    }

    /// The value with a number; `nil` for the missing one.
    func value(_ id: UInt32) -> Value? {
        let entry = entries[Int(id)]
        switch entry.kind {
        case Kind.int: return .int(Int64(bitPattern: entry.word))
        case Kind.double: return .double(Double(bitPattern: entry.word))
        case Kind.bool: return .bool(entry.word != 0)
        case Kind.none: return nil
        default: return .string(Self.text(entry))
        }
    }

    /// The order of two values as group keys: missing, bools, numbers, strings bytewise.
    func isOrderedBefore(_ left: UInt32, _ right: UInt32) -> Bool {
        if left == right { return false }
        let (a, b) = (entries[Int(left)], entries[Int(right)])
        if a.isString, b.isString {
            // Within a form the order of bytes is the order of texts.
            if a.kind == b.kind { return ByteOrder.compare(Self.bytes(a), Self.bytes(b)) < 0 }
            return Self.text(a).utf8.lexicographicallyPrecedes(Self.text(b).utf8)
        }
        switch (a.kind, b.kind) {
        case (Kind.int, Kind.int):
            return Int64(bitPattern: a.word) < Int64(bitPattern: b.word)
        case (Kind.double, Kind.double):
            return Double(bitPattern: a.word) < Double(bitPattern: b.word)
        case (Kind.double, Kind.int):
            return NumberRanges.order(Double(bitPattern: a.word), Int64(bitPattern: b.word)) < 0
        case (Kind.int, Kind.double):
            return NumberRanges.order(Double(bitPattern: b.word), Int64(bitPattern: a.word)) > 0
        case (Kind.bool, Kind.bool): return a.word < b.word
        default: return Self.rank(a.kind) < Self.rank(b.kind)
        }
    }

    /// Writes the sort words of some values: what they need is fetched for all before it is read.
    func sortWords(_ numbers: [UInt32], into words: UnsafeMutablePointer<UInt64>) {
        let entries = entries.base
        for number in numbers { skep_prefetch(entries + Int(number)) }
        for number in numbers {
            let entry = entries[Int(number)]
            if entry.isString, let text = UnsafeRawPointer(bitPattern: UInt(entry.word)) {
                skep_prefetch(text)
            }
        }
        for (index, number) in numbers.enumerated() { words[index] = sortWord(number) }
    }

    /// A word that ascends with the values' order.
    ///
    /// Of two values with different words, the one with the lesser word is before the other. The
    /// first bytes of a text; 0 for all else, which is before texts.
    func sortWord(_ id: UInt32) -> UInt64 {
        let entry = entries[Int(id)]
        guard entry.isString, let start = UnsafeRawPointer(bitPattern: UInt(entry.word)) else {
            return 0
        }
        let count = Int(entry.length)
        guard entry.kind == InternedForm.text.rawValue else {
            // As text: 8 digits, also of a UUID.
            guard count >= 4 else { return 0 }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { text in
                guard let digits = text.baseAddress else { return 0 }
                HexText.render(
                    start.assumingMemoryBound(to: UInt8.self),
                    shape: HexText.Shape(width: 4, rendering: .digits), into: digits)
                return UInt64(
                    bigEndian: UnsafeRawPointer(digits).loadUnaligned(as: UInt64.self))
            }
        }
        if count >= 8 { return UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)) }
        var word: UInt64 = 0
        for index in 0..<count {
            let byte = start.load(fromByteOffset: index, as: UInt8.self)
            word |= UInt64(byte) << UInt64(56 - 8 * index)
        }
        return word
    }

    private static func rank(_ kind: UInt8) -> UInt8 {
        // Integers and doubles are one domain.
        kind == Kind.double ? Kind.int : min(kind, InternedForm.text.rawValue)
    }
}
