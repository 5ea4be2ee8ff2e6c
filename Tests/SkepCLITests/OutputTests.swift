import Foundation
import Testing

/// Whole outputs of the built program over the fixtures, byte for byte.
@Suite struct OutputTests {
    private static let fixture =
        Program.repository.appendingPathComponent("fixtures/shop.ndjson").path
    private static let range = ["--start", "2026-11-20T10:00:00Z", "--end", "2026-11-20T12:00:00Z"]
    /// The four queries of the design.
    private static let queries = [
        (
            "heatmap",
            """
            QUERY:
              VISUALIZE: HEATMAP(duration_ms)
              GROUP BY: http.route
              WHERE: span.kind = "server"
              LIMIT: 100
            """
        ),
        (
            "errors",
            """
            QUERY:
              VISUALIZE: COUNT
              GROUP BY: service.name
              WHERE: error = true
              CALCULATE: RATE_AVG(1m)
            """
        ),
        (
            "statements",
            """
            QUERY:
              VISUALIZE: P95(db.duration_ms)
              GROUP BY: db.statement
              WHERE: db.duration_ms > 100
              ORDER BY: P95(db.duration_ms) DESC
            """
        ),
        (
            "users",
            """
            QUERY:
              VISUALIZE: COUNT
              GROUP BY: user.id, trace.trace_id
              WHERE: http.route IN ["/checkout", "/payment", "/confirm"]
              CALCULATE: COUNT_DISTINCT(trace.trace_id)
            """
        ),
    ]

    @Test func theQueriesOfTheDesignAnswerAsWritten() throws {
        let program = try Program()
        defer { program.remove() }
        let load = try program.run("load", "shop", Self.fixture, "--retention", "none")
        #expect(load.status == 0)
        for (name, text) in Self.queries {
            for format in ["table", "csv"] {
                let outcome = try program.run(
                    all: ["query", "shop", text, "--format", format] + Self.range)
                #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome)")
                try Snapshot.check(Self.lines(outcome.output), "query-\(name)-\(format)")
            }
        }
    }

    @Test func aTraceIsDrawnFromTheStore() throws {
        let program = try Program()
        defer { program.remove() }
        #expect(
            try program.run("load", "shop", Self.fixture, "--retention", "none").status == 0)
        let ask = "VISUALIZE MAX(duration_ms) WHERE error = true GROUP BY trace.trace_id LIMIT 1"
        let slowest = try program.run(all: ["query", "shop", ask, "--format", "csv"] + Self.range)
        let row = try #require(slowest.output.split(separator: "\n").last)
        let id = try #require(row.split(separator: ",").first)
        let trace = try program.run("trace", "shop", String(id))
        try Snapshot.check(Self.lines(trace.output), "trace")
    }

    @Test func theHelpListsTheCommandsInGroups() throws {
        let program = try Program()
        defer { program.remove() }
        let help = try program.run("--help")
        try Snapshot.check(Self.lines(help.output), "help")
    }

    private static func lines(_ output: String) -> [String] {
        output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
