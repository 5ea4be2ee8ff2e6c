public import SkepModel
internal import Synchronization

extension Dataset {
    /// Finds the newest event time of an input without storing anything.
    ///
    /// For a shift that brings a recording to the present: see `LoadOptions.timeShift`.
    ///
    /// - Parameters:
    ///   - source: The input, which is read to its end.
    ///   - options: How it is read.
    /// - Returns: The newest time as written, without shift; `nil` when no event has one.
    public func newestTime(
        in source: any ByteSource, options: LoadOptions = LoadOptions()
    ) async throws(SkepError) -> Timestamp? {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.loading { (files) throws(SkepError) in
                let job = try self.job(files, options, flag)
                let ingest = job.ingestOptions(timeShift: 0)
                let workers = (0..<job.bounds.threads).map { _ in LoadWorker(ingest) }
                let input = LoadInput(source, chunkBytes: job.bounds.chunkBytes)
                let newest = Locked<Timestamp?>(nil)
                let stream = LoadStream(input, workers: workers) { $0.newestTime($1) }
                try stream.run { (_, found) throws(SkepError) in
                    try flag.check()
                    guard let found else { return true }
                    newest.withLock { $0 = max($0 ?? found, found) }
                    return true
                }
                return newest.withLock(\.self)
            }
        }
    }
}
