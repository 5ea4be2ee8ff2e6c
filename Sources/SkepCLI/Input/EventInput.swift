internal import Skep

/// A file named on the command line, which can be opened as often as needed.
struct EventInput: Sendable {
    /// The first bytes of gzip data (RFC 1952).
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    /// The name as given; `-` is the standard input.
    let name: String
    /// The name in messages about the events.
    var messageName: String { name == "-" ? "stdin" : name }
    /// Where the bytes are.
    private let path: String
    /// Whether the file has a beginning to return to.
    private let isRegular: Bool
    /// A pipe, open since it was looked at: it cannot be opened a second time.
    private let pipe: FileDescriptor?

    /// Looks at a file.
    ///
    /// - Throws: `notFound`, or `inputOutput` when it cannot be opened.
    init(_ name: String) throws(SkepError) {
        self.name = name
        path = name
        let file = try FileDescriptor.reading(name)
        isRegular = name != "-" && file.kind == .regular
        pipe = isRegular ? nil : file
        if isRegular { file.close() }
    }

    private init(name: String, spooled path: String) {
        self.name = name
        self.path = path
        isRegular = true
        pipe = nil
    }

    /// The same bytes in a file, for reading more than once.
    func spooled(into folder: TemporaryFolder) throws(SkepError) -> EventInput {
        guard !isRegular else { return self }
        let copy = try folder.newPath()
        let file = try FileDescriptor.creating(copy)
        defer { file.close() }
        let source = if let pipe { pipe } else { try FileDescriptor.reading(path) }
        defer { source.close() }
        try source.copy(to: file)
        return EventInput(name: name, spooled: copy)
    }

    /// What tells the file from others, for a load that may go on with an earlier one.
    func description() throws(SkepError) -> LoadSeries.Input {
        // A copy of a pipe is gone with this process.
        guard isRegular, name == path else {
            return LoadSeries.Input(name: name, identity: nil) { _ in nil }
        }
        let path = path
        return LoadSeries.Input(name: name, identity: try FileByteSource(path).identity) {
            (count) throws(SkepError) in try FileByteSource(path).identity(ofFirst: count)
        }
    }

    /// Opens the events, decompressed if they are compressed.
    func open() throws(SkepError) -> any ByteSource {
        let file = if let pipe { pipe } else { try FileDescriptor.reading(path) }
        let magic = try file.readStart(Self.gzipMagic.count)
        let source: any ByteSource
        if isRegular {
            file.close()
            source = try FileByteSource(path)
        } else {
            source = DescriptorByteSource(file, after: magic)
        }
        let named = name == path ? source : RenamedByteSource(source, name: "standard input")
        return magic == Self.gzipMagic ? try GzipByteSource(named) : named
    }
}
