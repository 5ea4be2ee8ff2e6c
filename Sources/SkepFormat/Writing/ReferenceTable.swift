internal import SkepModel

/// Finds values of one width among those of a block.
///
/// - Note: Not for use by two threads at once.
final class ReferenceTable {
    /// Twice the values of a block: half of the slots stay empty.
    private static let slotBits = 17
    /// Slots looked at before a value counts as absent: hostile values must not take quadratic
    /// time.
    private static let mostProbes = 64
    /// Bits of a slot that hold a value's position plus 1; those above hold bits of its hash.
    private static let positionBits = UInt32(17)

    /// 0: empty.
    private let slots: UnsafeMutablePointer<UInt32>
    private var values: UnsafeRawPointer
    private var width = 0

    init() {
        slots = .allocate(capacity: 1 << Self.slotBits)
        values = UnsafeRawPointer(slots)
    }

    deinit { slots.deallocate() }

    /// Takes the values to look among, at most those of a block.
    ///
    /// Of equal ones the first is found. They stay where they are, and must outlive the look-ups.
    ///
    /// - Returns: How many values can be found: nearly the distinct ones.
    func fill(_ values: UnsafeRawPointer, width: Int, count: Int) -> Int {
        precondition(count <= FormatLimits.blockRows)
        self.values = values
        self.width = width
        slots.update(repeating: 0, count: 1 << Self.slotBits)
        var found = 0
        for position in 0..<count {
            let hash = hash(values + position &* width)
            var slot = Self.slot(hash)
            var probes = 0
            while slots[slot] != 0, probes < Self.mostProbes,
                !isEqual(slots[slot], hash, values + position &* width)
            {
                slot = Self.next(slot)
                probes &+= 1
            }
            guard slots[slot] == 0 else { continue }
            slots[slot] = Self.tag(hash) | UInt32(truncatingIfNeeded: position &+ 1)
            found &+= 1
        }
        return found
    }

    /// The position of the first value with these bytes; `nil` when none is found.
    @inline(__always)
    func position(of value: UnsafeRawPointer) -> Int? {
        let hash = hash(value)
        var slot = Self.slot(hash)
        for _ in 0..<Self.mostProbes {
            let entry = slots[slot]
            if entry == 0 { return nil }
            if isEqual(entry, hash, value) { return Self.position(entry) }
            slot = Self.next(slot)
        }
        return nil
    }

    @inline(__always)
    private func hash(_ value: UnsafeRawPointer) -> UInt64 {
        guard width == 8 else { return Hash64.hash(value, count: width) }
        // Wrapping: an odd factor spreads the bits upwards.
        return value.loadUnaligned(as: UInt64.self) &* 0x9E37_79B9_7F4A_7C15
    }

    @inline(__always)
    private func isEqual(_ entry: UInt32, _ hash: UInt64, _ value: UnsafeRawPointer) -> Bool {
        guard entry &>> Self.positionBits == Self.tag(hash) &>> Self.positionBits else {
            return false
        }
        let known = values + Self.position(entry) &* width
        guard width == 8 else { return hasEqualBytes(known, value) }
        return known.loadUnaligned(as: UInt64.self) == value.loadUnaligned(as: UInt64.self)
    }

    private func hasEqualBytes(_ known: UnsafeRawPointer, _ value: UnsafeRawPointer) -> Bool {
        for byte in 0..<width
        where known.load(fromByteOffset: byte, as: UInt8.self)
            != value.load(fromByteOffset: byte, as: UInt8.self)
        { return false }
        return true
    }

    @inline(__always)
    private static func slot(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> UInt64(64 - slotBits))
    }

    @inline(__always)
    private static func next(_ slot: Int) -> Int { (slot &+ 1) & (1 &<< slotBits &- 1) }

    /// Bits below those that choose the slot.
    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 32) &<< positionBits
    }

    @inline(__always)
    private static func position(_ entry: UInt32) -> Int {
        Int(entry & (1 &<< positionBits &- 1)) &- 1
    }
}
