import Foundation
import Testing

/// Compares drawings with files in `Snapshots`; `SKEP_RECORD=1` writes the files instead.
enum Snapshot {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Snapshots")
    }

    static func check(
        _ lines: [String], _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // Escape characters are spelled out, so that the files can be read and compared.
        let text =
            lines.joined(separator: "\n").replacingOccurrences(of: "\u{1B}", with: "␛") + "\n"
        let file = folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["SKEP_RECORD"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "differs from \(file.path)", sourceLocation: sourceLocation)
    }
}
