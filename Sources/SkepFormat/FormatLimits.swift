/// Sizes and limits of the segment format, each with its reason.
package enum FormatLimits {
    /// Rows of a block, the unit that is skipped, read and given to a thread: positions inside a
    /// block fit 16 bits, and a block of one column is small enough to stay in the L2 cache.
    package static let blockRows = 65_536
    /// Rows that are decoded and executed together: several columns of them fit the L1 cache.
    package static let vectorRows = 2_048
    /// Rows of a segment: row numbers fit 20 bits, and a segment is sorted and written from memory.
    package static let maxSegmentRows = 1_048_576
    /// Distinct sets of columns that rows name by code; with more, every column keeps its own
    /// presence, because the table of shapes would outgrow the L1 cache.
    package static let maxShapes = 4_096
    /// Shapes up to which values of columns refine them: the codes of a block stay bytes.
    package static let maxRefinedShapes = 256
    /// Shapes left for values that the sample which columns are chosen by does not show.
    package static let spareRefinedShapes = 32
    /// Values of all tables by shape, columns times shapes: a reader holds them decoded, 8 bytes
    /// each.
    package static let maxShapeValues = 1 << 20
    /// Physical columns with their own regions; the rarest beyond go to the rare table, so that
    /// the directory of a segment stays small.
    package static let maxColumns = 2_048
    /// Columns with fewer values in a segment go to the rare table: the directory entry of a
    /// column would be larger than its values.
    package static let minColumnRows = 64
    /// Values of all columns of the rare table: it is part of the directory, which is read whole.
    package static let maxRareValues = 1 << 27
    /// Bytes of the texts of one column in one block: their ends and the region fit 32 bits.
    package static let maxBlockTextBytes = 1 << 31
    /// Bytes of the longest prefix, and of the longest suffix, that strings of a shape share: a
    /// bound on what damaged strings may grow to.
    package static let maxAffixBytes = 1_024
    /// Templates of the texts of a block: the texts of each before every vector are noted.
    package static let maxTemplates = 128
    /// Numbers in a text of a template, and bytes of a template: with them a reader bounds what
    /// damaged texts may grow to.
    package static let maxTemplateNumbers = 32
    package static let maxTemplateBytes = 1_024
    /// Distinct strings that always make a dictionary: it is small, and queries work on codes.
    package static let alwaysDictionary = 1_024
    /// Distinct strings that make a dictionary when each occurs twice: their codes fit 16 bits.
    package static let smallDictionary = 65_536
    /// Distinct strings of the largest dictionary.
    package static let maxDictionary = 1_048_576
    /// Mean number of rows per distinct string that justifies a larger dictionary.
    package static let dictionaryRepeats = 4
    /// Bytes of the distinct strings of a dictionary: a query holds it decoded.
    package static let maxDictionaryBytes = 64 << 20
    /// Distinct strings below which a dictionary keeps text even if all are hexadecimal: too few
    /// bytes to save for a rendering at every use.
    package static let minHexDictionary = 1_024
    /// Stored bytes of the shortest and longest hexadecimal string (8 to 64 digits).
    package static let hexWidths = 4...32
    /// Bytes that may be read behind any region: wide loads of kernels end there.
    package static let slack = 64
}
