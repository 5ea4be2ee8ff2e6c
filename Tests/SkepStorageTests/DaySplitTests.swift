import SkepColumns
import SkepFormat
import SkepModel
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Testing

@Suite struct DaySplitTests {
    private static let seed: UInt64 = 11

    @Test func everyEventLandsInItsDayUnchangedAndInOrder() {
        var random = SplitMix(seed: Self.seed)
        let day = CalendarTime.nanosecondsPerDay
        let times = (0..<3_000).map { _ in
            Int64(random.below(7)) * day - 3 * day + Int64(random.below(1_000))
        }
        let events = SampleEvents.events(at: times, seed: Self.seed)
        let parts = DaySplit.split(EventBatch(events: events))
        #expect(parts.map(\.day) == Array(-3...3))
        for part in parts {
            let expected = events.filter {
                CalendarTime.day(of: $0.time?.nanoseconds ?? 0) == part.day
            }
            #expect(SampleEvents.events(in: part.batch) == expected, "seed \(Self.seed)")
        }
    }

    @Test func batchOfOneDayIsHandedOnAsItIs() {
        let events = SampleEvents.events(at: [1, 2, 3], seed: 1)
        let parts = DaySplit.split(EventBatch(events: events))
        #expect(parts.count == 1)
        #expect(parts.first?.batch.rowCount == 3)
        #expect(DaySplit.split(EventBatch(events: [])).isEmpty)
    }

    @Test func columnsWithoutValuesInADayAreLeftOut() {
        let day = CalendarTime.nanosecondsPerDay
        let batch = EventBatch(events: [
            Event(["a": 1], time: Timestamp(nanoseconds: 0)),
            Event(["b": 2], time: Timestamp(nanoseconds: day)),
        ])
        let parts = DaySplit.split(batch)
        #expect(parts.map { $0.batch.columns.map(\.name) } == [["a"], ["b"]])
        #expect(parts.map { $0.batch.shapes } == [[[0]], [[0]]])
    }
}

@Suite struct MergePlanTests {
    private func segment(_ number: UInt64, rows: UInt64, day: Int64 = 0) -> SegmentEntry {
        let time = day * CalendarTime.nanosecondsPerDay
        return SegmentEntry(
            number: number, id: SegmentID(low: number, high: 0), length: rows * 50, checksum: 0,
            rowCount: rows, minTime: time, maxTime: time + 1, minReceipt: 0, maxReceipt: 0)
    }

    @Test func joinsOnlySegmentsOfOneDay() {
        let plan = MergePlan(smallRows: 100, maxRows: 1_000, keptPerDay: 1)
        let groups = plan.groups(of: [
            segment(1, rows: 10), segment(2, rows: 10, day: 1), segment(3, rows: 10),
            segment(4, rows: 10, day: 2),
        ])
        #expect(groups.map { $0.map(\.number) } == [[1, 3]])
    }

    @Test func leavesLargeSegmentsAndQuietDaysAlone() {
        let plan = MergePlan(smallRows: 100, maxRows: 1_000, keptPerDay: 3)
        #expect(plan.groups(of: (1...3).map { segment($0, rows: 10) }).isEmpty)
        #expect(plan.groups(of: (1...9).map { segment($0, rows: 100) }).isEmpty)
    }

    @Test func restsBesideLargeSegmentsAreJoined() {
        let plan = MergePlan(smallRows: 100, maxRows: 1_000, keptPerDay: 3)
        let segments = [900, 20, 900, 30].enumerated().map {
            segment(UInt64($0.offset), rows: $0.element)
        }
        #expect(plan.groups(of: segments).map { $0.map(\.number) } == [[1, 3]])
    }

    @Test func groupsNeverExceedTheRowsAllowedAndKeepTheOrderOfArrival() {
        let plan = MergePlan(smallRows: 100, maxRows: 150, keptPerDay: 1)
        let groups = plan.groups(of: (1...19).map { segment($0, rows: 100 - $0 * 5) })
        for group in groups {
            #expect(group.count > 1)
            #expect(group.reduce(0) { $0 + $1.rowCount } <= 150)
            #expect(group.map(\.number) == group.map(\.number).sorted())
        }
        #expect(groups.flatMap { $0 }.count == Set(groups.flatMap { $0 }.map(\.number)).count)
        #expect(!groups.isEmpty)
    }
}
