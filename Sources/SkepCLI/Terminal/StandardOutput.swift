internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The standard output, written in large pieces.
///
/// A reader that goes away early (`skep … | head`) ends the program without a message.
struct StandardOutput: ~Copyable {
    private static let pieceBytes = 1 << 16
    private var buffer: [UInt8] = []

    /// Appends a line.
    mutating func line(_ text: String) throws(SkepError) {
        buffer.append(contentsOf: text.utf8)
        buffer.append(0x0A)
        if buffer.count >= Self.pieceBytes { try flush() }
    }

    /// Appends lines.
    mutating func lines(_ lines: [String]) throws(SkepError) {
        for line in lines { try self.line(line) }
    }

    /// Appends bytes as they are.
    mutating func bytes(_ bytes: [UInt8]) throws(SkepError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.pieceBytes { try flush() }
    }

    /// Hands over what is waiting.
    mutating func flush() throws(SkepError) {
        try FileDescriptor.output.writeAll(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes lines and hands them over at once.
    static func print(_ lines: [String]) throws(SkepError) {
        var output = StandardOutput()
        try output.lines(lines)
        try output.flush()
    }

    /// Writes bytes and hands them over at once.
    static func print(_ bytes: [UInt8]) throws(SkepError) {
        try FileDescriptor.output.writeAll(bytes)
    }
}
