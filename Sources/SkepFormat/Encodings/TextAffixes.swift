internal import CSkepKernels
internal import SkepModel

/// What the texts of each group of a block begin and end with; valid while its chunk lives.
///
/// The groups are the shapes of the block that have the column, ascending.
///
/// - Note: Unchecked sendable: filled by its initializer, then only read.
package final class TextAffixes: @unchecked Sendable {
    /// How many groups there are, 1 to 256.
    package let groupCount: Int
    /// The prefix and the suffix of each group, one after the other.
    let bytes: UnsafePointer<UInt8>
    /// Where the affixes of each group lie; an entry for every byte.
    let places: [skep_affix_place]

    /// Reads the affixes from the front of a payload.
    ///
    /// - Throws: `corruption` unless there are `groupCount` groups with affixes of allowed sizes.
    init(_ reader: inout ByteReader, groupCount: Int) throws(SkepError) {
        self.groupCount = groupCount
        guard Int(try reader.read(UInt32.self)) == groupCount,
            groupCount <= AffixedStringBlock.maxGroups
        else { throw Damage.found("texts do not have the affixes of their shapes") }
        let size = Int(try reader.read(UInt32.self))
        var places = [skep_affix_place](
            repeating: skep_affix_place(), count: AffixedStringBlock.maxGroups)
        var total = 0
        for group in 0..<groupCount {
            let prefix = try reader.read(UInt16.self)
            let suffix = try reader.read(UInt16.self)
            guard max(prefix, suffix) <= FormatLimits.maxAffixBytes else {
                throw Damage.found("what texts have in common is too long")
            }
            places[group] = skep_affix_place(start: UInt32(total), prefix: prefix, suffix: suffix)
            total += Int(prefix) + Int(suffix)
        }
        guard total == size else {
            throw Damage.found("what texts have in common has the wrong size")
        }
        let stored = try reader.readBytes(size)
        guard let base = stored.baseAddress else {
            throw Damage.found("what texts have in common is missing")
        }
        try reader.skip((8 - reader.position % 8) % 8)
        bytes = base.assumingMemoryBound(to: UInt8.self)
        self.places = places
    }

    /// What all texts of a group begin with.
    package func prefix(_ group: Int) -> UnsafeBufferPointer<UInt8> {
        let place = places[group]
        return UnsafeBufferPointer(start: bytes + Int(place.start), count: Int(place.prefix))
    }

    /// What all texts of a group end with, behind the prefix.
    package func suffix(_ group: Int) -> UnsafeBufferPointer<UInt8> {
        let place = places[group]
        return UnsafeBufferPointer(
            start: bytes + Int(place.start) + Int(place.prefix), count: Int(place.suffix))
    }

    /// How many bytes a group's affixes have.
    @inline(__always)
    func size(_ group: Int) -> Int {
        let place = places[group]
        return Int(place.prefix) &+ Int(place.suffix)
    }
}
