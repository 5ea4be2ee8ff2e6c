import SkepModel
import SkepWorkload
import Testing

@Suite struct ShopWorkloadTests {
    @Test func sameSettingsGiveTheSameBytesWhateverThePortions() {
        let large = ShopEvents.lines(events: 3_000, seed: 5, span: ShopEvents.hour)
        let small = ShopEvents.lines(events: 3_000, seed: 5, span: ShopEvents.hour, portion: 1)
        let whole = ShopEvents.lines(
            events: 3_000, seed: 5, span: ShopEvents.hour, portion: 100 << 20)
        #expect(large == small)
        #expect(large == whole)
    }

    @Test func anotherSeedGivesOtherEvents() {
        let one = ShopEvents(ShopEvents.lines(events: 300, seed: 5, span: ShopEvents.hour))
        let other = ShopEvents(ShopEvents.lines(events: 300, seed: 6, span: ShopEvents.hour))
        let traces = Set(one.events.compactMap { $0.string("trace.trace_id") })
        #expect(traces.isDisjoint(with: other.events.compactMap { $0.string("trace.trace_id") }))
    }

    @Test(arguments: [-1, 0, 1, 2, 7, 1_999])
    func writesExactlyTheEventsAskedFor(count: Int) {
        let lines = ShopEvents.lines(events: count, seed: 9, span: ShopEvents.hour)
        #expect(lines.count(where: { $0 == 10 }) == max(count, 0))
        #expect(lines.last ?? 10 == 10)
    }

    @Test func appendsOnlyUntilTheBufferHoldsWhatWasAsked() {
        var workload = ShopWorkload(
            .init(events: 5_000, seed: 1, end: ShopEvents.end, span: ShopEvents.hour))
        var buffer: [UInt8] = []
        #expect(workload.write(into: &buffer, atLeast: 50_000))
        #expect(buffer.count >= 50_000)
        #expect(buffer.count < 50_000 + 4_096)
        #expect(buffer.last == 10)
        let before = buffer.count
        #expect(workload.write(into: &buffer, atLeast: 50_000))
        #expect(buffer.count == before)
    }

    @Test(arguments: [Int64.min, -1_000_000_000, 0, 1_795_176_000_000_000_000, Int64.max])
    func survivesTimesAndSpansAtTheirBounds(end: Int64) {
        for span in [Int64.min, 0, 1, 1_000, Int64.max] {
            let lines = ShopEvents.lines(
                events: 200, seed: 2, end: Timestamp(nanoseconds: end), span: span)
            #expect(lines.count(where: { $0 == 10 }) == 200)
        }
    }

    @Test func startsLieInTheSpanAndNothingEndsAfterTheEnd() throws {
        let end = ShopEvents.end.nanoseconds
        var earliest = Int64.max
        var latest = Int64.min
        for event in ShopEvents.some.events {
            let start = try #require(event.start)
            earliest = min(earliest, start)
            latest = max(latest, start + (try #require(event.duration)))
        }
        let begin = end - 6 * ShopEvents.hour
        #expect(earliest >= begin)
        #expect(earliest < begin + ShopEvents.hour / 10)
        #expect(latest <= end)
        #expect(latest > end - ShopEvents.hour / 10)
    }

    @Test func spansComeNearlyInTheOrderOfTheirEnd() throws {
        var latest = Int64.min
        var late: Int64 = 0
        for event in ShopEvents.some.events {
            let end = try #require(event.start) + (try #require(event.duration))
            latest = max(latest, end)
            late = max(late, latest - end)
        }
        #expect(late < 120_000_000_000, "a span came \(late) ns after one that ended later")
    }

    @Test func everyHourOfTheSpanHasEventsAndDayIsBusierThanNight() throws {
        let day = ShopEvents(
            ShopEvents.lines(events: 6_000, seed: 3, span: 24 * ShopEvents.hour))
        var hours = [Int](repeating: 0, count: 24)
        for event in day.events {
            hours[Int(try #require(event.start) / ShopEvents.hour % 24)] += 1
        }
        #expect(hours.allSatisfy { $0 > 50 }, "events by hour: \(hours)")
        let byDay = hours[13...16].reduce(0, +)
        let byNight = hours[1...4].reduce(0, +)
        #expect(byDay > byNight * 3 / 2)
    }
}
