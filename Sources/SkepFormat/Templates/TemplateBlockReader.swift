internal import CSkepKernels
package import SkepModel

/// Reads strings that are stored as templates and the numbers in them.
///
/// - Note: For one thread: it keeps the chunks of other texts it decompressed last.
package final class TemplateBlockReader {
    /// What the texts are made by.
    package let templates: TextTemplates
    /// The templates of each group's texts; the count of templates means none.
    package let groupTemplates: [[UInt8]]
    /// How many texts there are.
    package let valueCount: Int
    /// How many texts each template has; the last are those of no template.
    package let counts: [Int]

    /// `nil` if all texts are of one group.
    private let readGroups: AffixedStringBlockReader.GroupReading?
    private let positions: IntegerBlockReader
    /// The templates of all groups one after the other, and where those of each group begin and
    /// end; both with an entry for every byte.
    private let codeTable: [UInt8]
    private let codeStarts: [UInt16]
    private let ranks: UnsafeRawPointer
    private let numbers: TemplateNumbers
    private let others: StringBlockReader
    private let otherTexts = StringVector()
    private let scratch: UnsafeMutablePointer<Int64>
    private var joined = PayloadBuffer()
    private let rows = TemplateRows()

    /// Validates a payload.
    ///
    /// - Parameters:
    ///   - payload: What `TemplateBlock.encode` wrote. It must outlive the reader, and 64 bytes
    ///     behind it must be readable.
    ///   - groupCount: How many groups there are; `nil` where there is nothing to tell them by.
    ///   - groups: Tells the groups of values, below `groupCount`.
    /// - Throws: `corruption`.
    init(
        payload: UnsafeRawBufferPointer, valueCount: Int, groupCount: Int?,
        groups: @escaping AffixedStringBlockReader.GroupReading
    ) throws(SkepError) {
        var reader = ByteReader(payload)
        let header = try TemplateHeader(&reader, valueCount: valueCount, groupCount: groupCount)
        self.valueCount = valueCount
        templates = try TextTemplates(header.templates)
        counts = header.counts
        groupTemplates = header.groupTemplates
        readGroups = header.hasGroups ? groups : nil
        codeTable = header.groupTemplates.flatMap { $0 }
        var start: UInt16 = 0
        var starts: [UInt16] = []
        for list in header.groupTemplates {
            starts.append(start)
            start += UInt16(list.count)
        }
        codeStarts = starts + [UInt16](repeating: start, count: 257 - starts.count)
        let encoding = try EncodingID.known(Self.encoding(&reader))
        let size = Int(try reader.read(UInt32.self))
        positions = try IntegerBlockReader(
            encoding: encoding, payload: try reader.readBytes(size), valueCount: valueCount)
        let rankSize = PackedVector.vectorCount(valueCount) * counts.count * 2
        guard let ranks = try reader.readBytes((rankSize + 7) / 8 * 8).baseAddress else {
            throw Damage.found("texts of templates are missing")
        }
        self.ranks = ranks
        numbers = try TemplateNumbers(&reader, templates: templates, counts: counts)
        others = try StringBlockReader(
            encoding: .strings,
            payload: UnsafeRawBufferPointer(rebasing: payload[reader.position...]),
            valueCount: counts[templates.count])
        scratch = .allocate(capacity: PackedVector.capacity + 64)
    }

    deinit { scratch.deallocate() }

    static func encoding(_ reader: inout ByteReader) throws(SkepError) -> UInt8 {
        UInt8(truncatingIfNeeded: min(try reader.read(UInt32.self), 255))
    }

    // MARK: Templates and numbers

    /// Finds the templates of values, and which of the templates' texts they are.
    package func locate(_ values: Range<Int>, into rows: TemplateRows) throws(SkepError) {
        precondition(values.lowerBound >= 0 && values.upperBound <= valueCount)
        if rows.isBehind(values.lowerBound, of: self) {
            rows.advance()
            try readCodes(values, into: rows.prepare(templates.count + 1, count: values.count))
            rows.count(before: 0, values.count)
        } else {
            try find(values, into: rows)
        }
        for template in 0..<counts.count
        where rows.starts[template] + rows.counts[template] > counts[template] {
            rows.clear()
            throw Damage.found("a template has too few texts")
        }
        rows.note(end: values.upperBound, of: self)
    }

    /// Finds values from the start of their vector on, where the texts before are noted.
    private func find(_ values: Range<Int>, into rows: TemplateRows) throws(SkepError) {
        let first = values.lowerBound / PackedVector.capacity * PackedVector.capacity
        let before = values.lowerBound - first
        let codes = rows.prepare(templates.count + 1, count: before + values.count)
        let stored = ranks + first / PackedVector.capacity * counts.count * 2
        for template in 0..<counts.count {
            rows.starts[template] = Int(
                stored.loadUnaligned(fromByteOffset: template * 2, as: UInt16.self))
        }
        try readCodes(first..<values.upperBound, into: codes)
        rows.count(before: before, values.count)
    }

    private func readCodes(_ values: Range<Int>, into codes: UnsafeMutablePointer<UInt8>)
        throws(SkepError)
    {
        if let readGroups {
            try readGroups(values, codes)
        } else {
            codes.update(repeating: 0, count: values.count)
        }
        var isDamaged = false
        codeTable.withUnsafeBufferPointer { table in
            codeStarts.withUnsafeBufferPointer { starts in
                if positions.isConstant {
                    positions.read(0..<1, into: scratch)
                    isDamaged = scratch[0] != 0
                    for index in 0..<values.count {
                        codes[index] = table[Int(starts[Int(codes[index])])]
                    }
                    return
                }
                for start in stride(
                    from: values.lowerBound, to: values.upperBound, by: PackedVector.capacity)
                {
                    let part = start..<min(start + PackedVector.capacity, values.upperBound)
                    positions.read(part, into: scratch)
                    let own = codes + (start - values.lowerBound)
                    for index in 0..<part.count {
                        let group = Int(own[index])
                        let place = Int64(starts[group]) &+ scratch[index]
                        let isKnown =
                            scratch[index] >= 0 && place < Int64(starts[group &+ 1])
                        isDamaged = isDamaged || !isKnown
                        own[index] = isKnown ? table[Int(place)] : 0
                    }
                }
            }
        }
        if isDamaged { throw Damage.found("the template of a text is unknown") }
    }

    /// Writes one number of some texts of a template; `into` has room for 32 more.
    package func read(
        template: Int, number: Int, _ texts: Range<Int>, into: UnsafeMutablePointer<Int64>
    ) throws(SkepError) {
        try numbers.reader(template, number).read(texts, into: into)
    }

    /// Reads texts of no template.
    package func readOthers(_ texts: Range<Int>, into out: StringVector) throws(SkepError) {
        try others.read(texts, into: out)
    }

    // MARK: Texts

    /// Reads strings; their bytes stay valid as long as the vector.
    package func read(_ values: Range<Int>, into out: StringVector) throws(SkepError) {
        out.prepare(count: 0, bytes: out.bytes, owner: nil)
        out.offsets[0] = 0
        guard !values.isEmpty else { return }
        try locate(values, into: rows)
        let numberCounts = (0..<counts.count).map {
            templates.numberCount($0) * (rows.counts[$0] + 32)
        }
        try withUnsafeTemporaryAllocation(
            of: Int64.self, capacity: numberCounts.reduce(1, +)
        ) { (buffer) throws(SkepError) in
            guard var next = buffer.baseAddress else { return }
            for template in 0..<templates.count where rows.counts[template] > 0 {
                let start = rows.starts[template]
                let count = rows.counts[template]
                rows.patterns[template] = skep_template_rows(
                    numbers: next, stride: count + 32, texts: nil, ends: nil, next: 0)
                for number in 0..<templates.numberCount(template) {
                    try read(
                        template: template, number: number, start..<start + count, into: next)
                    next += count + 32
                }
            }
            try readOthers(rows.starts[templates.count], rows.counts[templates.count])
            try join(UnsafePointer(rows.codes), count: values.count, into: out)
        }
    }

    /// Reads some strings of a range, one by one.
    ///
    /// - Parameters:
    ///   - values: Where the positions count from.
    ///   - positions: Ascending, below the count of `values`.
    /// - Complexity: O(`values`) with a small factor, plus O(`count`).
    package func read(
        _ values: Range<Int>, at positions: UnsafePointer<UInt16>, count: Int,
        into out: StringVector
    ) throws(SkepError) {
        out.prepare(count: 0, bytes: out.bytes, owner: nil)
        out.offsets[0] = 0
        guard count > 0 else { return }
        try locate(values, into: rows)
        rows.pick(positions, count: count)
        let widths = (0..<templates.count).map { templates.numberCount($0) }
        let needed = (0..<templates.count).reduce(1) { $0 + widths[$1] * rows.counts[$1] }
        // Room for what reading one number may write behind it.
        try withUnsafeTemporaryAllocation(of: Int64.self, capacity: needed + 32) {
            (buffer) throws(SkepError) in
            guard var next = buffer.baseAddress else { return }
            for template in 0..<templates.count where rows.counts[template] > 0 {
                let stride = rows.counts[template]
                rows.patterns[template] = skep_template_rows(
                    numbers: next, stride: stride, texts: nil, ends: nil, next: 0)
                for number in 0..<widths[template] {
                    let reader = try numbers.reader(template, number)
                    for (index, text) in rows.picked(template).enumerated() {
                        reader.read(Int(text)..<Int(text) + 1, into: next + index)
                    }
                    next += stride
                }
            }
            try readPickedOthers()
            try join(UnsafePointer(rows.codes), count: count, into: out)
        }
    }

    /// Sets where the join finds the texts of no template.
    private func readOthers(_ start: Int, _ count: Int) throws(SkepError) {
        guard count > 0 else { return }
        try others.read(start..<start + count, into: otherTexts)
        rows.patterns[templates.count] = skep_template_rows(
            numbers: nil, stride: 0, texts: otherTexts.bytes, ends: otherTexts.offsets, next: 0)
    }

    /// Picks from the texts of no template those that were asked for.
    private func readPickedOthers() throws(SkepError) {
        let picked = rows.picked(templates.count)
        guard let first = picked.first, let last = picked.last else { return }
        try others.read(Int(first)..<Int(last) + 1, into: otherTexts)
        rows.setOthers(picked, from: otherTexts, template: templates.count)
    }

    private func join(_ codes: UnsafePointer<UInt8>, count: Int, into out: StringVector)
        throws(SkepError)
    {
        var size = 0
        for template in 0..<templates.count {
            let most =
                templates.literalSize(template)
                + templates.numberCount(template) * DigitRuns.Kind.decimal.digitCounts.upperBound
            // Cannot overflow: a template and its numbers are small.
            size &+= rows.counts[template] &* most
        }
        let own = rows.patterns[templates.count]
        if rows.counts[templates.count] > 0, let ends = own.ends {
            size += Int(ends[rows.counts[templates.count]])
        }
        guard size <= UInt32.max else {
            throw Damage.found("the length of a string is impossible")
        }
        if isKnownUniquelyReferenced(&joined) {
            joined.removeAll()
        } else {
            // Strings of an earlier read still point into the old buffer.
            joined = PayloadBuffer(capacity: size)
        }
        let target = joined.extend(by: size).assumingMemoryBound(to: UInt8.self)
        out.prepare(count: count, bytes: target, owner: joined)
        let written = skep_join_templates(
            templates.patterns, rows.patterns, codes, count, target, out.offsets)
        guard written == count else {
            out.prepare(count: 0, bytes: target, owner: nil)
            throw Damage.found("a number in a text is impossible")
        }
    }
}
