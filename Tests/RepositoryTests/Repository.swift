import Foundation

/// The files of this repository.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The paths, from the root, of all files below a folder with one of the extensions.
    static func files(in folder: String, extensions: Set<String> = ["swift"]) throws -> [String] {
        let folders = try FileManager.default.subpathsOfDirectory(
            atPath: root.appending(path: folder).path)
        return folders.filter { path in
            !path.split(separator: "/").contains { $0.hasPrefix(".") }
                && extensions.contains((path as NSString).pathExtension)
        }.map { "\(folder)/\($0)" }.sorted()
    }

    static func path(_ path: String) -> String {
        root.appending(path: path).path
    }

    /// The paths that git knows.
    static func committed() throws -> [String] {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "-C", root.path, "ls-files", "-z"]
        let output = Pipe()
        git.standardOutput = output
        try git.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func lines(_ path: String) throws -> [String] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The names of the folders of sources: the targets.
    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path)
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    /// A line without its comment; good enough for code that has no `//` in strings.
    static func code(_ line: String) -> String {
        guard let comment = line.range(of: "//") else { return line }
        return String(line[..<comment.lowerBound])
    }
}
