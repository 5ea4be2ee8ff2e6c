/// The one error of Skep: what went wrong, where, and what to do about it.
///
/// `code` is for programs, `message` for people. Match on the code:
///
/// ```swift
/// do { try await shop.query(query) } catch where error.code == .unknownColumn { … }
/// ```
public struct SkepError: Error, Sendable, Hashable {
    /// What kind of failure it is; says whose fault it was.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidQuery, unknownDataset, unknownColumn, invalidArgument, invalidEvent
            case limitReached, storeLocked, notFound, corruption, unsupportedFormat, inputOutput
            case cancelled, closed, internalFault
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The query or specification cannot be understood or makes no sense.
        public static let invalidQuery = Code(.invalidQuery)
        /// No dataset has that name.
        public static let unknownDataset = Code(.unknownDataset)
        /// No event of the dataset has such a field.
        public static let unknownColumn = Code(.unknownColumn)
        /// An argument or setting is outside its range.
        public static let invalidArgument = Code(.invalidArgument)
        /// An event was refused.
        public static let invalidEvent = Code(.invalidEvent)
        /// A limit that is a setting was reached; the message names the setting.
        public static let limitReached = Code(.limitReached)
        /// Another process has the store open for writing.
        public static let storeLocked = Code(.storeLocked)
        /// A file or folder that was named is not there.
        public static let notFound = Code(.notFound)
        /// Stored bytes are damaged; the message names file and place.
        public static let corruption = Code(.corruption)
        /// A file was written by a newer or unknown version.
        public static let unsupportedFormat = Code(.unsupportedFormat)
        /// The operating system refused a file operation.
        public static let inputOutput = Code(.inputOutput)
        /// The task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The store has been closed.
        public static let closed = Code(.closed)
        /// A fault of Skep itself.
        public static let internalFault = Code(.internalFault)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened, where, and what to do.
    public var message: String
    /// The file concerned, if any, and for damage the offset in it.
    public var path: String?
    /// The byte offset in `path`, for damage.
    public var offset: UInt64?
    /// The byte range of the query text concerned, for `invalidQuery` from text.
    public var textRange: Range<Int>?
    /// The column concerned, for `unknownColumn`.
    public var column: String?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: What kind of failure it is.
    ///   - message: What happened, where, and what to do.
    ///   - path: The file concerned.
    ///   - offset: The byte offset in it.
    ///   - textRange: The byte range of a query's text.
    ///   - column: The column concerned.
    public init(
        _ code: Code, _ message: String, path: String? = nil, offset: UInt64? = nil,
        textRange: Range<Int>? = nil, column: String? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.offset = offset
        self.textRange = textRange
        self.column = column
    }
}

extension SkepError: CustomStringConvertible {
    /// The message, with file and offset where they are known.
    public var description: String {
        var text = message
        if let path { text += " [\(path)" + (offset.map { ", byte \($0)" } ?? "") + "]" }
        return text
    }
}
