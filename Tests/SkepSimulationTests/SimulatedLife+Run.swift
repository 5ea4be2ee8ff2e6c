import FaultyStorage
import SkepTestRandom

extension SimulatedLife {
    /// Lives several times, each until a crash.
    func run(rounds: Int = 4) async throws {
        for _ in 0..<rounds {
            if random.chance(80) { io.powerOff(at: io.changeCount + 1 + random.below(90)) }
            var steps = random.below(25)
            while steps > 0, !io.isOff {
                try await step()
                steps -= 1
            }
            try await crash(random.pick(CrashMode.allCases))
        }
    }

    /// What happened.
    var report: String { trace.suffix(60).joined(separator: "\n") }
}
