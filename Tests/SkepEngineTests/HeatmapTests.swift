import SkepModel
import SkepQuery
import SkepTestRandom
import SkepTestSupport
import Testing

@testable import SkepEngine

@Suite struct HeatmapTests {
    private func heatmap(_ values: [Value], scale: HeatmapScale = .linear) throws -> Heatmap {
        let run = try EngineRun(EngineRun.events(values.map { ["x": $0] }))
        let result = try run.check(Query(.heatmap("x", scale: scale)))
        guard case .heatmap(let heatmap) = result.rows.first?.values.first else {
            Issue.record("no heatmap of \(values.prefix(5))")
            return Heatmap(counts: [], minValue: 0, maxValue: 0, stepSize: 0)
        }
        return heatmap
    }

    /// Ranges from 2 × 10^-k to 10^k, at 0 and far from it.
    @Test func choosesRoundStepsOfFortyToAHundredBuckets() throws {
        var random = SplitMix(seed: 21)
        for exponent in -6...12 {
            var power = 1.0
            for _ in 0..<abs(exponent) { power *= 10 }
            let unit = exponent < 0 ? 1 / power : power
            for width in [1.0, 1.99, 2.01, 3.3, 4.999, 5, 7, 9.99] {
                let low = random.pick([0, unit, -3.7 * unit, 40 * unit])
                let inner = (0..<20).map { _ in
                    Value.double(low + Double.random(in: 0...1, using: &random) * width * unit)
                }
                let heatmap = try heatmap([.double(low), .double(low + width * unit)] + inner)
                #expect((40...100).contains(heatmap.counts.count), "\(low) + \(width * unit)")
                #expect(heatmap.minValue <= low)
                #expect(heatmap.minValue + heatmap.stepSize >= low)
                #expect(heatmap.maxValue >= low + width * unit)
            }
        }
    }

    @Test func countsTheGreatestValueInTheLastBucket() throws {
        let heatmap = try heatmap((0...100).map { .int(Int64($0)) })
        #expect(heatmap.counts.reduce(0, +) == 101)
        #expect(heatmap.maxValue == 100)
        #expect(heatmap.counts.count == 50 || heatmap.counts.count == 100)
        #expect(
            heatmap.counts[heatmap.counts.count - 1] == 101 - 100 + 100
                / Int64(heatmap.counts.count))
    }

    @Test func putsOneValueInOneBucketOfNoWidth() throws {
        for scale in HeatmapScale.allCases {
            let heatmap = try heatmap([7, 7, 7.0], scale: scale)
            #expect(heatmap.counts == [3])
            #expect(heatmap.minValue == 7 && heatmap.maxValue == 7 && heatmap.stepSize == 0)
        }
    }

    /// The second pass counts values that the first has kept: of few rows in some vectors, of most
    /// in others, and for fewer groups than matched.
    @Test func countsFewMatchedRowsOfManyVectors() throws {
        var random = SplitMix(seed: 22)
        let run = try EngineRun(
            EngineRun.events(
                (0..<9_000).map { row -> [String: Value] in
                    let isRare = row / 2_048 % 2 == 0
                    let kind = random.below(isRare ? 20 : 3) == 0 ? "wanted" : "other"
                    let number = Double(random.below(100_000)) / 100
                    return [
                        "kind": .string(kind), "group": .string("g\(random.below(5))"),
                        "x": random.below(9) == 0 ? .int(Int64(number)) : .double(number),
                    ]
                }), segments: 2)
        for text in ["", " GROUP BY group", " GROUP BY group LIMIT 2"] {
            try run.check(
                try Query("HEATMAP(x), COUNT WHERE kind = \"wanted\"" + text)
                    .last(.seconds(10_800)))
        }
    }

    @Test func survivesTheLargestAndTheClosestNumbers() throws {
        let pairs: [[Value]] = [
            [.double(-1e308), .double(1e308)],
            [.double(-.greatestFiniteMagnitude), .double(.greatestFiniteMagnitude)],
            [.double(1e15), .double(1e15 + 0.5)], [.double(0x1p53), .double(0x1p53 + 2)],
            [.double(0), .double(.leastNonzeroMagnitude)], [.int(.min), .int(.max)],
            [.double(1), .double(1.0.nextUp)], [.double(-0x1p-1030), .double(0x1p-1030)],
        ]
        for pair in pairs {
            for scale in HeatmapScale.allCases {
                let heatmap = try heatmap(pair, scale: scale)
                #expect(heatmap.total == 2, "\(pair)")
                #expect(heatmap.counts.count <= 102)
            }
        }
    }

    @Test func dividesALogarithmicScaleIntoEqualRatios() throws {
        let heatmap = try heatmap(
            (0..<60).map { .double(Double($0 * $0 * $0) + 0.5) }, scale: .log)
        let edges = try #require(heatmap.edges)
        #expect(edges.count == heatmap.counts.count + 1)
        #expect(heatmap.counts.count >= 10 && heatmap.counts.count <= 101)
        let ratios = zip(edges, edges.dropFirst()).map { $1 / $0 }
        #expect(ratios.allSatisfy { abs($0 - ratios[0]) < 1e-6 })
    }

    @Test func countsZeroAndNegativeValuesOfALogarithmicScaleBelowTheRest() throws {
        for values: [Value] in [
            [0, -5, 1, 10, 100], [0.0, -5.0, 1, 10.0, 100], [-5, 0, 1, 10, 100],
        ] {
            let heatmap = try heatmap(values, scale: .log)
            let edges = try #require(heatmap.edges)
            #expect(heatmap.counts[0] == 2)
            #expect(heatmap.total == 5)
            #expect(edges[0] == -5 && edges[1] == 1)
            // The rest of the grid is spent on what is there: two decades.
            #expect((41...100).contains(heatmap.counts.count))
            #expect(edges[edges.count - 2] <= 100)
        }
    }

    /// Zones tell the range of a block, but not the least positive value on both sides of 0.
    @Test func findsTheLeastPositiveValueOfEverySegment() throws {
        let events = EngineRun.events(
            (0..<3_000).map { ["x": .int($0 < 1_000 ? $0 + 40 : -$0), "half": .bool($0 % 2 == 0)] })
        for segments in [1, 3, 7] {
            let run = try EngineRun(events, segments: segments)
            let result = try run.check(Query(.heatmap("x", scale: .log)).group(by: "half"))
            guard case .heatmap(let heatmap)? = result.rows.first?.values.first else {
                Issue.record("no heatmap")
                continue
            }
            let edges = try #require(heatmap.edges)
            #expect(edges[0] == -2_999)
            #expect(edges[1] <= 40 && edges[2] > 40)
        }
    }

    @Test func putsValuesThatAreAllNotPositiveIntoOneBucketOfALogarithmicScale() throws {
        let heatmap = try heatmap([0, -5, -7.5], scale: .log)
        #expect(heatmap.counts == [3])
        #expect(heatmap.minValue == -7.5 && heatmap.maxValue == 0)
    }

    @Test func usesOneGridForAllRowsAndCounts() throws {
        var generator = RandomEvents(seed: 22)
        let run = try EngineRun(generator.events(1_500), segments: 3)
        let text = "HEATMAP(duration_ms), HEATMAP(duration_ms, LOG), HEATMAP(bytes), COUNT"
        try run.check(try Query(text + " GROUP BY service LIMIT 3").last(.seconds(86_400)))
    }

    @Test func isNothingOverNoNumbers() throws {
        let run = try EngineRun(EngineRun.events([["x": "text"], ["y": 1]]))
        let result = try run.check(try Query("HEATMAP(x)"))
        #expect(result.rows.first?.values == [.null])
    }
}
