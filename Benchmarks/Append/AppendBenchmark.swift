import ArgumentParser
import Foundation
import Skep
import SkepModel
import SkepStorage
import SkepWorkload

@main
struct AppendBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How many events a second the library stores durably.",
        discussion: """
            Several tasks append batches of shop events to one dataset, once with each level of \
            durability; beside it the disk's own time for as many bytes and one sync.
            """)

    @Option(help: "Where the stores are made, and removed again; decides which disk is measured.")
    var folder = ".build/append-benchmark"

    @Option(help: "Events for each level of durability.")
    var events = 400_000

    @Option(help: "Tasks that append at the same time.")
    var tasks = 4

    @Option(help: "Events of one append.")
    var batch = 1_000

    private static let durabilities: [(name: String, level: Durability)] = [
        ("always", .always), ("interval 100 ms", .interval(.milliseconds(100))), ("none", .none),
    ]

    /// Different events that are made beforehand and appended in turn.
    private static let samples = 50_000

    func validate() throws {
        guard tasks >= 1, batch >= 1, batch < Self.samples, events >= tasks * batch else {
            throw ValidationError(
                "give at least one task, a batch of 1 to \(Self.samples - 1) events, "
                    + "and events for one batch of each task")
        }
        if FileManager.default.fileExists(atPath: folder) {
            throw ValidationError("\(folder) exists: name a folder that does not, or remove it")
        }
    }

    func run() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sample = try await Self.sample()
        print("\(events) events of the shop, \(tasks) tasks, batches of \(batch)\n")
        print(
            "| durability | events/s | ms an append, median | 99th percentile | log bytes an event |"
        )
        print("| --- | ---: | ---: | ---: | ---: |")
        for (name, level) in Self.durabilities {
            let run = try await run(at: "\(folder)/\(name)", level, sample)
            print(
                "| \(name) | \(Int(run.rate)) | \(run.median) | \(run.slow) | "
                    + "\(Int(run.bytesPerEvent)) |")
            if level == .always {
                try Self.probe(folder, bytes: Int(run.bytesPerEvent) * batch)
            }
        }
    }

    private struct Run {
        var rate: Double
        var median: Double
        var slow: Double
        var bytesPerEvent: Double
    }

    /// Events as a program would make them.
    private static func sample() async throws -> [Event] {
        var workload = ShopWorkload(
            ShopWorkload.Settings(
                events: samples, seed: 1, end: SystemClock().now(), span: 3_600_000_000_000))
        var lines: [UInt8] = []
        while workload.write(into: &lines, atLeast: lines.count + (1 << 20)) {}
        var settings = StoreSettings()
        settings.io = MemoryStorageIO()
        let store = try await Store.open("/sample", settings: settings)
        let shop = try await store.dataset("shop")
        _ = try await shop.load(bytes: lines)
        return try await shop.events(limit: nil)
    }

    private func run(at path: String, _ level: Durability, _ sample: [Event]) async throws -> Run {
        var settings = StoreSettings()
        settings.durability = level
        let store = try await Store.open(path, settings: settings)
        let shop = try await store.dataset("shop")
        let batches = stride(from: 0, through: sample.count - batch, by: batch).map {
            Array(sample[$0..<$0 + batch])
        }
        try await shop.append(contentsOf: batches[0])
        let clock = ContinuousClock()
        let rounds = events / batch / tasks
        let start = clock.now
        let times = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var times: [Duration] = []
                    for round in 0..<rounds {
                        let begin = clock.now
                        try await shop.append(
                            contentsOf: batches[(task * rounds + round) % batches.count])
                        times.append(begin.duration(to: clock.now))
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        let stored = try await shop.statistics().events
        guard stored == rounds * tasks * batch + batch else {
            throw SkepError(.internalFault, "\(stored) events are stored")
        }
        let bytes = Double(store.files.loggedBytes) / Double(stored)
        try await store.close()
        let sorted = times.map { $0 / .milliseconds(1) }.sorted()
        return Run(
            rate: Double(rounds * tasks * batch) / seconds,
            median: Self.rounded(sorted[sorted.count / 2]),
            slow: Self.rounded(sorted[sorted.count * 99 / 100]), bytesPerEvent: bytes)
    }

    /// Writes and syncs as many bytes as a batch has, over and over.
    private static func probe(_ folder: String, bytes: Int) throws {
        let path = "\(folder)/probe"
        let io = PosixStorageIO()
        let file = try io.create(path)
        let payload = [UInt8](repeating: 7, count: max(1, bytes))
        var times: [Double] = []
        let clock = ContinuousClock()
        for _ in 0..<100 {
            try payload.withUnsafeBufferPointer { try file.append(UnsafeRawBufferPointer($0)) }
            let start = clock.now
            try file.sync()
            times.append(start.duration(to: clock.now) / .milliseconds(1))
        }
        try file.close()
        try io.remove(path)
        times.sort()
        print(
            "| (the disk: fdatasync after \(bytes) bytes) | | \(rounded(times[50])) | "
                + "\(rounded(times[99])) | |")
    }

    private static func rounded(_ milliseconds: Double) -> Double {
        (milliseconds * 100).rounded() / 100
    }
}
