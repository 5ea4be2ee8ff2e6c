import FaultyStorage
import Skep
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Random lives with crashes: what was acknowledged is there, what was not is there as a whole or
/// not at all, and nothing that went comes back.
///
/// `SKEP_SIMULATION_SEEDS` asks for more lives, `SKEP_SIMULATION_SEED` for one of them.
@Suite struct SimulationTests {
    private static let usualSeeds: UInt64 = 300
    private static let workers: UInt64 = 2

    static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    private static var seeds: Range<UInt64> {
        if let seed = number("SKEP_SIMULATION_SEED") { return seed..<seed + 1 }
        return 0..<(number("SKEP_SIMULATION_SEEDS") ?? usualSeeds)
    }

    @Test func nothingAcknowledgedIsLostAndNothingGoneComesBack() async throws {
        let seeds = Self.seeds
        let crashes = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    var crashes = 0
                    for seed in seeds where seed % Self.workers == worker {
                        crashes += await Self.live(seed)
                    }
                    return crashes
                }
            }
            return await group.reduce(0, +)
        }
        #expect(crashes >= seeds.count)
        print("simulation: \(seeds.count) lives, \(crashes) crashes")
    }

    /// One life.
    ///
    /// - Returns: How often it crashed.
    private static func live(_ seed: UInt64) async -> Int {
        let life = SimulatedLife(seed: seed)
        do {
            try await life.run()
        } catch {
            Issue.record("SKEP_SIMULATION_SEED=\(seed): \(error)\n\(life.report)")
        }
        return life.crashes
    }
}
