internal import CSkepKernels
internal import SkepModel

/// Writes the strings of one column in one block as templates and the numbers in them: texts of
/// programs mostly differ in their numbers.
///
/// Payload: count of templates, count of groups or 0, count of texts of no template, bytes of the
/// templates, 4 bytes each. For each template its texts and its bytes, 4 bytes each. The
/// templates, with marks for their numbers (see `DigitRuns`). For each group, or for all texts
/// together if there are no groups, how many templates its texts have, and which: a byte each, the
/// count of templates meaning none. Padded to 8. Encoding and size of the places of the texts'
/// templates among those of their groups, 4 bytes each; these, as `IntegerBlock` writes them. For
/// each vector the texts of each template before it, and those of none, 2 bytes each; padded to 8.
/// For each number of each template its encoding and size, 4 bytes each; then those integers, as
/// `IntegerBlock` writes them. The texts of no template, as `StringBlock` writes them.
enum TemplateBlock {
    /// Templates must leave out so much that what is stored is one byte in this many.
    private static let leastSaving = 2

    /// Appends strings to `out`, which starts 8-byte aligned and ends so, if it pays.
    ///
    /// - Parameters:
    ///   - ends: Where each string ends in `bytes`; string 0 starts at 0.
    ///   - bytes: The strings, one after the other, followed by 16 readable bytes.
    ///   - groups: The group of each string, below `groupCount`; each group has a string. `nil` if
    ///     there are no groups.
    /// - Returns: `nil` when nothing was appended.
    /// - Complexity: O(bytes), if strings of a group mostly have one template.
    static func encode(
        ends: UnsafeBufferPointer<UInt32>, bytes: UnsafeRawBufferPointer,
        groups: UnsafePointer<UInt8>?, groupCount: Int, into out: PayloadBuffer
    ) -> EncodingID? {
        guard let texts = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            ends.count <= FormatLimits.blockRows,
            let choice = TemplateChoice(
                ends: ends, bytes: texts, groups: groups, groupCount: groupCount),
            let matched = TemplateMatches(
                choice.templates, ends: ends, bytes: texts, groups: groups, groupCount: groupCount)
        else { return nil }
        let start = out.count
        appendHeader(matched, groupCount: groupCount, into: out)
        appendIntegers(matched.positions, entry: out.count, into: out) { _ = out.extend(by: 8) }
        appendRanks(matched, into: out)
        appendNumbers(matched, into: out)
        matched.otherEnds.withUnsafeBufferPointer {
            _ = StringBlock.encode(ends: $0, bytes: matched.others.bytes, into: out)
        }
        guard (out.count - start) * leastSaving <= bytes.count else {
            out.truncate(to: start)
            return nil
        }
        return .templateStrings
    }

    private static func appendHeader(
        _ matched: TemplateMatches, groupCount: Int, into out: PayloadBuffer
    ) {
        let templates = matched.templates
        out.append(UInt32(templates.count))
        out.append(UInt32(groupCount))
        out.append(UInt32(matched.otherEnds.count))
        out.append(UInt32(templates.reduce(0) { $0 + $1.key.count }))
        for (index, template) in templates.enumerated() {
            out.append(UInt32(matched.counts[index]))
            out.append(UInt32(template.key.count))
        }
        for template in templates { out.append(template.marked) }
        for list in matched.groupTemplates {
            out.append([UInt8(list.count)])
            out.append(list)
        }
        out.pad()
    }

    /// Appends integers, and notes at `entry` how and how many bytes.
    private static func appendIntegers(
        _ values: [Int64], entry: Int, into out: PayloadBuffer, _ reserve: () -> Void = {}
    ) {
        reserve()
        let start = out.count
        let encoding = values.withUnsafeBufferPointer { IntegerBlock.encode($0, into: out) }
        let place = out.base + entry
        place.storeBytes(of: UInt32(encoding.rawValue), as: UInt32.self)
        place.storeBytes(of: UInt32(out.count - start), toByteOffset: 4, as: UInt32.self)
    }

    private static func appendRanks(
        _ matched: TemplateMatches, into out: PayloadBuffer
    ) {
        var ranks = [UInt16](repeating: 0, count: matched.templates.count + 1)
        for (index, code) in matched.codes.enumerated() {
            if index % PackedVector.capacity == 0 {
                ranks.withUnsafeBytes { out.append($0) }
            }
            // Cannot overflow: the last of 65,536 texts is in the vector before none.
            ranks[Int(code)] &+= 1
        }
        out.pad()
    }

    private static func appendNumbers(_ matched: TemplateMatches, into out: PayloadBuffer) {
        let table = out.count
        let numberCounts = matched.numberCounts
        _ = out.extend(by: numberCounts.reduce(0, +) * 8)
        var entry = table
        for (template, width) in numberCounts.enumerated() {
            for number in 0..<width {
                appendIntegers(
                    matched.numbers(template: template, number: number), entry: entry, into: out)
                entry += 8
            }
        }
    }
}
