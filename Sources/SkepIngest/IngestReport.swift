package import SkepColumns
package import SkepModel

/// A line that was refused, and why.
package struct Refusal: Sendable, Hashable {
    /// The line's number, from 1.
    package let line: Int
    package let reason: RefusalReason
    /// What is wrong, for people.
    package let message: String

    package init(line: Int, reason: RefusalReason, message: String) {
        self.line = line
        self.reason = reason
        self.message = message
    }
}

/// What became of the lines of an input or a part of it.
package struct IngestReport: Sendable, Hashable {
    /// Events stored.
    package var accepted = 0
    /// Events refused, by reason.
    package private(set) var refused: [RefusalReason: Int] = [:]
    /// Events stored with the time of receipt, because their own was too far ahead.
    package var adjusted = 0
    /// Events stored with the time of receipt, because they had none.
    package var untimed = 0
    /// Strings and names in which bytes that are not text were replaced.
    package var repaired = 0
    /// The newest time of an accepted event.
    package var newestTime: Timestamp?
    /// The first refusals, in order of lines.
    package private(set) var firstRefusals: [Refusal] = []

    /// Refusals kept with their line and message.
    package static let keptRefusals = 1_000

    package init() {}

    /// Events refused for any reason.
    package var refusedCount: Int { refused.values.reduce(0, +) }

    /// Counts a refusal.
    package mutating func refuse(
        line: Int, _ reason: RefusalReason, _ message: @autoclosure () -> String
    ) {
        refused[reason, default: 0] += 1
        if firstRefusals.count < Self.keptRefusals {
            firstRefusals.append(Refusal(line: line, reason: reason, message: message()))
        }
    }

    /// Adds the report of the lines that follow.
    package mutating func merge(_ next: IngestReport) {
        accepted += next.accepted
        adjusted += next.adjusted
        untimed += next.untimed
        repaired += next.repaired
        refused.merge(next.refused) { $0 + $1 }
        let room = Self.keptRefusals - firstRefusals.count
        if room > 0 { firstRefusals.append(contentsOf: next.firstRefusals.prefix(room)) }
        if let newest = next.newestTime { newestTime = max(newestTime ?? newest, newest) }
    }
}
