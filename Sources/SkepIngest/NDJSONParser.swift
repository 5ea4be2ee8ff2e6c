internal import SkepColumns
package import SkepModel

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Turns lines of NDJSON into batches.
///
/// One object for each thread; it keeps names, columns and memory from one chunk to the next.
/// A line that is refused costs its neighbours nothing.
///
/// - Note: Belongs to one thread.
package final class NDJSONParser {
    private let options: IngestOptions
    private let window: ArrivalWindow
    private let fields = EventFields()
    private var days: DayBuilders
    private var reader: LineReader
    private var times = EventTimeReader()
    private var lastLine = GrowingBuffer<UInt8>(capacity: 4_096)

    /// Bytes behind a line that are read without being used.
    private static let slack = 64

    package init(_ options: IngestOptions) {
        self.options = options
        window = ArrivalWindow(
            receiptTime: options.receiptTime, oldest: options.retentionCutoff)
        days = DayBuilders(fields: fields, receiptTime: options.receiptTime)
        reader = Self.reader(options, fields)
    }

    deinit {
        lastLine.deallocate()
        reader.candidates.deallocate()
        reader.deallocate()
    }

    private static func reader(_ options: IngestOptions, _ fields: EventFields) -> LineReader {
        LineReader(
            stage: fields.state,
            candidates: FieldCandidates(
                times: options.timeField.map { [$0] } ?? IngestOptions.timeFields,
                rates: options.sampleRateField.map { [$0] } ?? IngestOptions.sampleRateFields,
                stage: fields.state))
    }

    /// Parses a chunk of whole lines, the last of which may lack its line feed.
    ///
    /// - Parameters:
    ///   - chunk: The bytes; a byte order mark is skipped before line 1.
    ///   - firstLine: The number of the first line, from 1.
    ///   - index: Passed on to the result.
    package func parse(
        chunk: UnsafeRawBufferPointer, firstLine: Int, index: Int = 0
    ) -> ParsedChunk {
        var report = IngestReport()
        forEachEvent(chunk, firstLine: firstLine, report: &report) { line, report in
            if let (time, rate) = self.judge(line: line, report: &report) {
                self.days.append(time: time, sampleRate: rate)
                if self.fields.isOvergrown { self.forgetNames() }
            }
        }
        let batches = days.sealAll()
        if fields.isOvergrown { forgetNames() }
        return ParsedChunk(index: index, batches: batches, report: report)
    }

    /// Parses a chunk of a `LineChunker`.
    package func parse(_ chunk: LineChunk) -> ParsedChunk {
        let parsed = parse(chunk: chunk.bytes, firstLine: chunk.firstLine, index: chunk.index)
        guard let refused = chunk.refusedLine else { return parsed }
        var report = parsed.report
        report.refuse(
            line: refused, .tooLarge, "the line is longer than \(chunk.largestLine) bytes")
        return ParsedChunk(index: chunk.index, batches: parsed.batches, report: report)
    }

    /// The newest time among the events of a chunk, without the shift; nothing is stored.
    package func newestTime(chunk: UnsafeRawBufferPointer, firstLine: Int) -> Timestamp? {
        var report = IngestReport()
        var newest: Int64?
        forEachEvent(chunk, firstLine: firstLine, report: &report) { _, _ in
            if let value = self.reader.candidates.take(self.reader.candidates.times),
                let time = self.times.read(value.text, value.count)
            {
                newest = max(newest ?? time, time)
            }
            if self.fields.isOvergrown { self.forgetNames() }
        }
        return newest.map { Timestamp(nanoseconds: $0) }
    }

    private func forgetNames() {
        days.sealForReset()
        reader.candidates.deallocate()
        reader.deallocate()
        fields.forgetNames()
        reader = Self.reader(options, fields)
    }

    // MARK: Lines

    /// Reads every line and calls `body` with its number for those that are events.
    @inline(__always)
    private func forEachEvent(
        _ chunk: UnsafeRawBufferPointer, firstLine: Int, report: inout IngestReport,
        _ body: (Int, inout IngestReport) -> Void
    ) {
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
                let problem: RefusalReason?
                if chunkEnd - end > Self.slack {
                    problem = reader.read(start, end)
                } else {
                    problem = readCopy(start, end)
                }
                if let problem {
                    report.refuse(line: line, problem, message(problem))
                } else {
                    body(line, &report)
                }
            }
            start = end + 1
            line &+= 1
        }
    }

    /// Reads a line that is too near to the end of the chunk, from a copy with slack behind it.
    private func readCopy(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>)
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

    /// Checks the event read last and finds its time and sample rate; counts it.
    private func judge(line: Int, report: inout IngestReport) -> (time: Int64, rate: UInt32)? {
        guard reader.significantBytes <= options.maxEventBytes else {
            report.refuse(line: line, .tooLarge, message(.tooLarge))
            return nil
        }
        let candidates = reader.candidates
        let timeValue = candidates.take(candidates.times)
        let rateValue = candidates.take(candidates.rates)
        candidates.stageRest(fields.state)
        fields.state.pointee.compact()
        guard fields.state.pointee.fieldCount <= IngestOptions.mostFields else {
            report.refuse(line: line, .tooManyFields, message(.tooManyFields))
            return nil
        }
        var time: Int64?
        if let timeValue {
            guard let read = times.read(timeValue.text, timeValue.count) else {
                report.refuse(line: line, .badTime, badTimeMessage(timeValue))
                return nil
            }
            time = Self.shifted(read, by: options.timeShift)
        }
        let rate = rateValue.map { SampleRateReader.read($0.text, $0.count) } ?? 1
        switch window.judge(time) {
        case .tooOld:
            report.refuse(line: line, .tooOld, message(.tooOld))
            return nil
        case .accepted(let accepted):
            count(accepted, &report)
            return (accepted, rate)
        case .adjusted(let receipt):
            report.adjusted += 1
            count(receipt, &report)
            return (receipt, rate)
        }
    }

    private func count(_ time: Int64, _ report: inout IngestReport) {
        report.accepted &+= 1
        report.repaired &+= reader.repaired
        if report.newestTime.map({ $0.nanoseconds < time }) ?? true {
            report.newestTime = Timestamp(nanoseconds: time)
        }
    }

    /// The sum, clamped to the range of times.
    private static func shifted(_ time: Int64, by shift: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(shift)
        return overflow ? (shift < 0 ? .min : .max) : sum
    }

    // MARK: Messages

    private func message(_ reason: RefusalReason) -> String {
        switch reason {
        case .malformedJSON: "not JSON, at byte \(reader.column) of the line"
        case .notAnObject: "a JSON value that is not an object"
        case .tooLarge:
            "the event has \(reader.significantBytes) bytes, the limit is \(options.maxEventBytes)"
        case .tooManyFields: "the event has more than \(IngestOptions.mostFields) fields"
        case .badTime: "the time is not understood"
        case .numberOverflow:
            "the number at byte \(reader.column) of the line is too large for a double"
        case .tooOld: "the event is older than the dataset's retention"
        }
    }

    private func badTimeMessage(_ value: FieldCandidates.Value) -> String {
        let shown = UnsafeBufferPointer(start: value.text, count: min(value.count, 40))
        let text = String(decoding: shown, as: UTF8.self)
        return "the time is not understood: \(text)\(value.count > 40 ? "…" : "")"
    }
}
