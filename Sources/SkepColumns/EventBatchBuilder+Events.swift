package import SkepModel

extension EventBatchBuilder {
    /// What became of an event.
    package enum Outcome: Sendable, Hashable {
        case stored
        /// Stored with the time of receipt, because its own was too far ahead.
        case adjusted
        case refused(RefusalReason)
    }

    /// The most fields of one event.
    package static let mostFields = 2_000
    /// The most bytes of one event, unless a setting says otherwise.
    package static let defaultEventBytes = 100_000

    /// Adds an event of a program.
    ///
    /// - Parameters:
    ///   - event: The event; a time of `nil` is the time of receipt, a sample rate below 1 reads
    ///     as 1 and is capped at the largest 32-bit integer.
    ///   - window: Which times are taken.
    ///   - maxEventBytes: The limit for the event as JSON; numbers and bools count as 8 bytes.
    /// - Precondition: The builder is not full.
    package func append(
        _ event: Event, window: ArrivalWindow, maxEventBytes: Int = defaultEventBytes
    ) -> Outcome {
        guard event.fields.count <= Self.mostFields else { return .refused(.tooManyFields) }
        guard event.fields.allSatisfy({ Self.isFinite($0.value) }) else {
            return .refused(.numberOverflow)
        }
        let (size, textBytes) = Self.size(of: event)
        guard size <= maxEventBytes else { return .refused(.tooLarge) }
        var outcome = Outcome.stored
        let time: Int64
        switch window.judge(event.time?.nanoseconds) {
        case .tooOld: return .refused(.tooOld)
        case .accepted(let accepted): time = accepted
        case .adjusted(let receipt):
            time = receipt
            outcome = .adjusted
        }
        if rowCount == 0, fields.isOvergrown { fields.forgetNames() }
        stage(event, textBytes: textBytes)
        let rate = max(1, min(event.sampleRate, Int(Int32.max)))
        append(time: time, sampleRate: UInt32(truncatingIfNeeded: rate))
        return outcome
    }

    /// JSON, comparisons and sums know no infinities and nothing that is not a number.
    private static func isFinite(_ value: Value) -> Bool {
        if case .double(let number) = value { number.isFinite } else { true }
    }

    /// The bytes of the event as JSON, about, and of its strings.
    private static func size(of event: Event) -> (json: Int, strings: Int) {
        var size = 2
        var strings = 0
        for (name, value) in event.fields {
            size += name.utf8.count + 4
            if case .string(let text) = value {
                size += text.utf8.count + 2
                strings += text.utf8.count
            } else {
                size += 8
            }
        }
        return (size, strings)
    }

    private func stage(_ event: Event, textBytes: Int) {
        let stage = fields.state
        stage.pointee.begin()
        stage.pointee.reserveText(textBytes + 1)
        for (name, value) in event.fields {
            let number = Self.withBytes(name) { stage.pointee.number($0, $1) }
            switch value {
            case .bool(let flag): stage.pointee.set(number, .bool, bits: flag ? 1 : 0)
            case .int(let integer):
                stage.pointee.set(number, .int, bits: UInt64(bitPattern: integer))
            case .double(let double): stage.pointee.set(number, .double, bits: double.bitPattern)
            case .string(let text):
                Self.withBytes(text) { bytes, count in
                    let copy = stage.pointee.freeText
                    copy.update(from: bytes, count: count)
                    stage.pointee.keepText(count)
                    stage.pointee.setString(number, copy, count)
                }
            }
        }
        // Names are numbered as they were met, not in their order.
        stage.pointee.sort()
    }

    private static func withBytes<Result>(
        _ text: String, _ body: (UnsafePointer<UInt8>, Int) -> Result
    ) -> Result {
        var copy = text
        return copy.withUTF8 { bytes in
            if let start = bytes.baseAddress { return body(start, bytes.count) }
            return withUnsafePointer(to: 0 as UInt8) { body($0, 0) }
        }
    }
}
