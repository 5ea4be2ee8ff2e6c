internal import SkepColumns
internal import SkepModel

/// A builder for each UTC day that events arrive for.
///
/// Input in time order has one or two days; when there are many, further days share one builder,
/// whose batches are divided later: small batches of many days would take more memory for their
/// columns than for their values.
struct DayBuilders {
    private struct Day {
        let day: Int
        let builder: EventBatchBuilder
    }

    private let fields: EventFields
    private let receiptTime: Timestamp
    private var days: [Day] = []
    private var sealed: [EventBatch] = []
    private var current: EventBatchBuilder
    /// The times of the current builder's day.
    private var first: Int64 = 1
    private var last: Int64 = 0
    private let mixed: EventBatchBuilder

    private static let mostDays = 4

    init(fields: EventFields, receiptTime: Timestamp) {
        self.fields = fields
        self.receiptTime = receiptTime
        mixed = EventBatchBuilder(fields: fields)
        current = mixed
    }

    /// Adds the staged event to its day.
    @inline(__always)
    mutating func append(time: Int64, sampleRate: UInt32) {
        if time < first || time > last { select(time) }
        current.append(time: time, sampleRate: sampleRate)
        if current.isFull { sealed.append(current.seal(receiptTime: receiptTime)) }
    }

    private mutating func select(_ time: Int64) {
        let day = CalendarTime.day(of: time)
        if let known = days.first(where: { $0.day == day }) {
            current = known.builder
        } else if days.count < Self.mostDays {
            current = EventBatchBuilder(fields: fields)
            days.append(Day(day: day, builder: current))
        } else {
            current = mixed
            (first, last) = (1, 0)
            return
        }
        let (start, overflow) = Int64(day).multipliedReportingOverflow(
            by: CalendarTime.nanosecondsPerDay)
        // The first and the last day are cut off by the range of times.
        first = overflow ? .min : start
        let (end, overflowed) = start.addingReportingOverflow(CalendarTime.nanosecondsPerDay - 1)
        last = overflow ? time : overflowed ? .max : end
    }

    /// Seals what there is, because names are about to be forgotten.
    mutating func sealForReset() {
        for day in days where day.builder.rowCount > 0 {
            sealed.append(day.builder.seal(receiptTime: receiptTime))
        }
        if mixed.rowCount > 0 { sealed.append(mixed.seal(receiptTime: receiptTime)) }
    }

    /// Hands out the batches since the last call; days without events are given up.
    mutating func sealAll() -> [EventBatch] {
        days.removeAll { $0.builder.rowCount == 0 }
        (first, last) = (1, 0)
        sealForReset()
        defer { sealed = [] }
        return sealed
    }
}
