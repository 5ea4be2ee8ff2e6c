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
    public var cacheBytes = 64 << 20
    /// Bytes that loads, flushes and compactions aim to stay below.
    public var writeMemoryBytes = 240 << 20
    /// Bytes that one query may take for its groups.
    public var queryMemoryBytes = 1 << 30
    /// Threads that loads and queries use; all processors by default.
    public var threads = Machine.processorCount
    /// Days that events of new datasets stay visible; `nil` for ever.
    public var retentionDays: Int? = 60
    /// Events appended and not yet written as segments, at most, before an append writes them.
    public var memoryTableRows = 262_144
    /// Where the time comes from.
    public var clock: any StoreClock = SystemClock()
    /// Segment files open at a time, at most.
    package var openFileLimit = 128
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
        return options
    }
}
