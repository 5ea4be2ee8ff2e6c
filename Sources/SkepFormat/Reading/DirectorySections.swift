internal import SkepModel

/// Finds the sections of a directory.
struct DirectorySections {
    private var sections: [UInt16: UnsafeRawBufferPointer] = [:]

    /// Reads the table of sections.
    ///
    /// - Throws: `corruption`, or `unsupportedFormat` for an unknown section that must be known.
    init(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        var reader = ByteReader(bytes)
        let count = Int(try reader.read(UInt32.self))
        try reader.skip(4)
        for _ in 0..<count {
            let kind = try reader.read(UInt16.self)
            let version = try reader.read(UInt16.self)
            let flags = try reader.read(UInt32.self)
            let offset = try reader.read(UInt64.self)
            let length = try reader.read(UInt64.self)
            let end = offset.addingReportingOverflow(length)
            guard !end.overflow, end.partialValue <= UInt64(bytes.count), offset % 8 == 0 else {
                throw Damage.found("a section of the directory lies outside of it")
            }
            guard DirectorySection(rawValue: kind) != nil, version == 1 else {
                if flags & DirectorySection.criticalFlag == 0 { continue }
                throw SkepError(
                    .unsupportedFormat,
                    "the segment has a section (\(kind), version \(version)) that this version of "
                        + "Skep does not know")
            }
            sections[kind] = UnsafeRawBufferPointer(
                rebasing: bytes[Int(offset)..<Int(end.partialValue)])
        }
    }

    /// A section that every segment has.
    func required(_ kind: DirectorySection) throws(SkepError) -> UnsafeRawBufferPointer {
        guard let section = sections[kind.rawValue] else {
            throw Damage.found("section \(kind.rawValue) of the directory is missing")
        }
        return section
    }
}

/// The presence sets of a directory: a bit per shape.
struct PresenceSetTable {
    /// How many sets there are.
    let count: Int
    /// How many shapes there are; 0 when columns keep their presence by themselves.
    let shapeCount: Int
    /// The sets one after the other, each padded to words.
    let words: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer, shapeCount: Int) throws(SkepError) {
        self.shapeCount = shapeCount
        guard shapeCount > 0 else {
            count = 0
            words = bytes
            return
        }
        var reader = ByteReader(bytes)
        count = Int(try reader.read(UInt32.self))
        guard Int(try reader.read(UInt32.self)) == shapeCount, count <= FormatLimits.maxColumns
        else { throw Damage.found("the table of shapes is impossible") }
        words = try reader.readBytes(count * ((shapeCount + 63) / 64) * 8)
    }

    /// Whether the rows of a shape belong to a set.
    @inline(__always)
    func contains(_ set: Int, _ shape: Int) -> Bool {
        let word = (set &* ((shapeCount &+ 63) / 64) &+ shape >> 6) &* 8
        let bits = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: word, as: UInt64.self))
        return bits >> UInt64(shape & 63) & 1 == 1
    }
}
