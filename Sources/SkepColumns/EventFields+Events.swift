package import SkepModel

extension EventFields {
    /// What becomes of an event of a program.
    package enum Verdict: Sendable, Hashable {
        /// It is staged and has this time; adjusted if its own was too far ahead.
        case staged(time: Int64, sampleRate: UInt32, isAdjusted: Bool)
        case refused(RefusalReason)
    }

    /// The most fields of one event.
    package static var mostFields: Int { 2_000 }
    /// The most bytes of one event, unless a setting says otherwise.
    package static var mostEventBytes: Int { 100_000 }

    /// Judges an event of a program and stages its fields if it is taken.
    ///
    /// - Parameters:
    ///   - event: The event; a time of `nil` is the time of receipt, a sample rate below 1 reads
    ///     as 1 and is capped at the largest 32-bit integer.
    ///   - window: Which times are taken.
    ///   - maxEventBytes: The limit for the event as JSON; numbers and bools count as 8 bytes.
    package func stage(
        _ event: Event, window: ArrivalWindow, maxEventBytes: Int = mostEventBytes
    ) -> Verdict {
        guard event.fields.count <= Self.mostFields else { return .refused(.tooManyFields) }
        let (size, textBytes, isFinite) = Self.measure(event)
        guard isFinite else { return .refused(.numberOverflow) }
        guard size <= maxEventBytes else { return .refused(.tooLarge) }
        let rate = UInt32(truncatingIfNeeded: max(1, min(event.sampleRate, Int(Int32.max))))
        switch window.judge(event.time?.nanoseconds) {
        case .tooOld: return .refused(.tooOld)
        case .accepted(let time):
            stage(event, textBytes: textBytes)
            return .staged(time: time, sampleRate: rate, isAdjusted: false)
        case .adjusted(let time):
            stage(event, textBytes: textBytes)
            return .staged(time: time, sampleRate: rate, isAdjusted: true)
        }
    }

    /// The bytes of the event as JSON, about, and of its strings; and whether all numbers are
    /// finite: JSON, comparisons and sums know no others.
    private static func measure(_ event: Event) -> (json: Int, strings: Int, isFinite: Bool) {
        event.fields.withEntries { entries in
            var size = 2
            var strings = 0
            var isFinite = true
            for index in entries.indices {
                size += entries[index].key.utf8.count + 4
                switch entries[index].value {
                case .string(let text):
                    size += text.utf8.count + 2
                    strings += text.utf8.count
                case .double(let number):
                    size += 8
                    isFinite = isFinite && number.isFinite
                case .int, .bool: size += 8
                }
            }
            return (size, strings, isFinite)
        }
    }

    private func stage(_ event: Event, textBytes: Int) {
        let state = state
        state.pointee.begin()
        state.pointee.reserveText(textBytes + 1)
        event.fields.withEntries { entries in
            for index in entries.indices {
                let number = Self.withBytes(entries[index].key) { state.pointee.number($0, $1) }
                switch entries[index].value {
                case .bool(let flag): state.pointee.set(number, .bool, bits: flag ? 1 : 0)
                case .int(let integer):
                    state.pointee.set(number, .int, bits: UInt64(bitPattern: integer))
                case .double(let double):
                    state.pointee.set(number, .double, bits: double.bitPattern)
                case .string(let text):
                    Self.withBytes(text) { bytes, count in
                        let copy = state.pointee.freeText
                        copy.update(from: bytes, count: count)
                        state.pointee.keepText(count)
                        state.pointee.setString(number, copy, count)
                    }
                }
            }
        }
    }

    /// Calls `body` with the text's UTF-8.
    @inline(__always)
    private static func withBytes<Result>(
        _ text: String, _ body: (UnsafePointer<UInt8>, Int) -> Result
    ) -> Result {
        let inPlace = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { body($0, bytes.count) }
        }
        if let inPlace, let result = inPlace { return result }
        // Empty, or not held as UTF-8.
        var copy = text
        return copy.withUTF8 { bytes in
            if let start = bytes.baseAddress { return body(start, bytes.count) }
            return withUnsafePointer(to: 0 as UInt8) { body($0, 0) }
        }
    }
}
