internal import SkepEngine
internal import SkepIngest
internal import SkepModel
internal import SkepStorage

/// What a load works on and within which bounds.
struct LoadJob: Sendable {
    let dataset: DatasetFiles
    let options: LoadOptions
    /// The settings stored with the dataset.
    let settings: DatasetSettings
    /// The time of receipt of the load's events.
    let now: Timestamp
    let bounds: LoadBounds
    let cancellation: CancellationFlag

    /// How lines become events.
    func ingestOptions(timeShift: Int64) -> IngestOptions {
        IngestOptions(
            receiptTime: now, timeField: options.timeField,
            sampleRateField: options.sampleRateField, maxEventBytes: options.maxEventBytes,
            retentionCutoff: settings.keptFrom(now: now).map { Timestamp(nanoseconds: $0) },
            timeShift: timeShift)
    }
}

/// How a load divides its memory.
struct LoadBounds: Sendable {
    /// Chunks for each thread: one that it works on, one that waits for it, one that waits to be
    /// taken, and the share of the one being read.
    private static let chunksPerThread = 4
    /// The parts of the memory that batches and chunks may fill; the rest is for the segment
    /// being encoded.
    private static let batchShare = 0.44
    private static let chunkShare = 0.1
    /// Bytes of a chunk: smaller ones make small batches, larger ones gain nothing.
    private static let chunkBytes = 64 << 10...8 << 20

    /// The least memory a load may be given.
    private static let leastMemory = 16 << 20

    /// The least memory with which chunks leave room for events: they may take half of it.
    static func leastMemory(threads: Int, maxEventBytes: Int) -> Int {
        let chunks = chunksPerThread * max(1, threads)
        let needed = 2 * chunks * max(chunkBytes.lowerBound, 2 * maxEventBytes)
        // In whole MiB, so that the number can be said.
        return max(leastMemory, ((needed + (1 << 20) - 1) >> 20) << 20)
    }

    let threads: Int
    /// Bytes of all memory the load may take.
    let memoryBytes: Int
    /// Bytes of batches after which segments are written.
    let pendingBytes: Int
    /// Bytes of a chunk.
    let chunkBytes: Int

    init(memoryBytes: Int, threads: Int, maxEventBytes: Int, stepBytes: Int? = nil) {
        self.threads = max(1, threads)
        self.memoryBytes = memoryBytes
        pendingBytes = stepBytes == nil ? Int(Double(memoryBytes) * Self.batchShare) : 1
        let chunks = self.threads * Self.chunksPerThread
        let share = Int(Double(memoryBytes) * Self.chunkShare) / chunks
        // The largest event fits, with white space of its own size.
        chunkBytes =
            stepBytes
            ?? max(
                min(max(share, Self.chunkBytes.lowerBound), Self.chunkBytes.upperBound),
                2 * maxEventBytes)
    }
}
