internal import ArgumentParser
internal import Skep

/// `skep load`: reads events from files.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Read events from files of newline-delimited JSON.",
        discussion: """
            Each line is one event: an object of any fields. Nested objects become columns with \
            dots in their names. A load that was cut off goes on where it stood when the same \
            command is given again; a file that was loaded to its end is loaded once more.

            Examples:
              skep load shop events.ndjson more.ndjson.gz
              skep load shop old.ndjson --rebase-time     as if the newest event were now
              kubectl logs web | skep load web - --time-field ts
            """)

    @Argument(help: "The dataset; made if it is not there.")
    var dataset: String

    @Argument(
        help: "Files, also compressed by gzip; '-' is the standard input.", completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "The field with the time. (default: the first of Timestamp, timestamp, time, @timestamp)",
            valueName: "name"))
    var timeField: String?

    @Option(
        help: ArgumentHelp(
            "The field with the sample rate. (default: the first of SampleRate, samplerate, sampleRate)",
            valueName: "name"))
    var sampleRateField: String?

    @Flag(help: "Move all times by the same amount, so that the newest event is now.")
    var rebaseTime = false

    @Option(
        help: ArgumentHelp(
            "How long the dataset's events stay visible, stored with it. (default for a new one: 60)",
            valueName: "days|none"))
    var retention: RetentionArgument?

    @Flag(help: "Keep nothing of a file in which any event is refused.")
    var strict = false

    @Option(help: ArgumentHelp("The most bytes of one event, up to 1000000.", valueName: "n"))
    var maxEventBytes = 100_000

    @Option(
        help: ArgumentHelp(
            "Write every refused line with its number and reason to a file, as NDJSON.",
            valueName: "file"), completion: .file())
    var refusals: String?

    @OptionGroup var location: StoreLocation
    @OptionGroup var resources: ResourceOptions
    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one file.") }
        guard (1...1_000_000).contains(maxEventBytes) else {
            throw ValidationError("--max-event-bytes must be 1 to 1000000.")
        }
        if let memory = resources.memory?.bytes {
            let threads = resources.threads ?? StoreSettings().threads
            try LoadOptions.checkMemory(memory, threads: threads, maxEventBytes: maxEventBytes)
        }
        guard files.filter({ $0 == "-" }).count <= 1 else {
            throw ValidationError("the standard input can be read once only.")
        }
    }

    func run() async throws {
        FreedMemory.returnLargeBlocks()
        // All files are looked at first: a name mistyped at the end should not be found late.
        var inputs = try files.map { name throws(SkepError) in try EventInput(name) }
        let folder = rebaseTime ? try TemporaryFolder(prefix: "skep-load") : nil
        defer { withExtendedLifetime(folder) {} }
        if let folder {
            inputs = try inputs.map { input throws(SkepError) in try input.spooled(into: folder) }
        }
        let store = try await location.openForWriting()
        let dataset = try await store.dataset(self.dataset)
        var summary = LoadSummary(dataset: self.dataset)
        do {
            try await load(inputs, into: dataset, &summary)
        } catch {
            try? await store.close()
            if summary.hasFiles { for line in summary.draw() { Messages.note(line) } }
            throw error
        }
        try await store.close()
        try report.print(summary.draw()) { writer in summary.write(to: &writer) }
        if let advice = summary.advice { Messages.warning(advice) }
        for problem in summary.problems {
            Messages.warning("the dataset is damaged: \(DisplayText.escaped(problem))")
        }
        if summary.refusedEvents > 0 || !summary.problems.isEmpty { throw ExitStatus.doneInPart }
    }

    private var loadOptions: LoadOptions {
        var options = LoadOptions()
        options.timeField = timeField
        options.sampleRateField = sampleRateField
        options.isStrict = strict
        options.maxEventBytes = maxEventBytes
        options.memoryBytes = resources.memory?.bytes
        options.threads = resources.threads
        options.listedRefusals = LoadSummary.mostRefusedLines
        return options
    }

    private func load(
        _ inputs: [EventInput], into dataset: Dataset, _ summary: inout LoadSummary
    ) async throws(SkepError) {
        var options = loadOptions
        let series = try await dataset.beginLoad(
            of: inputs.map { input throws(SkepError) in try input.description() })
        // After the load has begun: a dataset that it makes goes again when it fails.
        if let retention { try await dataset.setRetention(days: retention.days) }
        if let stored = series.storedTimeShift {
            options.timeShift = stored
        } else if rebaseTime {
            options.timeShift = try await Self.timeShift(of: inputs, dataset, options)
        }
        if rebaseTime || options.timeShift != 0 { summary.timeShift = options.timeShift }
        let isContinued = series.storedTimeShift != nil
        var refusalsFile: RefusalsFile?
        if let refusals { refusalsFile = try RefusalsFile(refusals, isContinued: isContinued) }
        do throws(SkepError) {
            for (index, input) in inputs.enumerated() {
                let name = input.messageName
                if let refusalsFile {
                    options.onRefusal = { refusalsFile.write($0, of: name) }
                }
                let report = try await Self.load(
                    input, at: index, of: series, into: dataset, options)
                summary.add(report, of: name)
            }
        } catch {
            try? refusalsFile?.finish()
            throw error
        }
        try refusalsFile?.finish()
    }

    /// What to add to all times of all files so that the newest is now.
    private static func timeShift(
        of inputs: [EventInput], _ dataset: Dataset, _ options: LoadOptions
    ) async throws(SkepError) -> Int64 {
        var newest: Timestamp?
        for input in inputs {
            let found = try await dataset.newestTime(in: input.open(), options: options)
            newest = [newest, found].compactMap { $0 }.max()
        }
        guard let newest else { return 0 }
        let (shift, overflow) = SystemClock().now().nanoseconds.subtractingReportingOverflow(
            newest.nanoseconds)
        guard !overflow else {
            throw SkepError(.invalidArgument, "the times are too far from now to be moved")
        }
        return shift
    }

    /// Loads one file and says which of its lines were refused.
    private static func load(
        _ input: EventInput, at index: Int, of series: LoadSeries, into dataset: Dataset,
        _ options: LoadOptions
    ) async throws(SkepError) -> LoadReport {
        let bar = ProgressBar(input.name)
        defer { bar.finish() }
        var options = options
        options.onProgress = { progress in
            let total = progress.bytesTotal.map { Double(max(1, $0)) }
            bar.update(part: total.map { Double(progress.bytesDone) / $0 }, events: progress.events)
        }
        let report = try await dataset.load(
            from: input.open(), at: index, of: series, options: options)
        bar.finish()
        LoadNotes.print(
            report, of: input, shift: options.timeShift, listsRefusals: options.onRefusal != nil)
        return report
    }
}
