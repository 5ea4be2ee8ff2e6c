public import SkepModel
internal import SkepStorage

/// What `Store.verify` found.
public struct Verification: Sendable, Hashable {
    /// Files that were read.
    public var files: Int
    /// Their bytes.
    public var bytes: Int
    /// Events that were decoded.
    public var events: Int
    /// Manifests among the files: the two of each dataset.
    public var manifests: Int
    /// Segments among the files.
    public var segments: Int
    /// Blocks of events in the segments.
    public var blocks: Int
    /// Columns of the segments: each value was compared with what the segment says of it.
    public var columns: Int
    /// Dictionaries of the columns.
    public var dictionaries: Int
    /// Filters of the columns, a block each.
    public var filters: Int
    /// Log files among the files.
    public var logFiles: Int
    /// Frames of events in the log.
    public var frames: Int
    /// What is wrong, each with its file and, for damage, the place in it.
    public var problems: [SkepError]

    init(_ report: VerificationReport) {
        files = report.files
        bytes = Int(clamping: report.bytes)
        events = Int(clamping: report.events)
        manifests = report.manifests
        segments = report.segments
        blocks = report.blocks
        columns = report.columns
        dictionaries = report.dictionaries
        filters = report.filters
        logFiles = report.logFiles
        frames = report.frames
        problems = report.problems
    }

    /// Whether nothing is wrong.
    public var isSound: Bool { problems.isEmpty }
}
