import BatchReading
import SkepColumns
import SkepFormat
import SkepModel
import SkepTestRandom
import SkepTestSupport
import Testing

/// Events as the log holds them, and back.
@Suite struct LogEventsTests {
    private static let seed: UInt64 = 20_261_123
    private static let received = RandomEvents.now
    private let window = ArrivalWindow(
        receiptTime: received,
        oldest: Timestamp(seconds: received.nanoseconds / 1_000_000_000 - 9_000))

    /// What a builder makes of events.
    private struct Outcome: Equatable {
        var fields: [Event.Fields]
        var times: [Int64]
        var rates: [UInt32]

        init(_ batch: EventBatch) {
            fields = BatchRows.events(of: batch)
            times = batch.times
            rates = batch.sampleRates ?? times.map { _ in 1 }
        }

        init(_ builder: EventBatchBuilder) { self.init(builder.seal(receiptTime: received)) }
    }

    private func payload(_ events: [Event]) -> [UInt8] {
        let writer = LogEventsWriter(datasetID: 7, receiptTime: Self.received)
        for event in events { _ = writer.append(event, window: window) }
        return writer.finish()
    }

    /// Reads a payload as recovery does: first all of it is checked.
    private func read(
        _ payload: [UInt8], into builder: EventBatchBuilder = EventBatchBuilder()
    ) throws(SkepError) -> Outcome {
        let copy = AlignedBytes(payload)
        let reader = try LogEventsReader(payload: copy.bytes)
        try reader.validate()
        try reader.append(to: builder)
        #expect(builder.rowCount == reader.eventCount)
        withExtendedLifetime(copy) {}
        return Outcome(builder)
    }

    private func error(_ payload: [UInt8]) -> SkepError? {
        do throws(SkepError) {
            _ = try read(payload)
            return nil
        } catch { return error }
    }

    @Test func randomEventsComeBackAsABuilderWouldTakeThem() throws {
        for round in 0..<20 {
            let seed = Self.seed + UInt64(round)
            var random = RandomEvents(seed: seed)
            let events = random.events(round * 11)
            let direct = EventBatchBuilder()
            let writer = LogEventsWriter(datasetID: 7, receiptTime: Self.received)
            for event in events {
                let expected = direct.append(event, window: window)
                #expect(writer.append(event, window: window) == expected, "seed \(seed)")
            }
            #expect(writer.eventCount == direct.rowCount)
            let expected = Outcome(direct)
            #expect(try read(writer.finish()) == expected, "seed \(seed)")
        }
    }

    @Test func extremesComeBackBitByBit() throws {
        let numbers: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .greatestFiniteMagnitude,
            .pi,
        ]
        let integers: [Int64] = [.min, .min + 1, -1, 0, 1, 127, 128, .max - 1, .max]
        var events = numbers.map { Event(["x": .double($0)]) }
        events += integers.map { Event(["x": .int($0)]) }
        events += ["", " ", "\u{0}", "\u{10FFFF}", String(repeating: "é", count: 20_000)].map {
            Event(["x": .string($0), "": .string($0)])
        }
        let names = (0..<EventFields.mostFields).map { ("name \($0)", Value.bool($0 % 2 == 0)) }
        events.append(Event(Dictionary(uniqueKeysWithValues: names)))
        events.append(Event([:], time: Self.received, sampleRate: .min))
        var accents: Event.Fields = [:]
        accents["e\u{301}"] = 1
        accents["é"] = 2
        events.append(Event(accents, sampleRate: .max))
        let outcome = try read(payload(events))
        #expect(outcome.fields == events.map(\.fields))
        let bits = outcome.fields.prefix(numbers.count).map { fields in
            if case .double(let number) = fields["x"] { number.bitPattern } else { UInt64.max }
        }
        #expect(bits == numbers.map(\.bitPattern))
        #expect(outcome.rates.suffix(2) == [1, UInt32(Int32.max)])
        #expect(outcome.times.allSatisfy { $0 == Self.received.nanoseconds })
    }

    @Test func timesAreStoredAsTheWindowJudgedThem() throws {
        let now = Self.received.nanoseconds
        let hour = ArrivalWindow.mostAhead
        let times = [nil, now - 1, now, now + hour, now + hour + 1, .max, window.oldest]
        let events = times.map { Event(["a": 1], time: $0.map { Timestamp(nanoseconds: $0) }) }
        #expect(
            try read(payload(events)).times
                == [now, now - 1, now, now + hour, now, now, window.oldest])
        let open = ArrivalWindow(receiptTime: Self.received, oldest: nil)
        let writer = LogEventsWriter(datasetID: 1, receiptTime: Self.received)
        let oldest = Event([:], time: Timestamp(nanoseconds: .min))
        #expect(writer.append(oldest, window: open) == .stored)
        #expect(try read(writer.finish()).times == [.min])
    }

    @Test func refusedEventsLeaveNoTrace() throws {
        let writer = LogEventsWriter(datasetID: 3, receiptTime: Self.received)
        let many = (0...EventFields.mostFields).map { ("n\($0)", Value.int(1)) }
        let refused: [(Event, RefusalReason)] = [
            (Event(["x": .double(.nan)]), .numberOverflow),
            (Event(["x": .string(String(repeating: "x", count: 100_001))]), .tooLarge),
            (Event(Dictionary(uniqueKeysWithValues: many)), .tooManyFields),
            (Event(["x": 1], time: Timestamp(seconds: 1)), .tooOld),
        ]
        #expect(writer.append(Event(["a": 1]), window: window) == .stored)
        for (event, reason) in refused {
            #expect(writer.append(event, window: window) == .refused(reason))
        }
        #expect(writer.append(Event(["b": 2]), window: window) == .stored)
        #expect(writer.eventCount == 2)
        #expect(try read(writer.finish()).fields == [["a": 1], ["b": 2]])
    }

    @Test func aPayloadIsFullAfterManyEventsOrBytes() {
        let small = LogEventsWriter(datasetID: 3, receiptTime: Self.received)
        while !small.isFull { _ = small.append(Event([:]), window: window) }
        #expect(small.eventCount == LogEventsWriter.mostEvents)
        let large = LogEventsWriter(datasetID: 3, receiptTime: Self.received)
        let event = Event(["x": .string(String(repeating: "x", count: 90_000))])
        while !large.isFull { _ = large.append(event, window: window) }
        #expect(large.eventCount == 94)
        #expect(large.finish().count < 9 << 20)
    }

    /// A payload of every type, small enough to damage at every place.
    private func sample() -> [UInt8] {
        payload([
            Event(["id": 1, "x": 0.25, "s": "text", "t": true, "f": false]),
            Event([:], sampleRate: 300),
            Event(["s": "", "id": .int(.min)], time: Timestamp(nanoseconds: window.oldest)),
        ])
    }

    @Test func everyCutIsNoticedBeforeAnythingIsAdded() {
        let whole = sample()
        for count in 0..<whole.count {
            #expect(error(Array(whole[..<count]))?.code == .corruption, "at \(count)")
        }
        #expect(error(whole + [0])?.code == .corruption)
        #expect(error([])?.code == .corruption)
    }

    @Test func noChangedByteIsATrap() {
        let whole = sample()
        var refused = 0
        for index in whole.indices {
            for mask: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                var damaged = whole
                damaged[index] ^= mask
                if let error = error(damaged) {
                    #expect(error.code == .corruption, "byte \(index)")
                    refused += 1
                }
            }
        }
        #expect(refused > whole.count)
    }

    @Test func noRandomBytesAreATrap() {
        var random = SplitMix(seed: Self.seed)
        for _ in 0..<4_000 {
            var head = ByteWriter()
            head.write(UInt32(1))
            head.write(Int64(bitPattern: random.next()))
            head.write(UInt32(random.below(6)))
            head.write(UInt32(random.below(4)))
            head.write(UInt32(random.below(12)))
            let body = (0..<random.below(60)).map { _ in
                UInt8(random.chance(70) ? random.below(9) : random.below(256))
            }
            let error = error(head.bytes + body)
            #expect(error == nil || error?.code == .corruption, "seed \(Self.seed)")
        }
    }

    @Test(
        arguments: [
            ("a rate of 0", [0, 0, 0]),
            ("a rate above 31 bits", [0, 0, 0x80, 0x80, 0x80, 0x80, 8]),
            ("too many fields", [0xD1, 0x0F, 0, 1]), ("an unknown name", [1, 0, 1, 0x08]),
            ("an unknown type", [1, 0, 1, 0x05]),
            ("an infinite number", [1, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F]),
            ("not a number", [1, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0xF0, 0x7F]),
            ("a text that is too long", [1, 0, 1, 4, 2, 65]),
            ("a number of 11 bytes", [1, 0, 1, 2] + [UInt8](repeating: 0x80, count: 10) + [1]),
        ] as [(String, [UInt8])]) func impossibleEventsAreDamage(_ what: String, _ event: [UInt8])
    {
        func payload(_ event: [UInt8]) -> [UInt8] {
            var writer = ByteWriter()
            writer.write(UInt32(1))
            writer.write(Int64(0))
            for count: UInt32 in [1, 1, 2] { writer.write(count) }
            writer.write(bytes: [1, 65] + event)
            return writer.bytes
        }
        #expect(error(payload([1, 0, 1, 4, 1, 66])) == nil)
        #expect(error(payload(event))?.code == .corruption, "\(what)")
    }

    @Test func countsThatPromiseMoreThanThereIsAreDamage() {
        for place in [12, 16, 20] {
            for count: UInt32 in [.max, 1 << 20, 8_193] {
                var damaged = sample()
                withUnsafeBytes(of: count.littleEndian) {
                    damaged.replaceSubrange(place..<place + 4, with: $0)
                }
                #expect(error(damaged)?.code == .corruption, "\(count) at \(place)")
            }
        }
    }

    @Test func payloadsShareTheColumnsOfAnOpenBatch() throws {
        let builder = EventBatchBuilder()
        let first = payload([Event(["a": 1, "b": "x"])])
        let second = payload([Event(["b": "y", "c": true, "a": 2])])
        for bytes in [first, second] {
            try bytes.withUnsafeBytes { try LogEventsReader(payload: $0).append(to: builder) }
        }
        let outcome = Outcome(builder)
        #expect(outcome.fields == [["a": 1, "b": "x"], ["b": "y", "c": true, "a": 2]])
    }
}
