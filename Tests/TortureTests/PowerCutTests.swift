import Foundation
import Testing

/// The power is cut while a process writes to a store on a real file system.
@Suite(.serialized) struct PowerCutTests {
    private static let python = TortureRun.installed("python3")
    private static let skipped: Int32 = 77

    @Test(
        .enabled(if: python != nil && geteuid() == 0, "needs python3 and the rights to mount"),
        arguments: TortureRun.isLong
            ? ["always", "interval:100", "none"] : ["always", "interval:100"])
    func powerCutLosesNoMoreThanTheDurabilityAllows(_ durability: String) throws {
        let run = try TortureRun()
        defer { run.remove() }
        let cuts = TortureRun.rounds(2)
        let outcome = try run.run(
            try #require(Self.python),
            [
                TortureRun.script("power_cut.py"), "--programs", TortureRun.programs.path, "--cuts",
                "\(cuts)", "--durability", durability, "--megabytes", "32", "--keep",
                run.path("kept"), "--pause", "300",
                // This machine may do other things at the same time.
                "--slack", "1000",
            ], limit: 240 + 10 * Double(cuts))
        print(outcome.output)
        guard outcome.status != Self.skipped else { return }
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.problems.isEmpty)
        #expect(outcome.output.contains("known cases: 6 as expected"))
    }
}
