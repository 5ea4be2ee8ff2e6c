import SkepModel
import SkepQuery
import SkepTestSupport
import Testing

@testable import SkepEngine

/// Integers and doubles are one domain, compared exactly, also where doubles are far apart.
@Suite struct NumberComparisonTests {
    private static let numbers: [Value] = {
        let whole: [Int64] = [
            0, 1, -1, 2, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 53) + 2, -(1 << 53) - 1,
            .max, .max - 1, .max - 511, .max - 512, .max - 1_023, .min, .min + 1, .min + 1_024,
            .min + 1_025,
        ]
        let doubles: [Double] = [
            0, -0.0, 0.5, -0.5, 1, 1.0.nextUp, 1.5, -1, 0x1p53 - 1, 0x1p53, 0x1p53 + 2, -0x1p53,
            0x1p63, 0x1p63.nextUp, 0x1p63.nextDown, -0x1p63, -0x1p63.nextUp, -0x1p63.nextDown,
            1e300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
        return whole.map { .int($0) } + doubles.map { .double($0) }
    }()

    private static let others: [Value] = [
        true, false, "", "true", "1", "1.0", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "1e300", "01", "-0", "0.5", "x",
    ]

    @Test func everyComparisonOfEveryPairIsExact() throws {
        let run = try EngineRun(
            EngineRun.events((Self.numbers + Self.others).map { ["x": $0] } + [["y": 1]]))
        let ops: [FilterOp] = [
            .equals, .notEquals, .less, .lessOrEqual, .greater, .greaterOrEqual,
        ]
        for literal in Self.numbers + Self.others {
            for op in ops {
                if op.isOrdering, case .bool = literal { continue }
                var query = Query(.count)
                query.filters = [Filter("x", op, [literal])]
                try run.check(query)
            }
        }
    }

    /// One event a block of its own kind: what zones decide must be as exact.
    @Test func zonesOfSegmentsWithOneValueDecideExactly() throws {
        for value in Self.numbers {
            let run = try EngineRun(EngineRun.events([["x": value]]))
            for literal in Self.numbers {
                for op in [FilterOp.equals, .less, .greaterOrEqual] {
                    var query = Query(.count)
                    query.filters = [Filter("x", op, [literal])]
                    try run.check(query)
                }
            }
        }
    }

    @Test func equalNumbersAreOneGroupShownAsInteger() throws {
        let run = try EngineRun(EngineRun.events(Self.numbers.map { ["x": $0] }), segments: 3)
        let result = try run.check(try Query("COUNT, COUNT_DISTINCT(x) GROUP BY x"))
        let one = try #require(result.rows.first { $0.group == [1] })
        #expect(one.values == [.integer(2), .integer(1)])
        #expect(!result.rows.contains { $0.group == [.double(1)] })
    }

    @Test func leastAndGreatestOfEqualNumbersIsTheInteger() throws {
        let run = try EngineRun(EngineRun.events([["x": 2.0], ["x": 2], ["x": 2.0]]))
        let result = try run.check(try Query("MIN(x), MAX(x)"))
        #expect(result.rows.first?.values == [.integer(2), .integer(2)])
    }
}
