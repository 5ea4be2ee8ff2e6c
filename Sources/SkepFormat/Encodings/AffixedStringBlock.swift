internal import CSkepKernels

/// Writes the strings of one column in one block without what the rows' shapes tell of them: rows
/// of one shape are often texts made by one template.
///
/// Payload: count of groups, 4 bytes; bytes of the affixes, 4 bytes. For each group the bytes of
/// its prefix and of its suffix, 2 bytes each. Prefix and suffix of each group; padded to 8. What
/// is between them, as `StringBlock` writes it. The groups are the shapes of the block that have
/// the column, ascending.
enum AffixedStringBlock {
    /// Groups whose number fits a byte.
    static let maxGroups = 256
    /// Affixes must be one byte in this many of the texts: texts are put together again whenever
    /// they are read whole.
    private static let leastShare = 8

    /// Appends strings to `out`, which starts 8-byte aligned and ends so, if it pays.
    ///
    /// - Parameters:
    ///   - ends: Where each string ends in `bytes`; string 0 starts at 0.
    ///   - bytes: The strings, one after the other, followed by 16 readable bytes.
    ///   - groups: The group of each string, below `groupCount`; each group has a string.
    /// - Returns: `nil` when nothing was appended.
    static func encode(
        ends: UnsafeBufferPointer<UInt32>, bytes: UnsafeRawBufferPointer,
        groups: UnsafePointer<UInt8>, groupCount: Int, into out: PayloadBuffer
    ) -> EncodingID? {
        guard let texts = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let first = ends.baseAddress
        else { return nil }
        var affixes = [skep_affix](repeating: skep_affix(), count: groupCount)
        skep_find_affixes(
            texts, first, groups, ends.count, UInt32(FormatLimits.maxAffixBytes), &affixes)
        var size = 0
        for group in 0..<groupCount {
            let room = affixes[group].least - affixes[group].prefix
            affixes[group].suffix = min(affixes[group].suffix, room)
            size += Int(affixes[group].prefix + affixes[group].suffix)
        }
        let middles = PayloadBuffer(capacity: bytes.count)
        let middleEnds = [UInt32](unsafeUninitializedCapacity: ends.count) { middleEnds, count in
            skep_cut_affixes(
                texts, first, groups, ends.count, affixes,
                middles.base.assumingMemoryBound(to: UInt8.self), middleEnds.baseAddress)
            count = ends.count
        }
        let middleSize = Int(middleEnds.last ?? 0)
        let saved = bytes.count - middleSize - size - groupCount * 4
        guard saved > 0, saved * leastShare >= bytes.count else { return nil }
        append(affixes, size: size, to: out)
        middles.base.withMemoryRebound(to: UInt8.self, capacity: middleSize) { start in
            middleEnds.withUnsafeBufferPointer { ends in
                _ = StringBlock.encode(
                    ends: ends, bytes: UnsafeRawBufferPointer(start: start, count: middleSize),
                    into: out)
            }
        }
        withExtendedLifetime(middles) {}
        return .affixedStrings
    }

    private static func append(_ affixes: [skep_affix], size: Int, to out: PayloadBuffer) {
        out.append(UInt32(affixes.count))
        out.append(UInt32(size))
        for affix in affixes {
            out.append(affix.prefix | affix.suffix << 16)
        }
        for affix in affixes {
            guard let text = affix.text else { continue }
            out.append(UnsafeRawBufferPointer(start: text, count: Int(affix.prefix)))
            let end = text + Int(affix.length)
            out.append(
                UnsafeRawBufferPointer(start: end - Int(affix.suffix), count: Int(affix.suffix)))
        }
        out.pad()
    }
}
