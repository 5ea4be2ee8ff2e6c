package import SkepModel

/// How lines become events.
package struct IngestOptions: Sendable {
    /// The field that holds the time; `nil` takes the first present of `timeFields`.
    package var timeField: String?
    /// The field that holds the sample rate; `nil` takes the first present of `sampleRateFields`.
    package var sampleRateField: String?
    /// The most bytes of one event, without insignificant whitespace.
    package var maxEventBytes: Int
    /// When the events are received: the time of events without one.
    package var receiptTime: Timestamp
    /// Events before this time are refused; `nil` keeps all.
    package var retentionCutoff: Timestamp?
    /// Nanoseconds added to every time read, before it is judged.
    package var timeShift: Int64

    /// The most fields of one event, time and sample rate not counted.
    package static let mostFields = 2_000
    /// The largest value for `maxEventBytes`.
    package static let largestEventBytes = 1_000_000
    /// Where a time is looked for, in this order.
    package static let timeFields = ["Timestamp", "timestamp", "time", "@timestamp"]
    /// Where a sample rate is looked for, in this order.
    package static let sampleRateFields = ["SampleRate", "samplerate", "sampleRate"]

    package init(
        receiptTime: Timestamp, timeField: String? = nil, sampleRateField: String? = nil,
        maxEventBytes: Int = 100_000, retentionCutoff: Timestamp? = nil, timeShift: Int64 = 0
    ) {
        self.timeField = timeField
        self.sampleRateField = sampleRateField
        self.maxEventBytes = maxEventBytes
        self.receiptTime = receiptTime
        self.retentionCutoff = retentionCutoff
        self.timeShift = timeShift
    }
}
