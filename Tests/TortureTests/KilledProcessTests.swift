import Foundation
import SkepTestRandom
import Testing

/// A process that appends, flushes and compacts is killed, over and over, on the same store.
@Suite(.serialized) struct KilledProcessTests {
    private static let seed: UInt64 = 11
    /// Kills after which a new store is begun, so that checks do not get slower and slower.
    private static let killsPerStore = 8

    @Test(arguments: ["always", "interval:100", "none"])
    func nothingAcknowledgedIsLostByAKill(_ durability: String) throws {
        let run = try TortureRun()
        defer { run.remove() }
        var random = SplitMix(seed: Self.seed)
        var (events, found) = (0, 0)
        let rounds = TortureRun.rounds(3)
        for round in 0..<rounds {
            let life = round / Self.killsPerStore
            let (store, acknowledgements) = (run.path("store\(life)"), run.path("acks\(life)"))
            let time = Double(random.below(280) + 20) / 1_000
            let note = "seed \(Self.seed), round \(round), \(durability), killed after \(time) s"
            let killed = try run.run(
                TortureRun.program("Torture"),
                [
                    "write", "store=\(store)", "acks=\(acknowledgements)", "seed=\(round)",
                    "durability=\(durability)", "pause=\(TortureRun.isLong ? 20 : 60)",
                ], killedAfter: time)
            #expect(killed.status == SIGKILL, "\(note): \(killed.output)")
            #expect(killed.problems.isEmpty, "\(note)")
            let checked = try run.check(
                store, acknowledgements, closes: random.chance(30), note)
            if round % Self.killsPerStore == Self.killsPerStore - 1 || round == rounds - 1 {
                events += checked.number("acknowledged")
                found += checked.number("found")
                try? FileManager.default.removeItem(atPath: store)
            }
        }
        print(
            "durability \(durability): \(rounds) kills, \(events) events acknowledged, "
                + "\(found) found, nothing lost")
        #expect(events > 0 && found >= events)
    }
}
