import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

/// What is approximate or rounded stays within what is promised.
@Suite struct ApproximationTests {
    /// Values over many orders of magnitude, of which each group has more than 4,096.
    private static let events: [Event] = {
        var random = SplitMix(seed: 11)
        return EngineRun.events(
            (0..<9_000).map { index in
                let exponent = Double.random(in: -3...6, using: &random)
                var value = 1.0
                for _ in 0..<Int(exponent * 8 + 30) { value *= 1.37 }
                value *= Double.random(in: 0.5...1.5, using: &random) * 1e-3
                return [
                    "value": .double(random.chance(10) ? -value : value),
                    "id": .string("\(random.below(20_000))"), "half": .bool(index % 2 == 0),
                ]
            })
    }()

    @Test(arguments: CalculationOp.allCases.filter { $0.quantile != nil })
    func percentilesOfManyValuesAreWithinOnePercent(op: CalculationOp) throws {
        let run = try EngineRun(Self.events, segments: 3)
        try run.check(Query(Calculation(op, "value")).group(by: "half"))
    }

    /// Doubles do not tell 2^53 from 2^53 + 1; the promise is exactness up to 4,096 values.
    @Test func percentilesOfUpTo4096IntegersBeyondDoublesAreExact() throws {
        let base: Int64 = 1_700_000_000_000_000_000
        let events = EngineRun.events(
            (0..<4_096).map { index in
                let value: Value =
                    index % 16 == 5
                    ? .double(Double(base + Int64(index))) : .int(base + Int64(index * 7 % 4_096))
                return ["x": value, "half": .bool(index % 2 == 0), "y": .int(Int64.max - 3)]
            })
        for segments in [1, 5] {
            let run = try EngineRun(events, segments: segments)
            for threads in [1, 3] {
                let result = try run.result(try Query("P50(y), P001(y)"), threads: threads)
                #expect(
                    result.rows.first?.values
                        == [.integer(Int128(Int64.max) - 3), .integer(Int128(Int64.max) - 3)])
            }
            try run.check(try Query("P50(x), P95(x), P999(x), P001(x)"))
            try run.check(try Query("P50(x), P95(x) GROUP BY half"))
        }
        let more = try EngineRun(events + EngineRun.events([["x": 3]]), segments: 2)
        try more.check(try Query("P50(x), P95(x)"))
    }

    @Test func distinctCountsOfManyValuesAreWithinThreePercent() throws {
        let run = try EngineRun(Self.events, segments: 3)
        let whole = try run.check(try Query("COUNT_DISTINCT(id)"))
        let number = try #require(whole.rows.first?.values.first?.number)
        let exact = Set(Self.events.compactMap { $0.fields["id"]?.description }).count
        #expect(exact > 4_096)
        #expect(abs(number - Double(exact)) <= 0.03 * Double(exact))
    }

    @Test func sumsOfAnyDoublesAreWithinTheirBound() throws {
        var random = SplitMix(seed: 12)
        var events = EngineRun.events(
            (0..<3_000).map { _ in
                let value = Double.random(in: -1...1, using: &random)
                return ["value": .double(value * random.pick([1e-9, 1, 1e9, 1e12]))]
            })
        for index in events.indices { events[index].sampleRate = random.pick([1, 3, 1_000]) }
        for segments in [1, 4] {
            let run = try EngineRun(events, segments: segments)
            for threads in 1...3 {
                let result = try run.result(try Query("SUM(value), AVG(value)"), threads: threads)
                let exact = exactSum(events)
                let sum = try #require(result.rows.first?.values[0].number)
                #expect(abs(sum - exact.sum) <= 1e-12 * exact.magnitude)
                let average = try #require(result.rows.first?.values[1].number)
                let bound = 1e-12 * exact.magnitude / exact.weight
                #expect(abs(average - exact.sum / exact.weight) <= bound)
            }
        }
    }

    @Test func sumsBeyondDoublesAreInfiniteNotInvalid() throws {
        let values = [1e308, 1e308, 1e308, 1e308]
        let run = try EngineRun(EngineRun.events(values.map { ["x": .double($0)] }), segments: 2)
        let result = try run.result(try Query("SUM(x), AVG(x)"))
        #expect(result.rows.first?.values == [.double(.infinity), .double(.infinity)])
    }

    /// The sum in whole multiples of 2^-50, finer than the bound by far.
    private func exactSum(_ events: [Event]) -> (sum: Double, magnitude: Double, weight: Double) {
        var sum: Int128 = 0
        var magnitude = 0.0
        var weight = 0.0
        for event in events {
            guard case .double(let value) = event.fields["value"] else { continue }
            sum += Int128(value * 0x1p50) * Int128(event.sampleRate)
            magnitude += abs(value) * Double(event.sampleRate)
            weight += Double(event.sampleRate)
        }
        return (Double(sum) * 0x1p-50, magnitude, weight)
    }

    @Test func anyNumberOfThreadsGivesTheSameAnswer() throws {
        var generator = RandomEvents(seed: 13)
        let run = try EngineRun(generator.events(6_000), segments: 7)
        let queries = [
            "P50(duration_ms), P99(bytes), COUNT_DISTINCT(span.id) GROUP BY service",
            "COUNT, SUM(bytes), MIN(extreme), MAX(extreme), COUNT(note) GROUP BY status, code",
            "HEATMAP(duration_ms), COUNT_DISTINCT(trace.id), P95(größe)",
            "COUNT GROUP BY user.id, trace.id LIMIT 300",
        ]
        for text in queries {
            let query = try Query(text).last(.seconds(10_800))
            let alone = try run.result(query, threads: 1)
            for threads in [2, 3, 8] {
                let result = try run.result(query, threads: threads)
                #expect(result.rows == alone.rows, "\(text)")
                #expect(result.series == alone.series, "\(text)")
                #expect(result.total == alone.total, "\(text)")
                #expect(result.other == alone.other, "\(text)")
            }
        }
    }
}
