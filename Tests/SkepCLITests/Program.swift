import Foundation
import Testing

/// Runs the built `skep` as a person or a script would.
struct Program {
    /// What a run left behind.
    struct Outcome {
        var status: Int32
        var output: String
        var messages: String
    }

    /// The program beside the test bundle.
    static var path: String {
        let bundle =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        // On Darwin the executable lies three folders deep in the bundle.
        while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
        return folder.appendingPathComponent("skep").path
    }

    /// The folder of the repository.
    static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("skep-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// The store used unless a run names another.
    var store: String { folder.appendingPathComponent("store").path }

    /// Writes a file into the folder.
    func file(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    /// Runs the program to its end.
    func run(
        _ arguments: String..., input: String = "", environment: [String: String] = [:],
        interruptedWhenThereIs path: String? = nil
    ) throws -> Outcome {
        try run(
            Self.path, arguments, input: input, environment: environment,
            interruptedWhenThereIs: path)
    }

    /// Runs the program to its end.
    func run(all arguments: [String]) throws -> Outcome {
        try run(Self.path, arguments, input: "", environment: [:])
    }

    /// Runs a line of shell in which `$SKEP` is the program.
    func shell(_ line: String) throws -> Outcome {
        try run("/bin/sh", ["-c", line], input: "", environment: ["SKEP": Self.path])
    }

    private func run(
        _ program: String, _ arguments: [String], input: String, environment: [String: String],
        interruptedWhenThereIs path: String? = nil
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment.merging(
            ["SKEP_STORE": store, "COLUMNS": "80", "TMPDIR": folder.path, "PATH": "/usr/bin:/bin"]
        ) { given, _ in given }
        let name = UUID().uuidString
        let inputPath = try file(name + ".in", input)
        let output = try writable(name + ".out")
        let messages = try writable(name + ".err")
        process.standardInput = FileHandle(forReadingAtPath: inputPath)
        process.standardOutput = output.handle
        process.standardError = messages.handle
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 60)
        if let path {
            while !FileManager.default.fileExists(atPath: path), Date() < deadline {
                Thread.sleep(forTimeInterval: 0.005)
            }
            process.interrupt()
        }
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
        // A program that hangs must fail its test, not stop the others.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: output.path, encoding: .utf8),
            messages: try String(contentsOfFile: messages.path, encoding: .utf8))
    }

    private func writable(_ name: String) throws -> (path: String, handle: FileHandle) {
        let path = try file(name, "")
        return (path, try #require(FileHandle(forWritingAtPath: path)))
    }
}
