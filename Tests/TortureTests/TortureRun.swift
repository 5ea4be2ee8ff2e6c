import Foundation
import Testing

/// Runs the built programs, kills them, and keeps what they leave behind in one folder.
struct TortureRun {
    /// How a run ended.
    struct Outcome {
        var status: Int32
        var output: String
        var messages: String

        /// What a program says is wrong.
        var problems: [Substring] {
            (output + messages).split(separator: "\n").filter {
                $0.hasPrefix("wrong:") || $0.contains("Fatal error") || $0.contains("rashed")
            }
        }

        /// A number that a line of the output gives as `name=…`.
        func number(_ name: String) -> Int {
            let words = output.split { $0 == " " || $0 == "\n" }
            return words.last { $0.hasPrefix("\(name)=") }
                .flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
        }
    }

    /// Rounds of each test: a few, or what `SKEP_TORTURE_ROUNDS` says.
    static func rounds(_ few: Int) -> Int {
        ProcessInfo.processInfo.environment["SKEP_TORTURE_ROUNDS"].flatMap(Int.init) ?? few
    }

    /// Whether the long forms are wanted.
    static var isLong: Bool { rounds(0) > 0 }

    /// The folder of the programs: beside the test bundle, or what `SKEP_TORTURE_PROGRAMS` says.
    static var programs: URL {
        if let folder = ProcessInfo.processInfo.environment["SKEP_TORTURE_PROGRAMS"] {
            return URL(fileURLWithPath: folder)
        }
        let bundle =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        // On Darwin the executable lies three folders deep in the bundle.
        while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
        return folder
    }

    /// The path of one of our programs.
    static func program(_ name: String) -> String { programs.appendingPathComponent(name).path }

    /// The path of a script beside this file.
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name)
            .path
    }

    /// The path of a program of the system; `nil` where it is not installed.
    static func installed(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("skep-torture-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - lifetime: Seconds after which it is killed; `nil` to let it end by itself.
    ///   - limit: Seconds that one which ends by itself may take.
    func run(
        _ program: String, _ arguments: [String], killedAfter lifetime: Double? = nil,
        limit: Double = 120
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": folder.path,
            // The backtracer would outlive a program that is killed while it crashes.
            "SWIFT_BACKTRACE": "enable=no",
        ]
        let output = try writable("output")
        let messages = try writable("messages")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = messages
        try process.run()
        let deadline = Date(timeIntervalSinceNow: lifetime ?? limit)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.002) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOfFile: path("output"), encoding: .utf8),
            messages: try String(contentsOfFile: path("messages"), encoding: .utf8))
    }

    private func writable(_ name: String) throws -> FileHandle {
        try Data().write(to: folder.appendingPathComponent(name))
        return try #require(FileHandle(forWritingAtPath: path(name)))
    }

    /// Compares a store with its acknowledgements.
    @discardableResult
    func check(
        _ store: String, _ acknowledgements: String, closes: Bool, _ circumstances: String
    ) throws -> Outcome {
        let outcome = try run(
            Self.program("Torture"),
            ["check", "store=\(store)", "acks=\(acknowledgements)", "close=\(closes ? 1 : 0)"])
        #expect(outcome.status == 0, "\(circumstances): \(outcome.messages)")
        #expect(outcome.problems.isEmpty, "\(circumstances)")
        #expect(outcome.number("lost") == 0, "\(circumstances)")
        return outcome
    }
}
