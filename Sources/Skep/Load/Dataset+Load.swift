internal import Logging
internal import SkepEngine
public import SkepModel
internal import SkepStorage
internal import Synchronization

extension Dataset {
    /// Loads a file of newline-delimited JSON.
    ///
    /// Events are committed as memory fills. A load that was cut off goes on where it stood when
    /// the same file is loaded again; a file that was loaded to its end is loaded once more.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - options: How it is read.
    /// - Returns: What was stored and what was refused.
    /// - Throws: `notFound`, `inputOutput`, `cancelled`; `invalidEvent` for a strict load.
    public func load(
        path: String, options: LoadOptions = LoadOptions()
    ) async throws(SkepError) -> LoadReport {
        try await BlockingWork.run { (flag) throws(SkepError) in
            let source = try FileByteSource(path, io: self.store.settings.io)
            return try self.loadNow(source, options, flag)
        }
    }

    /// Loads newline-delimited JSON from memory.
    ///
    /// - Parameters:
    ///   - bytes: The lines.
    ///   - options: How they are read.
    /// - Returns: What was stored and what was refused.
    public func load(
        bytes: [UInt8], options: LoadOptions = LoadOptions()
    ) async throws(SkepError) -> LoadReport {
        try await load(from: MemoryByteSource(bytes, name: "input"), options: options)
    }

    /// Loads newline-delimited JSON from anything that gives bytes.
    ///
    /// - Parameters:
    ///   - source: The input.
    ///   - options: How it is read.
    /// - Returns: What was stored and what was refused.
    public func load(
        from source: any ByteSource, options: LoadOptions = LoadOptions()
    ) async throws(SkepError) -> LoadReport {
        try await BlockingWork.run { (flag) throws(SkepError) in
            try self.loadNow(source, options, flag)
        }
    }

    /// Loads one of several inputs that belong to one load.
    ///
    /// - Parameters:
    ///   - source: The input.
    ///   - index: Which input of the series it is, from 0; each takes its turn once.
    ///   - series: The inputs, from `beginLoad(of:)`.
    ///   - options: How it is read; the same for all of them.
    /// - Returns: What was stored and what was refused.
    public func load(
        from source: any ByteSource, at index: Int, of series: LoadSeries,
        options: LoadOptions = LoadOptions()
    ) async throws(SkepError) -> LoadReport {
        guard series.starts.indices.contains(index) else {
            throw SkepError(.invalidArgument, "the load has no input \(index)")
        }
        return try await BlockingWork.run { (flag) throws(SkepError) in
            try self.loading { (files) throws(SkepError) in
                let job = try self.job(files, options, flag)
                return try self.loadNow(source, at: index, of: series, job)
            }
        }
    }

    private func loadNow(
        _ source: any ByteSource, _ options: LoadOptions, _ cancellation: CancellationFlag
    ) throws(SkepError) -> LoadReport {
        try loading { (files) throws(SkepError) in
            let job = try job(files, options, cancellation)
            let series = try seriesNow([LoadSeries.Input(source)])
            return try loadNow(source, at: 0, of: series, job)
        }
    }

    private func loadNow(
        _ source: any ByteSource, at index: Int, of series: LoadSeries, _ job: LoadJob
    ) throws(SkepError) -> LoadReport {
        let report = try LoadPipeline(job, source: source, series: series, index: index).run()
        activity.isMadeForLoad.store(false, ordering: .relaxed)
        logger.info(
            "loaded",
            metadata: [
                "input": "\(source.name)", "events": "\(report.storedEvents)",
                "refused": "\(report.refusedEvents)",
                "duration_ms": "\(Int(report.seconds * 1_000))",
            ])
        return report
    }

    /// A load with the settings of the store where the options leave them open.
    func job(
        _ files: DatasetFiles, _ options: LoadOptions, _ cancellation: CancellationFlag
    ) throws(SkepError) -> LoadJob {
        guard (1...1_000_000).contains(options.maxEventBytes) else {
            throw SkepError(.invalidArgument, "an event may have 1 to 1,000,000 bytes")
        }
        let settings = store.settings
        let threads = options.threads ?? settings.threads
        if let memory = options.memoryBytes {
            try LoadOptions.checkMemory(
                memory, threads: threads, maxEventBytes: options.maxEventBytes)
        }
        return LoadJob(
            dataset: files, options: options, settings: datasetSettings,
            now: settings.clock.now(),
            bounds: LoadBounds(
                memoryBytes: options.memoryBytes ?? settings.writeMemoryBytes,
                threads: threads,
                maxEventBytes: options.maxEventBytes, stepBytes: options.stepBytes),
            cancellation: cancellation)
    }
}
