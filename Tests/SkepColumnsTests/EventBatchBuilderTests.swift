import BatchReading
import SkepColumns
import SkepModel
import Testing

@Suite struct EventBatchBuilderTests {
    private let window = ArrivalWindow(receiptTime: Timestamp(seconds: 1_000_000), oldest: nil)

    private func batch(_ events: [Event]) -> EventBatch {
        let builder = EventBatchBuilder()
        for event in events { #expect(builder.append(event, window: window) == .stored) }
        return builder.seal(receiptTime: Timestamp(seconds: 1_000_000))
    }

    @Test func givesBackEventsOfEveryTypeAndShape() {
        let events = [
            Event(["a": 1, "b": "x", "c": 2.5, "d": true], time: Timestamp(seconds: 5)),
            Event([:], time: Timestamp(seconds: 6), sampleRate: 7),
            Event(["b": "", "a": "one"], sampleRate: 0),
            Event(["d": false, "a": 1.0, "": "no name"], sampleRate: .max),
        ]
        let batch = batch(events)
        #expect(BatchRows.events(of: batch) == events.map(\.fields))
        #expect(
            batch.times == [5, 6, 1_000_000, 1_000_000].map { $0 * 1_000_000_000 })
        #expect(batch.sampleRates == [1, 7, 1, UInt32(Int32.max)])
        #expect(batch.shapes.count == 4)
        for shape in batch.shapes { #expect(shape == shape.sorted()) }
    }

    @Test func refusesNumbersThatAreNotFinite() {
        let builder = EventBatchBuilder()
        for number in [Double.nan, .infinity, -.infinity] {
            let outcome = builder.append(Event(["a": 1, "b": .double(number)]), window: window)
            #expect(outcome == .refused(.numberOverflow))
        }
        #expect(builder.rowCount == 0)
    }

    @Test func givesEventsWithTheSameFieldsOneShape() {
        let events = (0..<200).map { row in
            Event(["a": .int(row), "b": .string("\(row)"), "c": .bool(row % 2 == 0), "d": 1.5])
        }
        #expect(batch(events).shapes.count == 1)
    }

    @Test func leavesRatesAwayWhenAllAreOne() {
        #expect(batch([Event(["a": 1]), Event(["b": 1])]).sampleRates == nil)
    }

    @Test func keepsColumnsFromOneBatchToTheNextAndLeavesUnusedOnesAway() {
        let builder = EventBatchBuilder()
        _ = builder.append(Event(["a": 1, "b": "x"]), window: window)
        _ = builder.seal(receiptTime: Timestamp(seconds: 1))
        _ = builder.append(Event(["b": "y", "c": "z"]), window: window)
        let second = builder.seal(receiptTime: Timestamp(seconds: 2))
        #expect(BatchRows.events(of: second) == [["b": "y", "c": "z"]])
        #expect(Set(second.columns.map(\.name)) == ["b", "c"])
        #expect(builder.rowCount == 0)
    }

    @Test func sharesADictionaryThatDidNotGrow() throws {
        let builder = EventBatchBuilder()
        func sealed(_ texts: [String]) throws -> StringDictionary {
            for text in texts { _ = builder.append(Event(["a": .string(text)]), window: window) }
            let batch = builder.seal(receiptTime: Timestamp(seconds: 1))
            #expect(BatchRows.events(of: batch) == texts.map { ["a": .string($0)] })
            guard case .codes(let dictionary, _) = batch.columns[0].values else {
                throw SkepError(.internalFault, "no codes")
            }
            return dictionary
        }
        let first = try sealed(["x", "y", "x"])
        #expect(try sealed(["y", "x", "y", "y"]) === first)
        #expect(try sealed(["z"]) !== first)
    }

    @Test(arguments: [300, 3_000, 12_000])
    func storesIdsAsBytesAndStatementsPlainly(count: Int) {
        func digits(_ row: Int) -> String {
            let text = String(UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        let builder = EventBatchBuilder()
        var events: [Event.Fields] = []
        var read: [Event.Fields] = []
        for row in 0..<count {
            let event: Event.Fields = [
                "id": .string(digits(row)), "statement": .string("select \(row)"),
                "kind": .string("k\(row % 3)"), "many": .string("m\(row % 9_000)"),
            ]
            events.append(event)
            if builder.isFull {
                read += BatchRows.events(of: builder.seal(receiptTime: Timestamp(seconds: 1)))
            }
            _ = builder.append(Event(event), window: window)
        }
        let batch = builder.seal(receiptTime: Timestamp(seconds: 1))
        read += BatchRows.events(of: batch)
        expectSame(read, events)
        for column in batch.columns {
            switch (column.name, column.values) {
            case ("id", .hex(let width, _)): #expect(width == 8)
            case ("statement", .plain), ("kind", .codes), ("many", _): break
            default: Issue.record("\(column.name) has an unexpected form")
            }
        }
    }

    @Test func isFullAtTheMostRowsOfABatch() {
        let builder = EventBatchBuilder()
        let event = Event(["a": 1])
        while !builder.isFull { _ = builder.append(event, window: window) }
        #expect(builder.rowCount == EventBatch.maxRows)
        let batch = builder.seal(receiptTime: Timestamp(seconds: 1))
        #expect(batch.rowCount == EventBatch.maxRows)
        #expect(!builder.isFull)
    }

    @Test(arguments: ["0123456789ABCDEF", "0123456789abcdeg", "0123", "", "0123456789abcdef0"])
    func keepsTextThatIsNotHexadecimalAmongIds(odd: String) {
        let builder = EventBatchBuilder()
        var events: [Event.Fields] = []
        for row in 0..<5_000 {
            let text = row == 3_000 ? odd : "0123456789ab" + String(10_000 + row).suffix(4)
            events.append(["id": .string(text)])
            _ = builder.append(Event(events[row]), window: window)
        }
        let batch = builder.seal(receiptTime: Timestamp(seconds: 1))
        expectSame(BatchRows.events(of: batch), events)
    }

    /// Compares many events and shows the first that differs.
    private func expectSame(_ read: [Event.Fields], _ expected: [Event.Fields]) {
        #expect(read.count == expected.count)
        let different = zip(read, expected).first { $0 != $1 }
        #expect(different == nil)
    }

    @Test func refusesWhatIsTooOldTooLargeOrHasTooManyFields() {
        let builder = EventBatchBuilder()
        let window = ArrivalWindow(
            receiptTime: Timestamp(seconds: 10_000), oldest: Timestamp(seconds: 100))
        func outcome(_ event: Event) -> EventBatchBuilder.Outcome {
            builder.append(event, window: window)
        }
        #expect(outcome(Event(["a": 1], time: Timestamp(seconds: 99))) == .refused(.tooOld))
        #expect(outcome(Event(["a": 1], time: Timestamp(seconds: 100))) == .stored)
        #expect(outcome(Event(["a": 2], time: Timestamp(seconds: 13_600))) == .stored)
        #expect(outcome(Event(["a": 3], time: Timestamp(seconds: 13_601))) == .adjusted)
        let long = String(repeating: "x", count: 100_000)
        #expect(outcome(Event(["a": .string(long)])) == .refused(.tooLarge))
        #expect(
            builder.append(
                Event(["a": .string(long)]), window: window, maxEventBytes: 1_000_000) == .stored)
        func wide(_ count: Int) -> Event {
            Event(
                Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0)", .int(Int64($0))) }))
        }
        #expect(outcome(wide(2_001)) == .refused(.tooManyFields))
        #expect(outcome(wide(2_000)) == .stored)
        let batch = builder.seal(receiptTime: Timestamp(seconds: 10_000))
        #expect(batch.times.map { $0 / 1_000_000_000 } == [100, 13_600, 10_000, 10_000, 10_000])
        #expect(batch.rowCount == 5)
    }

    @Test func survivesNamesAndShapesWithoutEnd() {
        let builder = EventBatchBuilder()
        for round in 0..<4 {
            for row in 0..<5_000 {
                let name = "n\(round * 5_000 + row)"
                _ = builder.append(
                    Event([name: .int(Int64(row)), "b": "x", name + "y": 1.5]), window: window)
            }
            let events = BatchRows.events(of: builder.seal(receiptTime: Timestamp(seconds: 1)))
            #expect(events.count == 5_000)
            #expect(events[17]["n\(round * 5_000 + 17)"] == 17)
        }
    }
}
