internal import SkepModel

/// A field name and where it stands in the current event.
@usableFromInline
package struct FieldName: BitwiseCopyable {
    /// Where its bytes are.
    @usableFromInline package var start: UInt32
    @usableFromInline package var count: UInt32
    @usableFromInline package var hash: UInt32
    /// The name that came behind this one last time.
    @usableFromInline package var successor: UInt32
    /// The last event that had the name.
    @usableFromInline package var event: UInt32
    /// Where it is staged in that event, or `FieldStage.objectMark` and where its object begins.
    @usableFromInline package var place: UInt32
}

/// A field of the current event.
@usableFromInline
package struct StagedField: BitwiseCopyable {
    /// The name's number and the type: `FieldStage.key`.
    @usableFromInline package var key: UInt32
    /// The length of a string.
    @usableFromInline package var length: UInt32
    /// A number or bool as bits, or the address of a string's bytes.
    @usableFromInline package var bits: UInt64

    @usableFromInline
    package init(key: UInt32, length: UInt32, bits: UInt64) {
        self.key = key
        self.length = length
        self.bits = bits
    }
}

/// The memory of `EventFields`.
@usableFromInline
package struct FieldStage {
    @usableFromInline package var names: GrowingBuffer<FieldName>
    @usableFromInline package var nameBytes: GrowingBuffer<UInt8>
    @usableFromInline package private(set) var nameCount = 0
    @usableFromInline package private(set) var nameByteCount = 0
    /// Numbers of names plus one by hash; 0 is free.
    private var slots: GrowingBuffer<UInt32>
    private var slotMask = 0
    /// The fields of the current event.
    @usableFromInline package var fields: GrowingBuffer<StagedField>
    @usableFromInline package var fieldCount = 0
    @usableFromInline package var removedCount = 0
    /// The number of the current event.
    @usableFromInline package var event: UInt32 = 1
    /// Memory for text that is not in the input as such.
    private var arena: GrowingBuffer<UInt8>
    private var arenaUsed = 0

    /// The key of a field that is no longer there.
    @usableFromInline package static var removedKey: UInt32 { .max }
    @usableFromInline package static var objectMark: UInt32 { 1 << 31 }
    private static let firstSlots = 256

    init() {
        names = GrowingBuffer(capacity: 128)
        nameBytes = GrowingBuffer(capacity: 4_096)
        slots = GrowingBuffer(capacity: Self.firstSlots)
        slots.base.initialize(repeating: 0, count: Self.firstSlots)
        slotMask = Self.firstSlots - 1
        fields = GrowingBuffer(capacity: 128)
        arena = GrowingBuffer(capacity: 4_096)
    }

    func deallocate() {
        names.deallocate()
        nameBytes.deallocate()
        slots.deallocate()
        fields.deallocate()
        arena.deallocate()
    }

    // MARK: Names

    /// Names and bytes of names beyond which all should be forgotten.
    @usableFromInline package static var mostNames: Int { 1 << 16 }
    @usableFromInline package static var mostNameBytes: Int { 16 << 20 }

    /// Whether names should be forgotten.
    @inlinable @inline(__always)
    package var isOvergrown: Bool {
        nameCount > Self.mostNames || nameByteCount > Self.mostNameBytes
    }

    /// The number of a name, which is given one if it is new.
    @usableFromInline @inline(never)
    package mutating func number(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        let hash = UInt32(truncatingIfNeeded: Hash64.hash(bytes, count: count) >> 32)
        var slot = Int(hash) & slotMask
        while slots.base[slot] != 0 {
            let candidate = slots.base[slot] &- 1
            let entry = names.base[Int(candidate)]
            if entry.hash == hash, entry.count == count,
                ByteComparison.isEqual(nameBytes.base + Int(entry.start), bytes, count)
            {
                return candidate
            }
            slot = (slot &+ 1) & slotMask
        }
        return add(bytes, count, hash: hash, slot: slot)
    }

    private mutating func add(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, hash: UInt32, slot: Int
    ) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: nameCount)
        names.reserve(nameCount + 1, keeping: nameCount)
        nameBytes.reserve(nameByteCount + count, keeping: nameByteCount)
        (nameBytes.base + nameByteCount).update(from: bytes, count: count)
        names.base[nameCount] = FieldName(
            start: UInt32(truncatingIfNeeded: nameByteCount),
            count: UInt32(truncatingIfNeeded: count), hash: hash, successor: 0, event: 0, place: 0)
        nameByteCount += count
        nameCount += 1
        slots.base[slot] = number + 1
        if nameCount * 2 > slotMask { growSlots() }
        return number
    }

    private mutating func growSlots() {
        let size = (slotMask + 1) * 2
        slots.deallocate()
        slots = GrowingBuffer(capacity: size)
        slots.base.initialize(repeating: 0, count: size)
        slotMask = size - 1
        for number in 0..<nameCount {
            var slot = Int(names.base[number].hash) & slotMask
            while slots.base[slot] != 0 { slot = (slot + 1) & slotMask }
            slots.base[slot] = UInt32(truncatingIfNeeded: number + 1)
        }
    }

    // MARK: The current event

    /// Forgets the fields of the previous event.
    @inlinable @inline(__always)
    package mutating func begin() {
        fieldCount = 0
        removedCount = 0
        event &+= 1
        if event == 0 { restartEvents() }
    }

    /// Keeps marks of 4 billion events ago from being taken for the current one's.
    @usableFromInline @inline(never)
    package mutating func restartEvents() {
        for number in 0..<nameCount { names.base[number].event = 0 }
        event = 1
    }

    /// The key of a field: its name and type.
    @inlinable @inline(__always)
    package static func key(_ name: UInt32, _ type: ColumnType) -> UInt32 {
        // Names stay far below 2^30; types are 1 to 4.
        name &<< 2 | UInt32(type.rawValue &- 1)
    }

    /// Gives the event a field, in place of one with the same name.
    @inlinable @inline(__always)
    package mutating func set(_ name: UInt32, _ type: ColumnType, bits: UInt64, length: UInt32 = 0)
    {
        let entry = names.base + Int(name)
        var place = fieldCount
        if entry.pointee.event == event {
            place = replacedPlace(name)
        } else {
            entry.pointee.event = event
        }
        entry.pointee.place = UInt32(truncatingIfNeeded: place)
        if place == fieldCount {
            fields.reserve(place &+ 1, keeping: place)
            fieldCount = place &+ 1
        }
        fields.base[place] = StagedField(
            key: Self.key(name, type), length: length, bits: bits)
    }

    /// Gives the event a string; the bytes must live until it is appended.
    @inlinable @inline(__always)
    package mutating func setString(_ name: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: Int) {
        set(
            name, .string, bits: UInt64(UInt(bitPattern: bytes)),
            length: UInt32(truncatingIfNeeded: count))
    }

    /// Takes the field back that was given before, if any: an object or null took its place.
    @inlinable @inline(__always)
    package mutating func remove(_ name: UInt32) {
        if names.base[Int(name)].event == event { removeStaged(name) }
    }

    /// Notes that the name's value is an object, whose fields follow.
    package mutating func beginObject(_ name: UInt32) {
        remove(name)
        names.base[Int(name)].event = event
        names.base[Int(name)].place = Self.objectMark | UInt32(truncatingIfNeeded: fieldCount)
    }

    /// The place of the field that is overwritten; removes the fields of an object instead.
    @usableFromInline @inline(never)
    package mutating func replacedPlace(_ name: UInt32) -> Int {
        let place = names.base[Int(name)].place
        if place & Self.objectMark == 0, fields.base[Int(place)].key != Self.removedKey {
            return Int(place)
        }
        removeStaged(name)
        names.base[Int(name)].event = event
        return fieldCount
    }

    @usableFromInline @inline(never)
    package mutating func removeStaged(_ name: UInt32) {
        let place = names.base[Int(name)].place
        names.base[Int(name)].event = 0
        if place & Self.objectMark == 0 { return removeField(Int(place)) }
        for index in Int(place & ~Self.objectMark)..<fieldCount
        where fields.base[index].key != Self.removedKey
            && isBelow(fields.base[index].key >> 2, name)
        {
            removeField(index)
        }
    }

    /// Whether a name begins with the other one and a dot.
    private func isBelow(_ name: UInt32, _ prefix: UInt32) -> Bool {
        let long = names.base[Int(name)]
        let short = names.base[Int(prefix)]
        guard long.count > short.count else { return false }
        let bytes = nameBytes.base + Int(long.start)
        return bytes[Int(short.count)] == UInt8(ascii: ".")
            && ByteComparison.isEqual(bytes, nameBytes.base + Int(short.start), Int(short.count))
    }

    private mutating func removeField(_ index: Int) {
        guard fields.base[index].key != Self.removedKey else { return }
        names.base[Int(fields.base[index].key >> 2)].event = 0
        fields.base[index].key = Self.removedKey
        removedCount += 1
    }

    /// Closes the gaps that removed fields have left.
    package mutating func compact() {
        guard removedCount > 0 else { return }
        var kept = 0
        for index in 0..<fieldCount where fields.base[index].key != Self.removedKey {
            fields.base[kept] = fields.base[index]
            kept += 1
        }
        fieldCount = kept
        removedCount = 0
    }

    /// Orders the fields by name, for sources that give them in any order.
    mutating func sort() {
        for index in 1..<max(1, fieldCount) {
            let field = fields.base[index]
            var place = index
            while place > 0, fields.base[place - 1].key > field.key {
                fields.base[place] = fields.base[place - 1]
                place -= 1
            }
            fields.base[place] = field
        }
    }

    // MARK: Text

    /// Makes room for the text of one event; what `text` gave before is void.
    package mutating func reserveText(_ count: Int) {
        arena.reserve(count, keeping: 0)
        arenaUsed = 0
    }

    /// The free part of the room made by `reserveText`.
    package var freeText: UnsafeMutablePointer<UInt8> { arena.base + arenaUsed }

    /// Keeps the first bytes of the free part.
    package mutating func keepText(_ count: Int) {
        arenaUsed += count
        assert(arenaUsed <= arena.capacity)
    }
}
