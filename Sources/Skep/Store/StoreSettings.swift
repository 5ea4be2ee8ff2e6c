internal import Logging
public import SkepModel
package import SkepStorage

/// How a store is opened: access, bounds, and where time comes from.
public struct StoreSettings: Sendable {
    /// Whether the store may be changed.
    public enum Access: Sendable, Hashable {
        /// Takes no lock and creates nothing; sees what other processes have committed.
        case readOnly
        /// Takes the writer lock; creates the store if it is not there.
        case readWrite
    }

    /// Whether the store may be changed.
    public var access: Access = .readWrite
    /// Bytes of encoded data kept in memory between queries.
    public var cacheBytes = 128 << 20
    /// Bytes that loads, flushes and compactions aim to stay below.
    public var writeMemoryBytes = 240 << 20
    /// Bytes that one query may take for its groups.
    public var queryMemoryBytes = 1 << 30
    /// How long one query may take; `nil` for as long as it needs.
    public var queryTimeLimit: Duration?
    /// Whether an answer that damage makes incomplete is an error, of code `corruption`.
    ///
    /// Otherwise it is given with what can be read: query results list what is missing in
    /// `statistics.incomplete`, and everything that is missing is logged.
    public var requiresCompleteAnswers = false
    /// Threads that loads and queries use; all processors by default.
    public var threads = Machine.processorCount
    /// Days that events of new datasets stay visible; `nil` for ever.
    public var retentionDays: Int? = 60
    /// What an acknowledged append has survived.
    public var durability = Durability.always
    /// Events of a dataset in memory beyond which they are written as segments.
    public var memoryTableRows = 262_144
    /// Bytes of events in memory, of all datasets, beyond which they are written as segments;
    /// beyond twice as many appends wait.
    public var bufferBytes = 64 << 20
    /// Bytes of the log beyond which the events that keep it are written as segments.
    public var logBytes = 256 << 20
    /// How long an append waits for room before it fails with `limitReached`.
    public var appendTimeout = Duration.seconds(30)
    /// Whether small segments are joined and expired ones removed in the background.
    public var maintainsInBackground = true
    /// How often all datasets are looked at; each is also looked at when events were flushed.
    public var maintenanceInterval = Duration.seconds(600)
    /// Where the time comes from.
    public var clock: any StoreClock = SystemClock()
    /// Segment files kept open at a time; the one that was not read for longest is closed for another.
    ///
    /// Where the system lets the process open fewer, fewer are kept open.
    public var openFileLimit = 128
    /// Where files are.
    package var io: any StorageIO = PosixStorageIO()

    /// Makes the default settings.
    public init() {}

    /// Makes the default settings for one kind of access.
    ///
    /// - Parameter access: Whether the store may be changed.
    public init(access: Access) { self.access = access }

    func options(logger: Logger) -> StoreOptions {
        var options = StoreOptions(access: access == .readOnly ? .readOnly : .readWrite, io: io)
        options.cacheBytes = cacheBytes
        options.threads = threads
        options.openFileLimit = openFileLimit
        options.logger = logger
        options.durability = durability.storageLevel
        return options
    }
}

extension Durability {
    /// The level as storage knows it.
    fileprivate var storageLevel: LogDurability {
        switch self {
        case .always: return .always
        case .interval(let interval):
            let (seconds, attoseconds) = interval.components
            return .interval(nanoseconds: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
        case .none: return .none
        }
    }
}
