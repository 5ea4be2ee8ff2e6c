import SkepStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder for one test, removed with what is in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/skep-test-XXXXXX\0".utf8CString)
        guard let made = mkdtemp(&template) else { throw MakeError() }
        path = String(cString: made)
    }

    struct MakeError: Error {}

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        let io = PosixStorageIO()
        for name in (try? io.list(path)) ?? [] {
            let child = path + "/" + name
            do { try io.remove(child) } catch { removeAll(child) }
        }
        try? io.removeDirectory(path)
    }
}
