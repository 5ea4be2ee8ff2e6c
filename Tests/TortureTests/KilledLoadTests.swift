import Foundation
import SkepTestRandom
import Testing

/// A load that is killed and given again stores each line once.
@Suite struct KilledLoadTests {
    private static let seed: UInt64 = 12
    private static let lines = 40_000

    @Test func killedLoadGoesOnWithoutLosingOrDoublingLines() throws {
        let run = try TortureRun()
        defer { run.remove() }
        var random = SplitMix(seed: Self.seed)
        let file = try writeLines(run, &random)
        var (kills, completed) = (0, 0)
        let rounds = TortureRun.rounds(4)
        var store = run.path("store0")
        while kills < rounds || completed == 0 {
            // The last load is left to its end.
            let time = kills < rounds ? Double(random.below(580) + 20) / 1_000 : nil
            let note = "seed \(Self.seed), kill \(kills), after \(time ?? -1) s"
            let load = try run.run(
                TortureRun.program("skep"),
                [
                    "--store", store, "load", "lines", file, "--retention", "none", "--threads",
                    "1", "--memory", "16MiB",
                ], killedAfter: time)
            let isWhole = load.status == 0
            #expect(isWhole || load.status == SIGKILL, "\(note): \(load.messages)")
            let found = try check(run, store, isWhole: isWhole, note)
            if !isWhole { kills += 1 }
            // One killed after its last commit had ended well, although it could not say so: given
            // again it would be another load.
            guard found == Self.lines else { continue }
            completed += 1
            try? FileManager.default.removeItem(atPath: store)
            store = run.path("store\(completed)")
        }
        print("\(kills) killed loads, \(completed) completed, each of \(Self.lines) lines once")
    }

    private func check(
        _ run: TortureRun, _ store: String, isWhole: Bool, _ note: String
    ) throws -> Int {
        let outcome = try run.run(
            TortureRun.program("Torture"),
            [
                "lines", "store=\(store)", "dataset=lines", "count=\(Self.lines)",
                "whole=\(isWhole ? 1 : 0)",
            ])
        #expect(outcome.status == 0, "\(note): \(outcome.messages)")
        #expect(outcome.problems.isEmpty, "\(note)")
        return outcome.number("found")
    }

    /// Lines that take so much memory that a load commits several times.
    private func writeLines(_ run: TortureRun, _ random: inout SplitMix) throws -> String {
        let pool = (0..<20_000).map { _ in String(random.next(), radix: 16) }.joined()
        let bytes = Array(pool.utf8)
        var text: [UInt8] = []
        for line in 0..<Self.lines {
            let start = random.below(bytes.count - 800)
            text += Array(#"{"time":\#(1_780_000_000 + line * 5),"line":\#(line),"body":""#.utf8)
            text += bytes[start..<start + 700]
            text += Array("\"}\n".utf8)
        }
        let path = run.path("lines.ndjson")
        try Data(text).write(to: URL(fileURLWithPath: path))
        return path
    }
}
