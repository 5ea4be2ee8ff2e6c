package import SkepModel

/// How one query is run.
package struct ExecutionSettings: Sendable {
    /// Worker threads; at least 1.
    package var threads: Int
    /// The most memory that groups and their aggregates may take, in bytes.
    package var memoryLimit: Int
    /// Whether to compute series, and TOTAL and OTHER.
    package var includesSeries: Bool
    package var includesTotals: Bool
    /// Whether to measure the time of each operator.
    package var measuresOperators: Bool
    /// Up to this many possible groups count as few: their series is computed in the pass that
    /// finds them, and workers give a value one number from the first segment on.
    package var fewGroups = 4_096
    /// Where few blocks lie in the time range, threads share them in parts of at least so many rows:
    /// opening a block again takes as long as scanning about half of that.
    package var leastPartRows = 8_192
    /// The secret that strings are hashed with where only their hashes are kept.
    package var hashSeed: UInt64
    /// Set by the caller to stop the query.
    package var cancellation: CancellationFlag

    /// The default of `memoryLimit`: 1 GiB.
    package static let defaultMemoryLimit = 1 << 30

    package init(
        threads: Int = 2, memoryLimit: Int = Self.defaultMemoryLimit, includesSeries: Bool = true,
        includesTotals: Bool = true, measuresOperators: Bool = false,
        hashSeed: UInt64 = .random(in: .min ... .max),
        cancellation: CancellationFlag = CancellationFlag()
    ) {
        self.threads = max(1, threads)
        self.memoryLimit = memoryLimit
        self.includesSeries = includesSeries
        self.includesTotals = includesTotals
        self.measuresOperators = measuresOperators
        self.hashSeed = hashSeed
        self.cancellation = cancellation
    }
}
