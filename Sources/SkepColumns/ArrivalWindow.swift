package import SkepModel

/// Which times arriving events may have.
package struct ArrivalWindow: Sendable {
    /// How far ahead of the clock a time may be, in nanoseconds.
    package static let mostAhead: Int64 = 3_600_000_000_000

    /// What becomes of an event because of its time.
    package enum Verdict: Equatable {
        case accepted(Int64)
        /// The time was too far ahead; the receipt time, given here, takes its place.
        case adjusted(Int64)
        case tooOld
    }

    /// When the events are received, in nanoseconds since the epoch.
    package let receiptTime: Int64
    /// Events before this time are refused.
    package let oldest: Int64
    private let newest: Int64

    /// Makes a window.
    ///
    /// - Parameters:
    ///   - receiptTime: When the events are received.
    ///   - oldest: Events before this time are refused; `nil` for no limit.
    package init(receiptTime: Timestamp, oldest: Timestamp?) {
        self.receiptTime = receiptTime.nanoseconds
        self.oldest = oldest?.nanoseconds ?? .min
        let (sum, overflow) = receiptTime.nanoseconds.addingReportingOverflow(Self.mostAhead)
        newest = overflow ? .max : sum
    }

    /// Judges a time; `nil` stands for the time of receipt.
    package func judge(_ time: Int64?) -> Verdict {
        guard let time else { return .accepted(receiptTime) }
        if time > newest { return .adjusted(receiptTime) }
        return time < oldest ? .tooOld : .accepted(time)
    }
}
