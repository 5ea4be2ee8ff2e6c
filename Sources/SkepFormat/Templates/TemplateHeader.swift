internal import SkepModel

/// The front of a block of texts by templates.
struct TemplateHeader {
    /// The texts of each template, then those of none.
    private(set) var counts: [Int] = []
    /// The templates with marks for their numbers.
    private(set) var templates: [UnsafeBufferPointer<UInt8>] = []
    /// The templates of each group's texts; one group if nothing tells them apart.
    private(set) var groupTemplates: [[UInt8]] = []
    let hasGroups: Bool

    /// Reads and validates counts and templates.
    ///
    /// - Parameter groupCount: How many groups there are; `nil` where none can be told.
    /// - Throws: `corruption`.
    init(_ reader: inout ByteReader, valueCount: Int, groupCount: Int?) throws(SkepError) {
        let count = Int(try reader.read(UInt32.self))
        let groups = Int(try reader.read(UInt32.self))
        let others = Int(try reader.read(UInt32.self))
        let size = Int(try reader.read(UInt32.self))
        guard (1...FormatLimits.maxTemplates).contains(count),
            size <= count * FormatLimits.maxTemplateBytes, groups == 0 || groups == groupCount,
            groups <= AffixedStringBlock.maxGroups
        else { throw Damage.found("texts do not have the templates of their shapes") }
        hasGroups = groups > 0
        var sizes: [Int] = []
        for _ in 0..<count {
            counts.append(Int(try reader.read(UInt32.self)))
            sizes.append(Int(try reader.read(UInt32.self)))
        }
        counts.append(others)
        guard counts.reduce(0, +) == valueCount, sizes.reduce(0, +) == size else {
            throw Damage.found("the counts of texts by template are wrong")
        }
        for size in sizes {
            let text = try reader.readBytes(size)
            templates.append(
                UnsafeBufferPointer(
                    start: text.baseAddress?.assumingMemoryBound(to: UInt8.self), count: size))
        }
        for _ in 0..<max(groups, 1) {
            let list = Array(try reader.readBytes(Int(try reader.read(UInt8.self))))
            guard !list.isEmpty, list.allSatisfy({ Int($0) <= count }) else {
                throw Damage.found("the templates of a group are unknown")
            }
            groupTemplates.append(list)
        }
        try reader.skip((8 - reader.position % 8) % 8)
    }
}
