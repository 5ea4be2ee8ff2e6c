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
    /// What is wrong, each with its file and, for damage, the place in it.
    public var problems: [SkepError]

    init(_ report: VerificationReport) {
        files = report.files
        bytes = Int(clamping: report.bytes)
        events = Int(clamping: report.events)
        problems = report.problems
    }

    /// Whether nothing is wrong.
    public var isSound: Bool { problems.isEmpty }
}
