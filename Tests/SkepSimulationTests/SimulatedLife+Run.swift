import FaultyStorage
import SkepTestRandom

extension SimulatedLife {
    /// Lives several times, each until a crash.
    func run(rounds: Int = 4) async throws {
        for _ in 0..<rounds {
            if random.chance(80) { io.powerOff(at: io.changeCount + 1 + random.below(90)) }
            var steps = random.below(25)
            while steps > 0, !io.isOff {
                if random.chance(isDiskFull ? 30 : 4) { try await changeRoom() }
                try await step()
                steps -= 1
            }
            try await crash(random.pick(CrashMode.allCases))
        }
        try await checkFiles()
    }

    /// Lets the disk get full, or have room again: then everything works.
    func changeRoom() async throws {
        isDiskFull.toggle()
        hasFaults = isDiskFull
        guard !isDiskFull else {
            let room = random.below(4_000)
            trace.append("the disk has room for \(room) bytes")
            return io.setCapacity(io.usedBytes + room)
        }
        trace.append("the disk has room")
        io.setCapacity(.max)
        try await checkAll()
        for name in Self.names where exists(name) && !io.isOff { try await append(to: name, 1) }
    }

    /// What happened.
    var report: String { trace.suffix(60).joined(separator: "\n") }
}
