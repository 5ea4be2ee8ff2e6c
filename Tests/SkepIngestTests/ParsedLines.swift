import BatchReading
import SkepColumns
import SkepIngest
import SkepModel

/// The result of parsing some lines, as plain values.
struct ParsedLines {
    var events: [Event.Fields] = []
    var times: [Int64] = []
    var sampleRates: [UInt32] = []
    let report: IngestReport

    static let receipt = Timestamp(seconds: 1_800_000_000)

    init(_ parsed: ParsedChunk) {
        report = parsed.report
        for batch in parsed.batches {
            events += BatchRows.events(of: batch)
            times += batch.times
            sampleRates += batch.sampleRates ?? Array(repeating: 1, count: batch.rowCount)
        }
    }

    init(
        _ bytes: [UInt8], options: IngestOptions = IngestOptions(receiptTime: receipt),
        parser: NDJSONParser? = nil
    ) {
        let parser = parser ?? NDJSONParser(options)
        self.init(bytes.withUnsafeBytes { parser.parse(chunk: $0, firstLine: 1) })
    }

    init(_ text: String, options: IngestOptions = IngestOptions(receiptTime: receipt)) {
        self.init(Array(text.utf8), options: options)
    }

    /// The fields of a line that must be accepted.
    static func fields(_ line: String) -> Event.Fields? {
        let parsed = ParsedLines(line)
        return parsed.report.refusedCount == 0 ? parsed.events.first : nil
    }

    /// Why a line is refused; `nil` if it is not.
    static func refusal(
        _ line: String, options: IngestOptions = IngestOptions(receiptTime: receipt)
    ) -> RefusalReason? {
        let neighbour = #"{"neighbour":1}"#
        let parsed = ParsedLines("\(neighbour)\n\(line)\n\(neighbour)\n", options: options)
        let reason = parsed.report.firstRefusals.first
        guard parsed.events.count == 3 - parsed.report.refusedCount,
            parsed.events.filter({ $0 == ["neighbour": 1] }).count == 2,
            reason == nil || reason?.line == 2
        else { return .some(.tooOld) }
        return reason?.reason
    }
}
