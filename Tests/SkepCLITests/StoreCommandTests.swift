import Foundation
import SkepJSON
import Testing

/// Loading and asking, through the built program.
@Suite struct StoreCommandTests {
    private static let fixture =
        Program.repository.appendingPathComponent("fixtures/shop.ndjson").path
    private static let range = ["--start", "2026-11-20T10:00:00Z", "--end", "2026-11-20T12:00:00Z"]

    private func loaded() throws -> Program {
        let program = try Program()
        let outcome = try program.run("load", "shop", Self.fixture, "--retention", "none")
        #expect(outcome.status == 0, "\(outcome)")
        return program
    }

    @Test func eventsComeBackAsTheyWereLoaded() throws {
        let program = try loaded()
        defer { program.remove() }
        let outcome = try program.run("events", "shop")
        #expect(outcome.status == 0)
        let text = try String(contentsOfFile: Self.fixture, encoding: .utf8)
        #expect(try Self.events(outcome.output) == Self.events(text))
    }

    /// The lines in the order of their span ids, each with its members in order.
    private static func events(_ text: String) throws -> [[String: String]] {
        try text.split(separator: "\n").map { line in
            let members = try JSONValue.parse(String(line)).object ?? []
            return Dictionary(uniqueKeysWithValues: members.map { ($0.key, "\($0.value)") })
        }.sorted { ($0["trace.span_id"] ?? "") < ($1["trace.span_id"] ?? "") }
    }

    @Test func answersInEveryFormat() throws {
        let program = try loaded()
        defer { program.remove() }
        let text = "VISUALIZE COUNT WHERE error = true GROUP BY service.name LIMIT 2"
        func run(_ format: String) throws -> String {
            let outcome = try program.run(
                "query", "shop", text, "--format", format, "--start", Self.range[1], "--end",
                Self.range[3])
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.messages.isEmpty)
            return outcome.output
        }
        let csv = try run("csv")
        #expect(csv.hasPrefix("service.name,COUNT\n"))
        #expect(csv.split(separator: "\n").count == 3)
        #expect(try run("ndjson").split(separator: "\n").count == 2)
        #expect(try run("table").contains("service.name  COUNT  trend\n"))
        let json = try JSONValue.parse(run("json"))
        #expect(json["data"]?["results"]?.array?.count == 2)
        #expect(json["data"]?["series"]?.array?.isEmpty == false)
        #expect(json["data"]?["total_by_aggregate"]?["data"]?["COUNT"]?.int == 27)
        #expect(json["statistics"]?["events_matched"]?.int == 19)
    }

    @Test func specificationsComeFromFilesAndTheStandardInput() throws {
        let program = try loaded()
        defer { program.remove() }
        let specification = """
            {"calculations":[{"op":"COUNT"}],"start_time":1795168800,"time_range":14400}
            """
        let file = try program.file("spec.json", specification)
        let fromFile = try program.run("query", "shop", "--spec", file, "--format", "csv")
        let fromInput = try program.run(
            "query", "shop", "--spec", "-", "--format", "csv", input: specification)
        #expect(fromFile.output == fromInput.output)
        #expect(fromFile.status == 0, "\(fromFile)")
    }

    @Test func errorsFoundWhileAQueryRunsShowTheirPlaceToo() throws {
        let program = try loaded()
        defer { program.remove() }
        let text = "VISUALIZE COUNT GROUP BY servce.name"
        let column = try program.run("query", "shop", text)
        #expect(column.status == 1)
        #expect(column.messages.contains("Did you mean service.name"))
        let caret = String(repeating: " ", count: 25) + "^~~~~~~~~~~"
        #expect(column.messages.hasSuffix("\n  \(text)\n  \(caret)\n"), "\(column.messages)")
        let limit = try program.run("query", "shop", "VISUALIZE COUNT LIMIT 5000")
        #expect(limit.status == 1)
        #expect(limit.messages.contains("--disable-series"))
        #expect(limit.messages.hasSuffix(" ^~~~\n"))
        let condition = try program.run("events", "shop", "--where", "name = \"x\" OR nme = 1")
        #expect(condition.status == 1)
        #expect(condition.messages.hasSuffix("\n  \(String(repeating: " ", count: 14))^~~\n"))
    }

    @Test func timesAreToldFromNow() throws {
        let program = try Program()
        defer { program.remove() }
        let lines = (0..<4).map {
            "{\"a\":\($0),\"time\":\(Int(Date.now.timeIntervalSince1970) - $0 * 3_600 - 60)}"
        }
        let file = try program.file("a.ndjson", lines.joined(separator: "\n"))
        #expect(try program.run("load", "x", file).status == 0)
        func count(_ arguments: String...) throws -> String {
            let all = ["query", "x"] + arguments + ["--format", "csv"]
            let outcome = try program.run(all: all)
            #expect(outcome.status == 0, "\(outcome)")
            return outcome.output
        }
        #expect(try count("VISUALIZE COUNT", "--start", "-90m") == "COUNT\n2\n")
        #expect(try count("VISUALIZE COUNT", "--start", "now-90m", "--end", "now") == "COUNT\n2\n")
        #expect(try count("VISUALIZE COUNT", "--last", "2h", "--end", "now-90m") == "COUNT\n2\n")
        #expect(try count("VISUALIZE COUNT TIME: now-3h TO -30m") == "COUNT\n2\n")
        let events = try program.run("events", "x", "--start", "-30m")
        #expect(events.output.split(separator: "\n").count == 1)
    }

    @Test func calculationsThatReadNumbersSayWhereThereAreNone() throws {
        let program = try loaded()
        defer { program.remove() }
        let range = Self.range
        func messages(_ text: String) throws -> String {
            let outcome = try program.run(all: ["query", "shop", text] + range)
            #expect(outcome.status == 0)
            return outcome.messages
        }
        #expect(try messages("VISUALIZE SUM(name)").contains("SUM(name) reads numbers only"))
        #expect(try messages("VISUALIZE COUNT(name), MAX(duration_ms)").isEmpty)
        #expect(
            try messages("WHERE http.status_code > \"7\"").contains("number without quotes"))
    }

    @Test func aPlanAsJSONSaysWhatItCost() throws {
        let program = try loaded()
        defer { program.remove() }
        let outcome = try program.run(
            all: ["query", "shop", "VISUALIZE COUNT WHERE error = true", "--explain", "--format"]
                + ["json"] + Self.range)
        let plan = try JSONValue.parse(outcome.output)
        #expect((plan["statistics"]?["bytes_read"]?.int ?? 0) > 0)
        #expect(plan["statistics"]?["events_matched"]?.int == 19)
        #expect(plan["steps"]?.array?.isEmpty == false)
    }

    @Test(arguments: [
        ("", "holds no query"),
        ("{\"nam\":\"a\",\"query\":{}}", "nam: unknown field. Did you mean name"),
    ])
    func refusesQueriesToMeasureThatSayNothing(text: String, message: String) throws {
        let program = try loaded()
        defer { program.remove() }
        let file = try program.file("q.ndjson", text)
        let outcome = try program.run("bench", "shop", "--queries", file)
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains(message), "\(outcome)")
    }

    @Test func errorsOfAQueryShowTheirPlace() throws {
        let program = try loaded()
        defer { program.remove() }
        let outcome = try program.run("query", "shop", "VISUALIZE CUONT WHERE a = 1")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.hasSuffix("  VISUALIZE CUONT WHERE a = 1\n            ^~~~~\n"))
    }

    @Test func unknownNamesAreAnsweredWithNearOnes() throws {
        let program = try loaded()
        defer { program.remove() }
        let column = try program.run("query", "shop", "VISUALIZE P95(duration)", "--last", "7d")
        #expect(column.status == 1)
        #expect(column.messages.contains("Did you mean duration_ms"))
        let dataset = try program.run("columns", "shopp")
        #expect(dataset.status == 1)
        #expect(dataset.messages.contains("Did you mean shop?"))
        let trace = try program.run("trace", "shop", "feedfeed")
        #expect(trace.status == 1)
        #expect(trace.output.isEmpty)
    }

    @Test func aComparisonThatNoTypeOfTheColumnCanMatchIsPointedOut() throws {
        let program = try loaded()
        defer { program.remove() }
        func messages(_ condition: String) throws -> String {
            let outcome = try program.run(
                "query", "shop", "VISUALIZE COUNT WHERE \(condition)", "--start", Self.range[1],
                "--end", Self.range[3])
            #expect(outcome.status == 0)
            return outcome.messages
        }
        #expect(
            try messages("error = \"yes\"")
                == "hint: no event satisfies error = \"yes\": the values of this column are bools.\n"
        )
        #expect(try messages("duration_ms = \"abc\"").contains("are doubles"))
        #expect(try messages("name > 5").contains("are strings"))
        #expect(try messages("status_code contains \"2\"").contains("are integers"))
        #expect(try messages("status_code != true").contains("every event satisfies"))
        for fine in ["error = \"true\"", "status_code = \"2\"", "duration_ms > 5", "name = \"no\""]
        {
            #expect(try messages(fine).isEmpty, "\(fine)")
        }
        let events = try program.run("events", "shop", "--where", "error = \"yes\"")
        #expect(events.status == 0)
        #expect(events.messages.contains("no event satisfies error"))
    }

    @Test func columnsCountDifferentValuesAndStatsSayWhereTheBytesAre() throws {
        let program = try loaded()
        defer { program.remove() }
        let columns = try JSONValue.parse(
            try program.run("columns", "shop", "--format", "json").output)
        let counts = (columns["columns"]?.array ?? []).reduce(into: [String: Int]()) {
            guard let name = $1["name"]?.string, $1["distinct_is_exact"] == .bool(true) else {
                return
            }
            $0[name] = $1["distinct"]?.int.map { Int($0) }
        }
        // As fixtures/README.md lists them.
        #expect(counts["trace.trace_id"] == 231)
        #expect(counts["service.name"] == 12)
        #expect(counts["duration_ms"] == 1_998)
        #expect(counts["cache.hit"] == 2)
        #expect(counts["db.statement"] == 785)
        let table = try program.run("columns", "shop").output
        let headings = table.prefix { $0 != "\n" }.split(separator: " ")
        #expect(headings == ["column", "types", "events", "distinct", "bytes"])
        let stats = try JSONValue.parse(try program.run("stats", "shop", "--format", "json").output)
        let parts = stats["bytes_by_part"]?.object ?? []
        #expect(parts.count == 7)
        #expect(parts.reduce(0) { $0 + ($1.value.int ?? 0) } == stats["bytes"]?.int)
        let rest = try #require(stats["bytes_by_part"]?["rest"]?.int)
        #expect(rest < (stats["bytes"]?.int ?? 0) / 20)
        #expect(stats["bytes_by_column"]?["duration_ms"]?.int ?? 0 > 0)
        let text = try program.run("stats", "shop").output
        #expect(text.contains("dictionaries ") && text.contains("largest 10 columns"))
    }

    @Test func traceSaysWhichColumnsItLooksFor() throws {
        let program = try Program()
        defer { program.remove() }
        let file = try program.file("plain.ndjson", "{\"traceId\":\"a\",\"b\":1}\n")
        #expect(try program.run("load", "plain", file).status == 0)
        let outcome = try program.run("trace", "plain", "a")
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("trace.trace_id (the id), trace.span_id"))
    }

    @Test func anEmptyDefaultTimeNamesTheNewestEvent() throws {
        let program = try Program()
        defer { program.remove() }
        let file = try program.file("old.ndjson", "{\"time\":\"2020-01-01T00:00:00Z\",\"a\":1}\n")
        #expect(try program.run("load", "old", file, "--retention", "none").status == 0)
        let outcome = try program.run("query", "old", "VISUALIZE COUNT")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("0"))
        #expect(outcome.messages.contains("the newest is of 2020-01-01T00:00:00Z"))
        #expect(outcome.messages.contains("--last "))
    }

    @Test func drawsATrace() throws {
        let program = try loaded()
        defer { program.remove() }
        let id = "15c35e4f44f3bc8f2bc56f6c2b453292"
        let tree = try program.run("trace", "shop", id)
        #expect(tree.status == 0)
        #expect(tree.output.hasPrefix("trace \(id)\n"))
        #expect(tree.output.contains("inventory UPDATE stock"))
        #expect(tree.output.contains("✗"))
        let lines = try program.run("trace", "shop", id, "--format", "ndjson")
        #expect(lines.output.split(separator: "\n").allSatisfy { $0.contains(id) })
    }

    @Test func measuresQueries() throws {
        let program = try loaded()
        defer { program.remove() }
        let queries = try program.file(
            "queries.ndjson",
            """
            {"name":"all","query":{"start_time":1795168800,"time_range":14400}}
            {"name":"rows","query":{"breakdowns":["service.name"],"start_time":1795168800,"time_range":14400},"disable_series":true,"totals":true}

            """)
        let outcome = try program.run("bench", "shop", "--queries", queries, "--runs", "2")
        #expect(outcome.status == 0, "\(outcome)")
        let lines = try outcome.output.split(separator: "\n").map {
            try JSONValue.parse(String($0))
        }
        #expect(lines.map { $0["name"]?.string } == ["all", "rows"])
        for line in lines {
            let keys = line.object?.map(\.key)
            #expect(
                keys == ["name", "median_ms", "min_ms", "first_ms", "rows", "events_scanned"])
        }
        #expect(lines[1]["rows"]?.int == 12)
        #expect(lines[1]["events_scanned"]?.int == 2_000)
    }

    @Test func inspectsAndMaintains() throws {
        let program = try loaded()
        defer { program.remove() }
        for command in ["datasets", "columns shop", "stats shop", "verify", "compact", "expire"] {
            let table = try program.shell("\"$SKEP\" \(command)")
            #expect(table.status == 0, "\(command) \(table)")
            #expect(!table.output.isEmpty)
            let json = try program.shell("\"$SKEP\" \(command) --format json")
            #expect(try JSONValue.parse(json.output).object != nil)
        }
        let stats = try JSONValue.parse(program.run("stats", "shop", "--format", "json").output)
        #expect(stats["events"]?.int == 2_000)
        #expect(stats["retention_days"]?.isNull == true)
        #expect(try program.run("drop", "shop").status == 0)
        #expect(try program.run("columns", "shop").status == 1)
    }

    @Test func damageIsFoundAndMakesTheStatus2() throws {
        let program = try loaded()
        defer { program.remove() }
        let names = FileManager.default.enumerator(atPath: program.store)?.allObjects ?? []
        let segment = try #require(
            names.compactMap { $0 as? String }.first { $0.hasSuffix(".skep") })
        let url = URL(fileURLWithPath: program.store).appendingPathComponent(segment)
        var bytes = try Data(contentsOf: url)
        for index in bytes.count / 2..<bytes.count / 2 + 64 { bytes[index] ^= 0xFF }
        try bytes.write(to: url)
        let outcome = try program.run("verify")
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("1 damaged"))
    }

    @Test func aSpecificationThatCannotBeReadIsNamed() throws {
        let program = try loaded()
        defer { program.remove() }
        let file = try program.file("spec.json", "{\"calculations\":[}")
        let outcome = try program.run("query", "shop", "--spec", file)
        #expect(outcome.status == 1)
        #expect(outcome.messages.hasPrefix("error: \(file): JSON, line 1, column 18"))
        let unknown = try program.run("query", "shop", "--spec", "-", input: "{\"foo\":1}")
        #expect(unknown.messages == "error: standard input: foo: unknown field.\n")
        let folder = try program.run("query", "shop", "--spec", program.folder.path)
        #expect(folder.messages == "error: cannot read \(program.folder.path): it is a folder\n")
    }

    @Test func aStoreThatIsAFileIsRefusedForWhatItIs() throws {
        let program = try Program()
        defer { program.remove() }
        let file = try program.file("a.ndjson", "{\"a\":1}\n")
        for arguments in [["datasets"], ["load", "x", file], ["expire"]] {
            let outcome = try program.run(all: arguments + ["--store", file])
            #expect(outcome.status == 1)
            #expect(outcome.messages == "error: \(file) is a file, not the folder of a store\n")
        }
    }

    @Test func countsAgreeWithTheirNouns() throws {
        let program = try loaded()
        defer { program.remove() }
        #expect(try program.run("verify").output.contains("\n  1 segment: 1 block, "))
        #expect(try program.run("expire").output == "shop: 0 segments removed, 0 events, 0 B\n")
        let plan = try program.run(
            "query", "shop", "VISUALIZE HEATMAP(duration_ms, LOG)", "--explain", "--start",
            Self.range[1])
        #expect(plan.output.contains(" HEATMAP(duration_ms,LOG) "))
        #expect(plan.output.contains(" 1 of 1 segment, 1 block "))
        #expect(plan.output.contains("1 block of 1 segment looked at"))
    }

    @Test func anEmptyDatasetHasNoTimes() throws {
        let program = try Program()
        defer { program.remove() }
        #expect(try program.run("load", "x", try program.file("none.ndjson", "")).status == 0)
        let lines = try program.run("stats", "x").output.split(separator: "\n")
        #expect(lines.first == "events          0")
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
    }
}
