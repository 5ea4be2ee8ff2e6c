internal import SkepColumns
internal import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The memory of an `NDJSONParser`, and the loop over lines.
struct ParsingState {
    private let options: IngestOptions
    private let window: ArrivalWindow
    private let fields = EventFields()
    private let stage: UnsafeMutablePointer<FieldStage>
    private var days: DayBuilders
    private var reader: LineReader
    private var times = EventTimeReader()
    private var lastLine = GrowingBuffer<UInt8>(capacity: 4_096)
    private var report = IngestReport()
    /// Takes the refusals in place of the report.
    private var sink: ((Refusal) -> Void)?
    /// The newest time read, when nothing is stored.
    private var newestTime: Int64?

    /// Bytes behind a line that are read without being used.
    private static let slack = 64

    init(_ options: IngestOptions) {
        self.options = options
        window = ArrivalWindow(
            receiptTime: options.receiptTime, oldest: options.retentionCutoff)
        days = DayBuilders(fields: fields, receiptTime: options.receiptTime)
        stage = fields.state
        reader = LineReader(options, stage: fields.state)
    }

    func deallocate() {
        lastLine.deallocate()
        reader.deallocate()
    }

    /// Hands out what was stored since the last call.
    mutating func takeResult() -> (batches: [EventBatch], report: IngestReport) {
        defer { report = IngestReport() }
        return (days.sealAll(), report)
    }

    /// Reads every line of a chunk again, only to hand out its refusals.
    mutating func listRefusals(
        _ chunk: UnsafeRawBufferPointer, firstLine: Int, to sink: @escaping (Refusal) -> Void
    ) {
        self.sink = sink
        read(chunk, firstLine: firstLine, as: .listingRefusals)
        self.sink = nil
        report = IngestReport()
    }

    /// Hands out the newest time that was read since the last call.
    mutating func takeNewestTime() -> Timestamp? {
        report = IngestReport()
        defer { newestTime = nil }
        return newestTime.map { Timestamp(nanoseconds: $0) }
    }

    private mutating func forgetNames() {
        days.sealForReset()
        reader.deallocate()
        fields.forgetNames()
        reader = LineReader(options, stage: stage)
    }

    // MARK: Lines

    /// What lines are read for.
    enum Purpose {
        case storing, listingRefusals, findingTimes
    }

    /// Reads every line of a chunk and stores its events, or only looks at their times.
    mutating func read(_ chunk: UnsafeRawBufferPointer, firstLine: Int, as purpose: Purpose) {
        guard let base = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let chunkEnd = base + chunk.count
        var start = base
        var line = firstLine
        if line == 1, chunk.count >= 3, start[0] == 0xEF, start[1] == 0xBB, start[2] == 0xBF {
            start += 3
        }
        while start < chunkEnd {
            let found = memchr(start, 10, chunkEnd - start)
            let end =
                found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? chunkEnd
            if !Self.isBlank(start, end) {
                let problem =
                    chunkEnd - end > Self.slack ? reader.read(start, end) : readCopy(start, end)
                if let problem {
                    refuse(line, problem)
                } else if purpose == .findingTimes {
                    lookAtTime()
                } else {
                    store(line, isKept: purpose == .storing)
                }
                if stage.pointee.isOvergrown { forgetNames() }
            }
            start = end + 1
            line &+= 1
        }
    }

    /// Reads a line that is too near to the end of the chunk, from a copy with slack behind it.
    private mutating func readCopy(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>)
        -> RefusalReason?
    {
        let count = end - start
        lastLine.reserve(count + 1 + Self.slack, keeping: 0)
        lastLine.base.update(from: start, count: count)
        (lastLine.base + count).update(repeating: 10, count: 1 + Self.slack)
        return reader.read(lastLine.base, lastLine.base + count)
    }

    @inline(__always)
    private static func isBlank(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool
    {
        if start < end, start.pointee > 0x20 { return false }
        var cursor = start
        while cursor < end {
            guard cursor.pointee == 0x20 || cursor.pointee == 0x09 || cursor.pointee == 0x0D
            else { return false }
            cursor += 1
        }
        return true
    }

    // MARK: Events

    private mutating func lookAtTime() {
        guard let value = reader.candidates.take(reader.candidates.times), !value.isObject,
            case .time(let time) = times.read(value.text, value.count)
        else { return }
        newestTime = max(newestTime ?? time, time)
    }

    /// Checks the event read last, finds its time and sample rate, and stores it.
    private mutating func store(_ line: Int, isKept: Bool) {
        let candidates = reader.candidates
        let timeValue = candidates.take(candidates.times)
        let rateValue = candidates.take(candidates.rates)
        candidates.stageRest(stage)
        stage.pointee.compact()
        guard stage.pointee.fieldCount <= IngestOptions.mostFields else {
            return refuse(line, .tooManyFields)
        }
        var time: Int64?
        if let timeValue {
            if timeValue.isObject { return refuseTime(line, timeValue) }
            switch times.read(timeValue.text, timeValue.count) {
            case .time(let read): time = Self.shifted(read, by: options.timeShift)
            case .beyondRange: time = .max
            case .beforeRange: return refuse(line, .tooOld)
            case .notUnderstood: return refuseTime(line, timeValue)
            }
        }
        let stored: Int64
        switch window.judge(time) {
        case .tooOld: return refuse(line, .tooOld)
        case .accepted(let accepted): stored = accepted
        case .adjusted(let receipt):
            stored = receipt
            report.adjusted &+= 1
        }
        guard isKept else { return }
        let rate = rateValue.map { SampleRateReader.read($0) } ?? 1
        days.append(time: stored, sampleRate: rate)
        report.accepted &+= 1
        report.untimed &+= time == nil ? 1 : 0
        report.repaired &+= reader.repaired
        if report.newestTime.map({ $0.nanoseconds < stored }) ?? true {
            report.newestTime = Timestamp(nanoseconds: stored)
        }
    }

    /// The sum, clamped to the range of times.
    private static func shifted(_ time: Int64, by shift: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(shift)
        return overflow ? (shift < 0 ? .min : .max) : sum
    }

    // MARK: Refusals

    private mutating func refuse(_ line: Int, _ reason: RefusalReason) {
        let reader = reader
        let options = options
        refuse(line, reason, Self.message(reason, reader, options))
    }

    private mutating func refuse(
        _ line: Int, _ reason: RefusalReason, _ message: @autoclosure () -> String
    ) {
        if let sink {
            sink(Refusal(line: line, reason: reason, message: message()))
        } else {
            report.refuse(line: line, reason, message())
        }
    }

    private mutating func refuseTime(_ line: Int, _ value: FieldCandidates.Value) {
        if value.isObject {
            return refuse(line, .badTime, "the time is not understood: an object")
        }
        let shown = UnsafeBufferPointer(start: value.text, count: min(value.count, 40))
        let text = String(decoding: shown, as: UTF8.self) + (value.count > 40 ? "…" : "")
        refuse(line, .badTime, "the time is not understood: \(text)")
    }

    private static func message(
        _ reason: RefusalReason, _ reader: LineReader, _ options: IngestOptions
    ) -> String {
        switch reason {
        case .malformedJSON:
            "not JSON, at "
                + (JSONDiagnosis.describe(reader.line) ?? "byte \(reader.column) of the line")
        case .notAnObject: "a JSON value that is not an object"
        case .tooLarge:
            "the event has more than \(options.maxEventBytes) bytes (--max-event-bytes raises the limit)"
        case .tooManyFields: "the event has more than \(IngestOptions.mostFields) fields"
        case .badTime: "the time is not understood"
        case .numberOverflow:
            "the number at byte \(reader.column) of the line is too large for a double"
        case .tooOld: "the event is older than the dataset's retention"
        }
    }
}
