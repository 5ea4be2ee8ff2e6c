package import Logging

/// What a store is opened with: where it reads and writes, and its bounds.
package struct StoreOptions: Sendable {
    /// Whether the store may be changed.
    package enum Access: Sendable {
        /// Takes no lock and creates nothing.
        case readOnly
        /// Takes the writer lock; creates the store if it is not there.
        case readWrite
    }

    package var access: Access
    package var io: any StorageIO
    /// The bytes of encoded regions kept in memory.
    package var cacheBytes: Int
    /// The most segment files open at a time.
    package var openFileLimit: Int
    /// What an append waits for.
    package var durability = LogDurability.always
    /// The most threads that open segments for one snapshot.
    package var threads: Int
    /// Random bits for the identity of a new store.
    package var random: @Sendable () -> UInt64
    /// Nanoseconds since some fixed moment, by a clock that nobody sets.
    package var uptime: @Sendable () -> Int64
    /// Where the store says what it does and what it finds damaged.
    package var logger = Logger.silent

    package init(access: Access = .readWrite, io: any StorageIO = PosixStorageIO()) {
        self.access = access
        self.io = io
        cacheBytes = RegionCache.defaultCapacity
        openFileLimit = 128
        threads = 4
        random = { UInt64.random(in: .min ... .max) }
        uptime = Self.systemUptime
    }

    private static let start = ContinuousClock.now

    private static let systemUptime: @Sendable () -> Int64 = {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
