/// A set of 64-bit hashes in open addressing with linear probing; 0 marks an empty slot.
struct HashTable {
    let slots: UnsafeMutablePointer<UInt64>
    /// The number of slots minus 1; that number is a power of two.
    let mask: UInt64

    /// Whether the hash lies in the first slot it may take, where most of those present are.
    @inline(__always)
    func holdsInFirstSlot(_ hash: UInt64) -> Bool {
        slots[Int(truncatingIfNeeded: hash & mask)] == hash
    }

    /// Adds a hash; true if it was not there.
    ///
    /// - Precondition: At least one slot is empty.
    @inline(__always)
    func insert(_ hash: UInt64) -> Bool {
        // The low bits: HyperLogLog uses the high ones.
        var slot = hash & mask
        while true {
            let held = slots[Int(truncatingIfNeeded: slot)]
            if held == hash { return false }
            if held == 0 {
                slots[Int(truncatingIfNeeded: slot)] = hash
                return true
            }
            // Wrapping is not possible: the slot stays below the mask.
            slot = (slot &+ 1) & mask
        }
    }
}
