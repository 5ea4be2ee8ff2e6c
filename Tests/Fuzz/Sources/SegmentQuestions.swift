import SkepEngine
import SkepFormat
import SkepModel
import SkepQuery

/// Questions about some columns of a segment; which ones, and of which columns, the round says.
struct SegmentQuestions {
    let round: Int

    private static let columnCount = 12

    func ask(_ segment: SegmentReader) {
        let names = segment.columns.map(\.name)
        guard !names.isEmpty else { return }
        for index in 0..<min(names.count, Self.columnCount) {
            // The first columns, or those of another round.
            let first = (round / 8 * Self.columnCount + index) % names.count
            let number = index + round
            var query = question(number, names[first], names[(first + 1) % names.count])
            query.time = time(of: segment)
            var settings = ExecutionSettings(threads: 1, memoryLimit: 64 << 20, hashSeed: 1)
            // What is done for many groups is done for few of them too.
            if number / 2 % 2 == 0 { settings.fewGroups = 2 }
            reading {
                let plan = try Binder.bind(
                    query, now: Timestamp(nanoseconds: segment.maxTime), series: number % 5 == 0)
                _ = try QueryEngine.run(
                    plan, over: ScanInput(segments: [segment]), settings: settings)
            }
        }
        readEvents(of: segment, where: filter(round, names[round % names.count]))
    }

    private func time(of segment: SegmentReader) -> QueryTime {
        let (end, isLast) = segment.maxTime.addingReportingOverflow(1)
        return QueryTime(
            start: Timestamp(nanoseconds: segment.minTime),
            end: Timestamp(nanoseconds: isLast ? .max : end))
    }

    private func question(_ number: Int, _ name: String, _ next: String) -> Query {
        var query = Query()
        switch number % 6 {
        case 0:
            query.calculations = [
                Calculation(.count), Calculation(.countDistinct, name), Calculation(.p95, name),
                Calculation(.max, name),
            ]
            query.breakdowns = [name]
        case 1:
            query.calculations = [
                Calculation(.sum, name), Calculation(.avg, name), Calculation(.min, name),
                Calculation(.countDistinct, name),
            ]
        case 2:
            query.calculations = [Calculation(.heatmap, name), Calculation(.p50, next)]
        case 3:
            query.calculations = [Calculation(.count), Calculation(.sum, next)]
            query.breakdowns = [name, next]
        case 4:
            query.calculations = [Calculation(.count)]
            query.breakdowns = [name]
            return query
        default:
            query.calculations = [
                Calculation(.heatmap, name, scale: .log), Calculation(.count, next),
            ]
            query.breakdowns = [next]
            query.filters = [filter(number, next)]
            query.filterCombination = .or
        }
        query.filters.append(filter(number / 6, name))
        return query
    }

    private func filter(_ number: Int, _ name: String) -> Filter {
        switch number % 9 {
        case 0: Filter(name, .contains, ["a"])
        case 1: Filter(name, .greater, [3])
        case 2: Filter(name, .exists)
        case 3: Filter(name, .isIn, ["200", 1, true, "/checkout", "span 2"])
        case 4: Filter(name, .endsWith, ["7"])
        case 5: Filter(name, .doesNotStartWith, ["UPDATE carts SET total = 1"])
        case 6: Filter(name, .contains, ["12"])
        case 7: Filter(name, .lessOrEqual, [.double(2.5)])
        default: Filter(name, .notEquals, ["0123456789abcdef"])
        }
    }

    private func readEvents(of segment: SegmentReader, where filter: Filter) {
        reading {
            let request = EventScan.Request(
                filters: round % 2 == 0 ? [] : [filter], combination: .and, startTime: .min,
                endTime: .max, limit: 50)
            _ = try EventScan.run(
                request, over: ScanInput(segments: [segment]), cancellation: CancellationFlag()
            ) { (_) throws(SkepError) in true }
        }
    }
}
