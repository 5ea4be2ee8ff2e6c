import Skep
import SkepTestRandom
import Synchronization

/// Appends to a store from several tasks, with flushes and compactions in between, and writes
/// down what was acknowledged.
final class StoreWriting: Sendable {
    private let arguments: Arguments
    private let acknowledgements: AcknowledgementFile
    private let seed: UInt64
    private let writers: Int
    /// Events that each writer appends before it ends.
    private let events: Int
    /// The longest pause between two appends of a writer, milliseconds.
    private let pause: Int
    /// Events that were acknowledged in this run, by dataset.
    private let acknowledged = Mutex<[String: Int]>([:])
    private let hasEnded = Atomic<Bool>(false)

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        acknowledgements = try AcknowledgementFile(arguments.text("acks"))
        seed = UInt64(try arguments.number("seed", or: 1))
        writers = try arguments.number("writers", or: 4)
        pause = try arguments.number("pause", or: 0)
        events = try arguments.number("events", or: .max) / writers
    }

    func run() async throws {
        let store = try await Store.open(arguments.text("store"), settings: arguments.settings())
        let starts = try await firstSequences(store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.disturb(store, starts) }
            try await withThrowingTaskGroup(of: Void.self) { appending in
                for writer in 0..<writers {
                    appending.addTask {
                        try await self.append(to: store, writer, from: starts[writer])
                    }
                }
                try await appending.waitForAll()
            }
            hasEnded.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        try await store.close()
        Report.line("written")
    }

    /// Where each writer goes on: behind what is in the store.
    private func firstSequences(_ store: Store) async throws -> [Int] {
        var starts = [Int](repeating: 0, count: writers)
        let names = try await store.datasets().filter { $0.events > 0 }.map(\.name)
        for name in names {
            let events = try await store.dataset(name).events(limit: nil)
            for place in events.compactMap({ EventPlace($0) }) where place.writer < writers {
                starts[place.writer] = max(starts[place.writer], place.sequence + 1)
            }
        }
        return starts
    }

    private func append(to store: Store, _ writer: Int, from first: Int) async throws {
        var random = SplitMix(seed: seed &* 1_000 &+ UInt64(writer))
        let name = EventPlace.dataset(of: writer)
        let dataset = try await store.dataset(name)
        var next = first
        while next - first < events {
            let count = random.chance(50) ? 1 : random.pick([2, 10, 100, 100, 600])
            let batch = Batch(writer: writer, start: next, count: count)
            acknowledgements.sending(batch)
            let report = try await dataset.append(contentsOf: batch.places.map(\.event))
            guard report.storedEvents == count, report.adjustedEvents == 0 else {
                Report.fail(["\(report) for \(batch)"])
            }
            acknowledgements.acknowledged(batch)
            acknowledged.withLock { $0[name, default: 0] += count }
            next = batch.end
            if pause > 0 { try await Task.sleep(for: .milliseconds(random.below(pause))) }
        }
    }

    /// Flushes, compacts and queries at random times until the writers have ended.
    private func disturb(_ store: Store, _ starts: [Int]) async throws {
        var random = SplitMix(seed: seed &* 1_000 &+ 999)
        while !hasEnded.load(ordering: .relaxed) {
            try await Task.sleep(for: .milliseconds(random.below(40)))
            let name = random.pick(EventPlace.datasets)
            guard let least = acknowledged.withLock({ $0[name] }) else { continue }
            let dataset = try await store.dataset(name)
            let before = starts.indices.filter { EventPlace.dataset(of: $0) == name }
                .reduce(0) { $0 + starts[$1] }
            switch random.below(4) {
            case 0: try await dataset.flush()
            case 1: _ = try await dataset.compact()
            default:
                // What was acknowledged before the query began is in its answer.
                let found = try await dataset.query(Query(.count).over).statistics.eventsMatched
                guard found >= least + before else {
                    Report.fail(["a query found \(found) of \(least + before) events of \(name)"])
                }
            }
        }
    }
}

extension Query {
    /// The query over all times that events have.
    var over: Query {
        between(
            EventPlace.firstTime,
            Timestamp(
                nanoseconds: EventPlace.firstTime.nanoseconds
                    + EventPlace.days * 86_400 * 1_000_000_000))
    }
}
