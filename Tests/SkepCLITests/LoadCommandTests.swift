import Foundation
import SkepJSON
import Testing

/// `skep load` and `skep demo`, through the built program.
@Suite struct LoadCommandTests {
    private static let mixed = """
        {"a":1}
        {"a":
        [1]
        {"a":2,"time":"yesterday"}
        {"a":3}

        """

    @Test func refusedLinesAreCountedAndNamedAndTheirNeighboursStay() throws {
        let program = try Program()
        defer { program.remove() }
        let file = try program.file("mixed.ndjson", Self.mixed)
        let outcome = try program.run("load", "x", file, "--format", "json")
        #expect(outcome.status == 2, "\(outcome)")
        let report = try JSONValue.parse(outcome.output)
        #expect(report["events_stored"]?.int == 2)
        #expect(report["events_refused"]?.int == 3)
        #expect(report["refused"]?["malformed_json"]?.int == 1)
        #expect(report["refused"]?["not_an_object"]?.int == 1)
        #expect(report["refused"]?["bad_time"]?.int == 1)
        #expect(outcome.messages.contains("mixed.ndjson:2: not JSON"))
        #expect(outcome.messages.contains("mixed.ndjson:4: the time is not understood"))
    }

    @Test func aStrictLoadKeepsNothingOfAFileButEarlierFilesStay() throws {
        let program = try Program()
        defer { program.remove() }
        let good = try program.file("good.ndjson", "{\"a\":1}\n{\"a\":2}\n")
        let bad = try program.file("bad.ndjson", Self.mixed)
        let outcome = try program.run("load", "x", good, bad, "--strict")
        #expect(outcome.status == 1, "\(outcome)")
        let stats = try JSONValue.parse(program.run("stats", "x", "--format", "json").output)
        #expect(stats["events"]?.int == 2)
    }

    @Test func aLoadIntoADamagedDatasetWarnsAndKeepsItsSegments() throws {
        let program = try Program()
        defer { program.remove() }
        let good = try program.file("good.ndjson", "{\"a\":1}\n")
        #expect(try program.run("load", "x", good).status == 0)
        let folder = program.store + "/d/1/"
        let names = { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
        let manifests = try names().filter { $0.hasPrefix("MANIFEST.") }
        let newest = try #require(manifests.last)
        try FileManager.default.removeItem(atPath: folder + newest)
        #expect(try program.run("verify").status == 2)
        let outcome = try program.run("load", "x", good)
        #expect(outcome.status == 2, "\(outcome)")
        #expect(outcome.messages.contains("warning: the dataset is damaged"))
        #expect(outcome.messages.contains(newest))
        #expect(try names().filter { $0.hasSuffix(".skep") }.count == 2)
        #expect(try program.run("verify").status == 2)
    }

    @Test func everyRefusedLineIsAvailable() throws {
        let program = try Program()
        defer { program.remove() }
        let text = String(repeating: "{\"a\" x}\n", count: 1_200)
        let file = try program.file("bad.ndjson", text)
        let list = program.folder.appendingPathComponent("refused.ndjson").path
        let outcome = try program.run("load", "x", file, "--refusals", list, "--format", "json")
        #expect(outcome.status == 2, "\(outcome)")
        #expect(
            outcome.messages.contains(
                "bad.ndjson:10: not JSON, at byte 6 of the line: expected ':' after a key, found 'x'"
            ))
        #expect(outcome.messages.contains("… and 1190 more lines refused"))
        let report = try JSONValue.parse(outcome.output)
        #expect(report["refused_lines"]?.array?.count == 1_000)
        let lines = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1_200)
        let last = try JSONValue.parse(String(try #require(lines.last)))
        #expect(last["file"]?.string == file)
        #expect(last["line"]?.int == 1_200)
        #expect(last["reason"]?.string == "malformed_json")
        let piped = try program.run("load", "x", "-", input: text)
        #expect(piped.messages.contains("stdin:1: not JSON"))
        #expect(piped.messages.contains("--refusals FILE"))
    }

    @Test func aSignalEndsWaitingForANamedPipe() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.shell(
            """
            mkfifo '\(program.folder.path)/pipe' && { "$SKEP" load x '\(program.folder.path)/pipe' & }
            sleep 1; kill -TERM $!; wait $!
            """)
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.messages.contains("error: interrupted"))
    }

    @Test func complaintsBeginTheSameWayWhoeverMakesThem() throws {
        let program = try Program()
        defer { program.remove() }
        for arguments in [["load", "x", "f", "--nonsense"], ["load", "x"], ["nonsense"]] {
            let outcome = try program.run(all: arguments)
            #expect(outcome.status == 64, "\(outcome)")
            #expect(outcome.messages.hasPrefix("error: "), "\(outcome)")
        }
        let little = try program.run("load", "x", "f", "--memory", "1")
        #expect(little.messages.contains("error: a load needs at least 16 MiB"), "\(little)")
        #expect(!FileManager.default.fileExists(atPath: program.store))
    }

    @Test func aMissingFileIsFoundBeforeAnythingIsStored() throws {
        let program = try Program()
        defer { program.remove() }
        let good = try program.file("good.ndjson", "{\"a\":1}\n")
        let outcome = try program.run("load", "x", good, "missing.ndjson")
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("missing.ndjson"))
        #expect(!FileManager.default.fileExists(atPath: program.store))
    }

    @Test func readsTheStandardInputAndGzip() throws {
        let program = try Program()
        defer { program.remove() }
        let piped = try program.run("load", "x", "-", input: "{\"a\":1}\n{\"a\":2}")
        #expect(piped.status == 0, "\(piped)")
        // Two members, as `cat a.gz b.gz` gives, from a file and from a pipe.
        let line = """
            cd '\(program.folder.path)' && printf '{"a":3}\\n' | gzip > a.gz && \
            printf '{"a":4}\\n' | gzip >> a.gz && "$SKEP" load x a.gz && "$SKEP" load x - < a.gz \
            && cat a.gz | "$SKEP" load x - && "$SKEP" stats x --format json | tail -n 1 >&2
            """
        let compressed = try program.shell(line)
        #expect(compressed.status == 0, "\(compressed)")
        #expect(compressed.messages.contains("\"events\":8"))
    }

    @Test func gzipThatEndsTooEarlyIsAnError() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.shell(
            """
            cd '\(program.folder.path)' && printf '{"a":3}\\n' | gzip | head -c 20 > a.gz
            "$SKEP" load x a.gz
            """)
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("ends in the middle"))
    }

    @Test func rebasedTimesEndNow() throws {
        let program = try Program()
        defer { program.remove() }
        let lines = """
            {"time":"2020-01-01T00:00:00Z","a":1}
            {"time":"2020-01-01T01:00:00Z","a":2}

            """
        let file = try program.file("old.ndjson", lines)
        let refused = try program.run("load", "x", file)
        #expect(refused.status == 2)
        #expect(refused.messages.contains("use --rebase-time or --retention none"))
        for run in [
            try program.run("load", "x", file, "--rebase-time"),
            try program.run("load", "x", "-", "--rebase-time", input: lines),
        ] {
            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("times moved by +"))
        }
        let outcome = try program.run("query", "x", "VISUALIZE COUNT", "--format", "csv")
        #expect(outcome.output == "COUNT\n4\n")
    }

    @Test func theDemoAnswersAndCleansUp() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run("demo", "--events", "5000")
        #expect(outcome.status == 0, "\(outcome)")
        for expected in [
            "$ skep query shop 'VISUALIZE: HEATMAP(duration_ms)", "$ skep trace shop ", "█",
            "TOTAL",
            "5000 events stored",
        ] {
            #expect(outcome.output.contains(expected), "\(expected)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
        #expect(!left.contains { $0.hasPrefix("skep-demo") })
    }
}
