internal import SkepColumns
internal import SkepModel
internal import SkepStorage
internal import Synchronization

/// Takes in events of a program: fills a batch and hands it to the memory table.
///
/// The batch stays open over many appends, so that events that come one by one share columns. It
/// is closed when a query wants to see it, when it is full, and when it has become old: its
/// events share one time of receipt.
final class Appender: Sendable {
    /// The open batch.
    private struct State {
        let builder = EventBatchBuilder()
        var receiptTime = Timestamp(nanoseconds: 0)
    }

    /// Rows of a batch at most: what the memory table encodes in one piece.
    private static let batchRows = 8_192
    /// How far the times of receipt of a batch's events lie apart at most, nanoseconds: 1 s.
    private static let batchAge: Int64 = 1_000_000_000

    private let memory: MemoryTable
    private let clock: any StoreClock
    private let state = Mutex(State())
    private let openRows = Atomic<Int>(0)

    init(_ memory: MemoryTable, clock: any StoreClock) {
        self.memory = memory
        self.clock = clock
    }

    /// Events in the open batch.
    var openRowCount: Int { openRows.load(ordering: .relaxed) }

    /// Takes events in, as far as `settings` let them.
    func append(_ events: [Event], settings: DatasetSettings) -> AppendReport {
        let now = clock.now()
        let window = ArrivalWindow(
            receiptTime: now,
            oldest: settings.keptFrom(now: now).map { Timestamp(nanoseconds: $0) })
        return state.withLock { state in
            if now.nanoseconds &- state.receiptTime.nanoseconds > Self.batchAge { close(&state) }
            var report = AppendReport()
            for (index, event) in events.enumerated() {
                if state.builder.rowCount == 0 { state.receiptTime = now }
                switch state.builder.append(event, window: window) {
                case .stored: report.storedEvents += 1
                case .adjusted:
                    report.storedEvents += 1
                    report.adjustedEvents += 1
                case .refused(let reason):
                    report.refused.append(
                        AppendReport.Refusal(index: index, reason: reason.rawValue))
                }
                if state.builder.rowCount >= Self.batchRows || state.builder.isFull {
                    close(&state)
                }
            }
            openRows.store(state.builder.rowCount, ordering: .relaxed)
            return report
        }
    }

    /// Closes the open batch, so that snapshots of the memory table hold every event.
    func close() {
        guard openRowCount > 0 else { return }
        state.withLock { close(&$0) }
    }

    private func close(_ state: inout State) {
        guard state.builder.rowCount > 0 else { return }
        memory.append(state.builder.seal(receiptTime: state.receiptTime))
        openRows.store(0, ordering: .relaxed)
    }
}
