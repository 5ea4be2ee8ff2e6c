import Foundation
import Skep
import Testing

@testable import SkepCLI

/// What every command has in common.
@Suite struct CommandLineTests {
    @Test func helpListsEveryCommandAndEachHasExamples() throws {
        let program = try Program()
        defer { program.remove() }
        let help = try program.run("--help")
        #expect(help.status == 0)
        #expect(help.messages.isEmpty)
        let names = SkepCommand.configuration.subcommands.map { $0._commandName }
        #expect(names.count == 15)
        for name in names {
            #expect(help.output.contains("\n  \(name) "), "\(name)")
            let own = try program.run(name, "--help")
            #expect(own.status == 0)
            if name != "version" { #expect(own.output.contains("Example"), "\(name)") }
        }
    }

    @Test func examplesAreNotBrokenOnATerminalOf80Columns() {
        let discussions =
            [SkepCommand.configuration.discussion]
            + SkepCommand.configuration.subcommands.map { $0.configuration.discussion }
        for line in discussions.flatMap({ $0.split(separator: "\n") }) where line.hasPrefix("  ") {
            #expect(line.count <= 80, "\(line)")
        }
    }

    @Test(arguments: [
        "query", "query shop", "query shop x --format xml", "query shop x --last soon",
        "load shop", "events shop --limit 0", "generate --events -1 --seed 1", "qurey",
    ])
    func complaintsBeginInLowerCase(arguments: String) throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.shell("\"$SKEP\" \(arguments)")
        #expect(outcome.status == 64)
        let text = try #require(outcome.messages.split(separator: "error: ").first)
        #expect(text.first?.isUppercase == false, "\(outcome.messages)")
    }

    @Test func anUnknownCommandIsWrongUsageAndNearOnesAreNamed() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run("qurey", "shop")
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.contains("Did you mean query?"))
    }

    @Test(arguments: [
        ["query", "shop"], ["query", "shop", "COUNT", "--spec", "x"], ["load", "shop"],
        ["load", "shop", "x", "--retention", "soon"], ["bench", "shop"], ["trace", "shop"],
        ["generate", "--events", "-1", "--seed", "1"], ["columns"],
        ["datasets", "--formt", "json"],
        ["query", "shop", "VISUALIZE COUNT", "--start", "2026-01-02", "--end", "2026-01-01"],
    ])
    func wrongUsageIs64(arguments: [String]) throws {
        let program = try Program()
        defer { program.remove() }
        let line = arguments.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try program.shell("\"$SKEP\" \(line)")
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.output.isEmpty)
    }

    @Test func textThatStartsWithADashIsAnsweredWithHowToGiveIt() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run("query", "shop", "-- VISUALIZE COUNT")
        #expect(outcome.status == 64)
        let dash = try program.run("query", "shop", "-x = 1")
        #expect(dash.status == 64)
        #expect(dash.messages.contains("put -- in front of it"))
        let other = try program.run("query", "shop", "COUNT", "--formt", "json")
        #expect(other.status == 64)
        #expect(!other.messages.contains("in front of it"))
    }

    /// See decision 5.
    @Test func theDemoIsMadeAsTheFixturesAre() throws {
        let readme = try String(
            contentsOf: Program.repository.appendingPathComponent("fixtures/README.md"),
            encoding: .utf8)
        let length = DurationText.print(DemoCommand.span.seconds)
        #expect(readme.contains("--seed \(DemoCommand.seed) "))
        #expect(readme.contains("--span \(length) "))
    }

    @Test func theSmallestDemoHasAnAnswerToEverything() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run("demo", "--events", "2000")
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.output.contains("$ skep trace shop"))
        #expect(try program.run("demo", "--events", "1999").status == 64)
    }

    @Test func commandsThatReadCreateNothing() throws {
        let program = try Program()
        defer { program.remove() }
        for arguments in ["datasets", "columns shop", "stats shop", "verify", "events shop"] {
            let outcome = try program.shell("\"$SKEP\" \(arguments)")
            #expect(outcome.status == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.messages.contains("there is no store in"))
        }
        #expect(!FileManager.default.fileExists(atPath: program.store))
    }

    @Test func versionIsOneLine() throws {
        let program = try Program()
        defer { program.remove() }
        #expect(try program.run("version").output == "skep \(VersionCommand.version)\n")
    }

    @Test func theStoreIsNamedBeforeOrAfterTheCommandOrByTheEnvironment() throws {
        let program = try Program()
        defer { program.remove() }
        let file = try program.file("a.ndjson", "{\"a\":1}\n")
        let store = program.folder.appendingPathComponent("other").path
        #expect(try program.run("--store", store, "load", "x", file).status == 0)
        #expect(try program.run("--store=/nowhere", "datasets", "--store", store).status == 0)
        let named = try program.run("datasets", environment: ["SKEP_STORE": store])
        #expect(named.status == 0)
        #expect(named.output.contains("x"))
        #expect(!FileManager.default.fileExists(atPath: program.store))
    }

    @Test func theSameSettingsGenerateTheSameBytes() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.run(
            "generate", "--events", "2000", "--seed", "7", "--end", "2026-11-20T12:00:00Z",
            "--span", "2h")
        let fixture = Program.repository.appendingPathComponent("fixtures/shop.ndjson")
        #expect(outcome.output == (try String(contentsOf: fixture, encoding: .utf8)))
    }

    @Test func aReaderThatGoesAwayIsNoError() throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try program.shell(
            "{ \"$SKEP\" generate --events 20000 --seed 1; echo status $? >&2; } | head -n 1")
        #expect(outcome.messages == "status 0\n")
    }

    @Test func interruptionEndsWith130() throws {
        let program = try Program()
        defer { program.remove() }
        let file = program.folder.appendingPathComponent("endless.ndjson").path
        let outcome = try program.run(
            "generate", "--events", "100000000", "--seed", "1", "--out", file,
            interruptedWhenThereIs: file)
        #expect(outcome.status == 130)
        #expect(outcome.messages.contains("interrupted"))
    }
}
