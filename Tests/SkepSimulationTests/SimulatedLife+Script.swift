import FaultyStorage
import Skep
import SkepTestRandom

extension SimulatedLife {
    /// One life in which everything happens once; it ends early when the power goes.
    func runScript() async throws {
        let steps: [(SimulatedLife) async throws -> Void] = [
            { try await $0.append(to: "shop", 3) },
            { try await $0.append(to: "mail", 1) },
            { try await $0.load("shop", 10) },
            { try await $0.flush("shop") },
            { try await $0.loadFile("shop", 9) },
            { try await $0.append(to: "shop", 5) },
            { try await $0.enqueue(to: "mail", 2) },
            { try await $0.setRetention("mail", days: 1) },
            { try await $0.append(to: "mail", 4) },
            { try await $0.flush("mail") },
            { try await $0.append(to: "shop", 2) },
            { try await $0.compact("shop") },
            { $0.advanceClock(hours: 60) },
            { try await $0.expire("mail", confirm: true) },
            { try await $0.maintain() },
            { try await $0.append(to: "mail", 2) },
            { try await $0.drop("mail") },
            { try await $0.append(to: "mail", 1) },
            { try await $0.append(to: "shop", 2) },
            { try await $0.reopen() },
            { try await $0.append(to: "shop", 2) },
            { try await $0.load("mail", 5) },
            { try await $0.append(to: "shop", 1) },
        ]
        for step in steps where !io.isOff {
            cutOffLoad = nil
            try await step(self)
        }
    }

    /// The same life up to here, to be continued in another way.
    func branch(seed: UInt64) -> SimulatedLife {
        let branch = SimulatedLife(seed: seed, io: io)
        branch.models = models
        branch.sent = sent
        branch.trace = trace
        branch.hasFaults = hasFaults
        branch.cutOffLoad = cutOffLoad
        branch.clock.set(clock.now())
        return branch
    }
}
