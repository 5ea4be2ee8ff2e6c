internal import Skep

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A folder of this process alone, removed with what is in it when released.
final class TemporaryFolder: Sendable {
    let path: String
    private let isKept: Bool

    /// Makes the folder in `TMPDIR`, else `/tmp`.
    ///
    /// - Parameter isKept: Leaves the folder when released.
    init(prefix: String, isKept: Bool = false) throws(SkepError) {
        let given = Terminal.environment("TMPDIR") ?? ""
        var template = Array("\(given.isEmpty ? "/tmp" : given)/\(prefix)-XXXXXX\0".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        guard isMade else {
            throw SkepError(
                .inputOutput, "cannot make a temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(
            decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.isKept = isKept
    }

    deinit { if !isKept { Self.remove(path) } }

    /// A name in the folder that no file has.
    func newPath() throws(SkepError) -> String {
        for number in 0..<1_000_000 {
            let path = "\(path)/\(number)"
            if access(path, F_OK) != 0 { return path }
        }
        throw SkepError(.inputOutput, "the temporary folder \(path) is full")
    }

    /// Removes a folder and everything below it; links are removed, not followed.
    private static func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            let child = "\(path)/\(name)"
            if unlink(child) != 0 { remove(child) }
        }
        closedir(folder)
        rmdir(path)
    }
}
