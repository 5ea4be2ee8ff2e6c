import SkepFormat
import SkepModel
import SkepTestRandom
import Synchronization
import Testing

@testable import SkepStorage

/// Writes, syncs and new files that fail, once and for ever.
@Suite struct LogFailureTests {
    private func texts(_ count: Int, from first: Int = 0) -> [String] {
        (first..<first + count).map { "frame \($0)" }
    }

    private static let failing: [TestDisk.Operation] = [.create, .append, .sync, .syncDirectory]

    /// What is acknowledged is there, in order and once; nothing is there that nobody sent.
    private func check(_ disk: TestDisk, acknowledged: [String], sent: [String], _ what: String)
        throws
    {
        let content = try LogFixture.read(disk)
        #expect(content.problems.isEmpty, "\(what)")
        let found = content.texts
        #expect(found.filter(Set(acknowledged).contains) == acknowledged, "\(what)")
        #expect(sent.filter(Set(found).contains) == found, "\(what)")
        #expect(content.sequences == Array(Set(content.sequences)).sorted(), "\(what)")
    }

    @Test(arguments: failing) func oneFailureIsNotNoticed(_ operation: TestDisk.Operation) throws {
        for step in 0..<14 {
            let log = LogFixture(fileBytes: 400)
            log.disk.fail { $0 == operation && $1 == step ? .refused : nil }
            let writer = log.writer()
            let sent = texts(20)
            #expect(writer.storeAll(sent) == sent, "step \(step)")
            #expect(writer.failure == nil)
            for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
                let content = try LogFixture.read(disk)
                #expect(content.texts == sent, "step \(step)")
                #expect(content.sequences == Array(1...20), "step \(step)")
                #expect(content.problems.isEmpty, "step \(step)")
            }
            try writer.close()
        }
    }

    @Test(arguments: failing) func whatFailsForEverIsRefusedUntilItWorksAgain(
        _ operation: TestDisk.Operation
    ) throws {
        for step in 0..<14 {
            let log = LogFixture(fileBytes: 400)
            log.disk.fail { $0 == operation && $1 >= step ? .refused : nil }
            let writer = log.writer()
            var acknowledged = writer.storeAll(texts(20))
            #expect(acknowledged == Array(texts(20).prefix(acknowledged.count)))
            if acknowledged.count < 20 { #expect(writer.failure?.code == .inputOutput) }
            for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
                try check(disk, acknowledged: acknowledged, sent: texts(20), "step \(step)")
            }
            log.disk.heal()
            let more = texts(5, from: 20)
            #expect(writer.storeAll(more) == more, "step \(step)")
            acknowledged += more
            #expect(writer.failure == nil)
            for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
                try check(disk, acknowledged: acknowledged, sent: texts(25), "step \(step)")
            }
            try writer.close()
        }
    }

    @Test func fullDiskIsLeftReadableAndGoesOnWhenThereIsSpace() throws {
        for room in 0..<180 {
            let log = LogFixture()
            let writer = log.writer()
            #expect(writer.storeAll(texts(3)).count == 3)
            log.disk.fail { operation, _ in
                switch operation {
                case .append: .full(after: room)
                case .create: room % 2 == 0 ? nil : .refused
                default: nil
                }
            }
            let error = #expect(throws: SkepError.self) { try writer.store("lost") }
            #expect(error?.code == .inputOutput)
            #expect(error?.path?.hasPrefix(LogFixture.directory) == true)
            log.disk.heal()
            #expect(writer.storeAll(texts(3, from: 3)).count == 3)
            for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
                let content = try LogFixture.read(disk)
                #expect(content.texts == texts(6), "room \(room)")
                #expect(content.problems.isEmpty, "room \(room)")
            }
            try writer.close()
        }
    }

    @Test func randomFailuresLoseNothingAcknowledged() throws {
        let seed: UInt64 = 4
        for round in 0..<150 {
            var random = SplitMix(seed: seed + UInt64(round))
            var log = LogFixture(fileBytes: random.pick([200, 1_000, 1 << 20]))
            var acknowledged: [String] = []
            var sent: [String] = []
            for _ in 0..<4 {
                let odds = random.pick([0, 2, 10, 40])
                let failures = (0..<400).map { _ in random.chance(odds) }
                log.disk.fail { operation, count in
                    // Each kind of operation has failures of its own.
                    let kind = TestDisk.Operation.allCases.firstIndex(of: operation) ?? 0
                    guard operation != .remove, failures[(count * 5 + kind) % 400] else {
                        return nil
                    }
                    return operation == .append ? .full(after: count % 90) : .refused
                }
                let writer = try log.reopened()
                let more = texts(random.below(12), from: sent.count)
                acknowledged += writer.storeAll(more)
                sent += more
                log.disk = random.chance(50) ? log.disk.afterPowerCut() : log.disk.afterCrash()
                try check(
                    log.disk, acknowledged: acknowledged, sent: sent,
                    "seed \(seed), round \(round)")
            }
        }
    }

    @Test func aFileInWhichASyncFailedIsNeverTouchedAgain() throws {
        let log = LogFixture()
        let writer = log.writer()
        try writer.store("a")
        log.disk.fail { $0 == .sync && $1 == 0 ? .refused : nil }
        try writer.store("b")
        let old = log.disk.files[LogFixture.path(1)]
        try writer.store("c")
        #expect(log.numbers == [1, 2])
        #expect(log.disk.files[LogFixture.path(1)] == old)
        let header = try log.disk.read(LogFixture.path(2)).withUnsafeBytes {
            try LogFileHeader(decoding: $0)
        }
        #expect(header.previousNumber == 1)
        #expect(header.previousEnd == UInt64(LogFileHeader.size) + 40)
        #expect(header.firstSequence == 2)
        try writer.close()
    }

    /// The process that met a failed sync dies, and the next one can read what the disk has not.
    ///
    /// Then the disk works again, until the power goes.
    @Test func theNextProcessBuildsOnNothingThatASyncMayHaveLost() throws {
        let log = LogFixture()
        let dead = log.writer()
        try dead.store("a")
        log.disk.fail { operation, _ in operation == .sync || operation == .create ? .refused : nil
        }
        #expect(dead.storeAll(["b"]).isEmpty)
        log.disk.heal()
        let writer = try log.reopened()
        try writer.store("c")
        let content = try LogFixture.read(log.disk.afterPowerCut())
        #expect(content.texts == ["a", "b", "c"])
        #expect(content.problems.isEmpty)
        try writer.close()
    }

    /// Not even the name of a file is known to be on the disk whose first sync failed.
    @Test func aFileOfWhichNothingIsSureIsNotBuiltUpon() throws {
        let log = LogFixture()
        let dead = log.writer()
        log.disk.fail { operation, _ in operation == .sync || operation == .remove ? .refused : nil
        }
        #expect(dead.storeAll(["a"]).isEmpty)
        log.disk.heal()
        let writer = try log.reopened()
        try writer.store("b")
        for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
            let content = try LogFixture.read(disk)
            #expect(content.texts == ["a", "b"])
            #expect(content.problems.isEmpty)
        }
        try writer.close()
    }

    /// The file that takes the place of another's tail counts when all of it is there.
    @Test(arguments: 0..<6) func aCrashWhileTheTailIsWrittenAgainLosesNothing(_ call: Int) throws {
        let log = LogFixture()
        let dead = log.writer()
        #expect(dead.storeAll(["a", "b"]).count == 2)
        let calls = Counter()
        let writer = try log.reopened()
        log.disk.fail { _, _ in calls.next() >= call ? .refused : nil }
        let stored = writer.storeAll(["c"])
        for disk in [log.disk.afterCrash(), log.disk.afterPowerCut()] {
            let content = try LogFixture.read(disk)
            #expect(content.texts.starts(with: ["a", "b"] + stored), "\(content.texts)")
            #expect(content.problems.isEmpty)
        }
        log.disk.heal()
        try writer.close()
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    /// How often it was called before.
    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
