import Skep

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Fills a small disk through an open store, frees some of it, goes on with the same open store,
/// fills the disk again, and is killed.
///
/// Everything that was acknowledged must be answered for at every step, and every failure must
/// say that the disk is full.
final class DiskFilling {
    private let path: String
    private let ballast: String
    private let settings: StoreSettings
    private let acknowledgements: AcknowledgementFile
    /// What each writer appends next.
    private var next = [0, 0]
    /// How often an operation failed, by what it was.
    private var failures: [String: Int] = [:]

    init(_ arguments: Arguments) throws {
        path = try arguments.text("store")
        ballast = try arguments.text("ballast")
        acknowledgements = try AcknowledgementFile(arguments.text("acks"))
        var settings = try arguments.settings()
        settings.appendTimeout = .milliseconds(500)
        self.settings = settings
    }

    func run() async throws {
        let store = try await Store.open(path, settings: settings)
        try await fill(store)
        try await checkFull(store)
        guard unlink(ballast) == 0 else { Report.fail(["there is no ballast"]) }
        try await goOn(store)
        writeBallast()
        try await fill(store)
        try await checkFull(store)
        Report.line("appended=\(next[0] + next[1]) failures: \(failures)")
        // No end of the process that would write anything.
        kill(getpid(), SIGKILL)
    }

    /// Fills the rest of the disk with something that can go again.
    private func writeBallast() {
        guard let file = fopen(ballast, "w") else { return }
        let block = [UInt8](repeating: 0, count: 1 << 16)
        while fwrite(block, 1, block.count, file) == block.count {}
        fclose(file)
    }

    /// Appends large batches while they fit, then single events until not even these do.
    private func fill(_ store: Store) async throws {
        for count in [50, 5, 1] {
            var (calls, refused) = (0, 0)
            while refused < 4 {
                if try await !append(to: store, calls % 2, count) { refused += 1 }
                calls += 1
            }
        }
    }

    /// - Returns: Whether the events were stored.
    private func append(to store: Store, _ writer: Int, _ count: Int) async throws -> Bool {
        let batch = Batch(
            writer: EventPlace.firstLargeWriter + writer, start: next[writer], count: count)
        acknowledgements.sending(batch)
        let dataset = try await store.dataset(EventPlace.dataset(of: batch.writer))
        do throws(SkepError) {
            try await dataset.append(contentsOf: batch.places.map(\.event))
        } catch {
            note(error, "append")
            return false
        }
        acknowledgements.acknowledged(batch)
        next[writer] = batch.end
        return true
    }

    /// Counts a failure, which must say what the reason is and where.
    private func note(_ error: SkepError, _ operation: String) {
        failures[operation, default: 0] += 1
        guard error.message.contains("No space left on device"), error.path != nil else {
            Report.fail(["\(operation) on a full disk failed with: \(error)"])
        }
    }

    private func checkFull(_ store: Store) async throws {
        try await checkAnswers(store, "on a full disk")
        for name in EventPlace.datasets {
            let dataset = try await store.dataset(name)
            do throws(SkepError) { try await dataset.flush() } catch { note(error, "flush") }
            do throws(SkepError) { _ = try await dataset.compact() } catch {
                note(error, "compact")
            }
        }
        try await checkAnswers(store, "after a flush and a compaction on a full disk")
    }

    /// Queries of this store, and of a reader beside it, find what was acknowledged, no more.
    private func checkAnswers(_ store: Store, _ circumstances: String) async throws {
        var reading = settings
        reading.access = .readOnly
        let reader = try await Store.open(path, settings: reading)
        for store in [store, reader] {
            for (writer, name) in EventPlace.datasets.enumerated() {
                let result = try await store.dataset(name).query(Query(.count).over)
                let found = result.statistics.eventsMatched
                // What failed may be in the log's torn end for a reader, as if it were in flight.
                guard found == next[writer] || (store === reader && found > next[writer]) else {
                    Report.fail(["\(found) of \(next[writer]) events of \(name) \(circumstances)"])
                }
            }
        }
    }

    /// Writes segments; joining in the background may need the space for a moment.
    private func flush(_ store: Store, since start: ContinuousClock.Instant) async throws {
        for name in EventPlace.datasets {
            while true {
                do throws(SkepError) {
                    try await store.dataset(name).flush()
                    break
                } catch {
                    note(error, "flush with space again")
                    guard start.duration(to: .now) < .seconds(5) else { throw error }
                }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// With space again appends and flushes work, without opening the store anew.
    private func goOn(_ store: Store) async throws {
        let before = failures
        let start = ContinuousClock.now
        while try await !append(to: store, 0, 50) {
            guard start.duration(to: .now) < .seconds(3) else {
                Report.fail(["appends fail although there is space again: \(failures)"])
            }
        }
        let waited = start.duration(to: .now)
        for writer in 0..<2 {
            guard try await append(to: store, writer, 50) else {
                Report.fail(["an append failed after one that did not"])
            }
        }
        try await flush(store, since: start)
        try await checkAnswers(store, "with space again")
        Report.line("went on after \(waited), failures until then: \(before)")
    }
}
