/// The parts of a segment's directory, as numbers of the file format.
enum DirectorySection: UInt16 {
    /// Counts and times of the whole segment.
    case summary = 1
    /// One entry for each physical column with regions of its own.
    case columns = 2
    /// Entries of the system columns of each block, then those of the columns.
    case blocks = 3
    /// The names of columns, one after the other.
    case names = 4
    /// For each presence set the shapes that belong to it.
    case presenceSets = 5
    /// The columns with few values.
    case rareColumns = 6
    /// The values of columns that shapes determine.
    case shapeValues = 7
    /// The shapes of each block, with their rows.
    case blockShapes = 8
    /// Sums of sample rates.
    case rateSums = 9

    /// Bytes of a section's entry: kind, version, flags, offset, length.
    static let entrySize = 24
    /// A reader that does not know the section must refuse the file.
    static let criticalFlag: UInt32 = 1
    /// Bytes of an entry of the rare columns.
    static let rareEntrySize = 32
}
