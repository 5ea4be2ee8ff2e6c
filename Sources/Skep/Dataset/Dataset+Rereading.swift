internal import SkepModel
internal import SkepStorage

extension Dataset {
    /// How often a read starts again because another process replaced what it was reading.
    private static let readAttempts = 20

    /// Reads; starts again with the newest manifest when a file that was read is gone because
    /// another process has merged it.
    ///
    /// - Parameter read: Reads from a snapshot of its own. Its parameter says whether a missing
    ///   file is to end it with `notFound`; else the file is damage, to be left out and named.
    func rereading<Output>(
        _ read: (_ isReplaceable: Bool) throws(SkepError) -> Output
    ) throws(SkepError) -> Output {
        for _ in 0..<Self.readAttempts {
            let sequence = (try? files().manifest.sequence) ?? 0
            do throws(SkepError) {
                return try read(true)
            } catch  where error.code == .notFound {
                // Without a newer manifest nobody has replaced the file: it is lost.
                let files = try files()
                try files.refresh()
                guard files.manifest.sequence > sequence else { break }
            }
        }
        return try read(false)
    }
}

/// How far a scan of events, newest first, has got, so that another can go on from there.
struct EventProgress {
    /// The first time that was not asked about, or is done.
    private(set) var end: Int64
    private var left: Int?
    /// The events handed out of the last nanosecond, which the next scan meets again; events of
    /// one time come in no particular order.
    private var last: [Event] = []
    private var repeated: [Event: Int] = [:]

    init(end: Int64, limit: Int?) {
        self.end = end
        left = limit
    }

    /// The most events that the next scan has to give, those it gives again included.
    var limit: Int? { left.map { $0 + last.count } }

    /// Notes that a scan up to `end` starts.
    mutating func begin() {
        repeated = Dictionary(last.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// The events of a batch that no earlier scan has handed out.
    mutating func take(_ batch: [Event]) -> [Event] {
        let new = repeated.isEmpty ? batch : batch.filter { isNew($0) }
        guard let time = new.last?.time?.nanoseconds else { return new }
        left = left.map { $0 - new.count }
        let tail = new.reversed().prefix { $0.time?.nanoseconds == time }
        last = time &+ 1 == end ? last + tail : Array(tail)
        end = time &+ 1
        return new
    }

    private mutating func isNew(_ event: Event) -> Bool {
        guard let count = repeated[event], count > 0 else { return true }
        repeated[event] = count - 1
        return false
    }
}
