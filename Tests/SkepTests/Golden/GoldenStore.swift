import Foundation
import Skep
import SkepFormat
import SkepModel
import SkepStorage
import SkepTestSupport
import Synchronization
import Testing

/// A store that some version of Skep has written, and the events it must give for ever.
///
/// They lie in `Tests/Golden/<version>`: the store's files, and a list of its events as text. What
/// is there is never changed. `SKEP_GOLDEN_RECORD=1 swift test --filter GoldenTests` adds the folder
/// of a version that has none.
struct GoldenStore: CustomTestStringConvertible, Sendable {
    static let path = "/golden"
    /// Those whose events are listed.
    static let datasets = ["spans", "shapes"]
    /// When the events happened, and what the clock says: 2026-11-20.
    static let now = Timestamp(seconds: 1_795_132_800)
    static var current: String { "\(FormatVersion.major).\(FormatVersion.minor)" }

    /// So many nanoseconds after `now`.
    static func time(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: now.nanoseconds + nanoseconds)
    }

    /// The version that wrote it.
    let version: String
    let testDescription: String

    init(version: String) {
        self.version = version
        testDescription = version
    }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Golden")
    }

    private var folder: URL { Self.root.appendingPathComponent(version) }

    /// All that there are, by version.
    static func all() -> [GoldenStore] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.first?.isNumber == true }.sorted().map(GoldenStore.init)
    }

    /// The store's files, copied into memory.
    func files() throws -> MemoryStorageIO {
        let io = MemoryStorageIO()
        let store = folder.appendingPathComponent("store")
        let names = try FileManager.default.subpathsOfDirectory(atPath: store.path)
        for name in names.sorted() {
            let file = store.appendingPathComponent(name)
            if (try file.resourceValues(forKeys: [.isDirectoryKey])).isDirectory == true {
                continue
            }
            let path = "\(Self.path)/\(name)"
            try io.createDirectory(StorePath.directory(of: path))
            try io.overwrite(path, with: Array(try Data(contentsOf: file)))
        }
        return io
    }

    /// The events of a dataset, a line each, as `lines(of:)` gives them.
    func expected(_ dataset: String) throws -> [String] {
        let file = folder.appendingPathComponent("\(dataset).txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Writes the folder of this version.
    func record(_ files: MemoryStorageIO, _ events: [String: [String]]) throws {
        let store = folder.appendingPathComponent("store")
        for path in files.paths where !path.hasSuffix("LOCK") {
            let file = store.appendingPathComponent(String(path.dropFirst(Self.path.count + 1)))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(try files.read(path)).write(to: file)
        }
        for (dataset, lines) in events {
            let file = folder.appendingPathComponent("\(dataset).txt")
            try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
        }
    }

    static func settings(_ io: MemoryStorageIO, _ access: StoreSettings.Access) -> StoreSettings {
        var settings = StoreSettings(access: access)
        settings.io = io
        settings.clock = ManualClock(now)
        settings.threads = 2
        settings.retentionDays = nil
        settings.maintainsInBackground = false
        return settings
    }

    /// All events of a dataset as lines, sorted.
    static func lines(of dataset: Dataset) async throws -> [String] {
        let lines = Mutex<[String]>([])
        let reasons = try await dataset.forEachEvent(where: [], .and, in: nil, limit: nil) { part in
            lines.withLock { $0 += part.map(line) }
            return true
        }
        return (lines.withLock { $0 } + reasons).sorted()
    }

    /// An event as text that tells types and all bits of doubles: time, sample rate, fields.
    static func line(_ event: Event) -> String {
        let names = event.fields.map(\.key).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let fields = names.map { name in
            let value =
                switch event.fields[name] {
                case .bool(let value): "b:\(value)"
                case .int(let value): "i:\(value)"
                case .double(let value): "d:\(String(value.bitPattern, radix: 16))"
                case .string(let value): "s:\(escaped(value))"
                case nil: ""
                }
            return "\(escaped(name))=\(value)"
        }
        let time = event.time.map { String($0.nanoseconds) } ?? ""
        return ([time, String(event.sampleRate)] + fields).joined(separator: "\t")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar == "\\" {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
