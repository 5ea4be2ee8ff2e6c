import Foundation
import Testing

/// A process is killed at exactly the nth call that changes files.
@Suite(.serialized) struct KilledAtCallTests {
    private static let strace = TortureRun.installed("strace")

    @Test(
        .enabled(if: strace != nil, "strace is not installed"),
        arguments: TortureRun.isLong
            ? ["fdatasync", "fsync", "rename", "unlink", "write", "openat", "mkdir", "ftruncate"]
            : ["fdatasync", "rename", "unlink", "write"])
    func nothingAcknowledgedIsLostWhereverTheProcessIsKilled(_ call: String) throws {
        let strace = try #require(Self.strace)
        // One call after the other when asked for many rounds, else steps that get longer.
        var (kills, events, number, survived) = (0, 0, 1, 0)
        while survived < 1, number <= max(200, TortureRun.rounds(0)) {
            let run = try TortureRun()
            defer { run.remove() }
            let (store, acknowledgements) = (run.path("store"), run.path("acks"))
            let note = "killed at \(call) number \(number)"
            let outcome = try run.run(
                strace,
                [
                    "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                    "inject=\(call):signal=SIGKILL:when=\(number)", TortureRun.program("Torture"),
                    "write", "store=\(store)", "acks=\(acknowledgements)",
                    "events=\(TortureRun.isLong ? 2_000 : 400)",
                    "seed=\(number)",
                ])
            #expect(outcome.problems.isEmpty, "\(note)")
            if outcome.output.contains("written") {
                survived += 1
            } else {
                #expect(outcome.status == SIGKILL, "\(note): \(outcome.messages)")
                kills += 1
            }
            events += try run.check(store, acknowledgements, closes: true, note)
                .number("acknowledged")
            number += TortureRun.isLong ? 1 : 2 * number
        }
        print("\(call): \(kills) kills, \(events) events acknowledged, nothing lost")
        #expect(kills > 0)
    }
}
