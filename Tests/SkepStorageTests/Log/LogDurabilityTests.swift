import SkepFormat
import SkepModel
import Testing

@testable import SkepStorage

/// What `.interval` and `.none` promise and what they do not do.
@Suite struct LogDurabilityTests {
    private static let hour: Int64 = 3_600_000_000_000

    private func texts(_ count: Int, from first: Int = 0) -> [String] {
        (first..<first + count).map { "frame \($0)" }
    }

    /// Looks again until something is so, for 20 s at most.
    private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if try condition() { return true }
            let monitor = Monitor()
            monitor.lock()
            monitor.wait(nanoseconds: 2_000_000)
            monitor.unlock()
        }
        return false
    }

    @Test func framesReachTheDiskAfterTheInterval() throws {
        let log = LogFixture(durability: .interval(nanoseconds: 30_000_000))
        let writer = log.writer()
        for round in 1...3 {
            #expect(writer.storeAll(texts(10, from: round * 10 - 10)).count == 10)
            #expect(try LogFixture.read(log.disk.afterCrash()).texts == texts(round * 10))
            let isThere = try eventually {
                try LogFixture.read(log.disk.afterPowerCut()).texts == texts(round * 10)
            }
            #expect(isThere)
        }
        #expect(log.disk.calls(.sync) < 30)
        try writer.close()
    }

    @Test func theSizeOfWhatIsAtRiskIsBounded() throws {
        let log = LogFixture(durability: .interval(nanoseconds: Self.hour))
        let writer = log.writer()
        try writer.store("first")
        #expect(log.disk.calls(.sync) == 0)
        #expect(try LogFixture.read(log.disk.afterPowerCut()).texts.isEmpty)
        var large = [UInt8](repeating: 0, count: 3 << 20)
        var word: UInt64 = 1
        for index in large.indices {
            word = word &* 6_364_136_223_846_793_005 &+ 1
            large[index] = UInt8(truncatingIfNeeded: word >> 33)
        }
        for _ in 0..<3 { try writer.store(large) }
        #expect(log.disk.calls(.sync) == 1)
        #expect(try LogFixture.read(log.disk.afterPowerCut()).sequences == [1, 2, 3, 4])
        try writer.close()
    }

    @Test func syncAndCloseMakeAllDurable() throws {
        let log = LogFixture(durability: .interval(nanoseconds: Self.hour))
        let writer = log.writer()
        #expect(writer.storeAll(texts(3)).count == 3)
        try writer.sync()
        #expect(try LogFixture.read(log.disk.afterPowerCut()).texts == texts(3))
        #expect(writer.storeAll(texts(3, from: 3)).count == 3)
        try writer.close()
        #expect(try LogFixture.read(log.disk.afterPowerCut()).texts == texts(6))
    }

    /// A process died before the interval was over, and the power went after the next one came.
    @Test func whatAnEarlierProcessWroteIsSyncedBeforeAnythingElse() throws {
        let log = LogFixture(durability: .interval(nanoseconds: Self.hour))
        let dead = log.writer()
        #expect(dead.storeAll(texts(3)).count == 3)
        #expect(try LogFixture.read(log.disk.afterPowerCut()).texts.isEmpty)
        let writer = try log.reopened()
        try writer.store("frame 3")
        try writer.sync()
        let content = try LogFixture.read(log.disk.afterPowerCut())
        #expect(content.texts == texts(4))
        #expect(content.problems.isEmpty)
        try writer.close()
        try dead.close()
    }

    @Test func noneNeverSyncs() throws {
        let log = LogFixture(durability: .none, fileBytes: 300)
        let writer = log.writer()
        #expect(writer.storeAll(texts(30)).count == 30)
        try writer.sync()
        #expect(try LogFixture.read(log.disk.afterCrash()).texts == texts(30))
        #expect(log.disk.calls(.sync) == 0)
        #expect(log.disk.calls(.syncDirectory) == 0)
        try writer.close()
    }

    /// Acknowledged frames that a failed sync left in doubt stay until a file has taken them.
    @Test(arguments: [false, true]) func whatWasAcknowledgedIsKeptUntilItIsOnTheDisk(
        _ goesOnByItself: Bool
    ) throws {
        let log = LogFixture(durability: .interval(nanoseconds: Self.hour))
        let writer = log.writer()
        #expect(writer.storeAll(texts(3)).count == 3)
        try writer.sync()
        #expect(writer.storeAll(texts(3, from: 3)).count == 3)
        log.disk.fail { operation, _ in operation == .sync ? .refused : nil }
        for _ in 0..<3 { #expect(throws: SkepError.self) { try writer.sync() } }
        #expect(writer.failure?.code == .inputOutput)
        // Nothing new is taken before what was taken is safe.
        #expect(throws: SkepError.self) { try writer.store("refused") }
        log.disk.heal()
        if goesOnByItself { try writer.store("frame 6") } else { try writer.sync() }
        #expect(writer.failure == nil)
        let content = try LogFixture.read(log.disk.afterPowerCut())
        #expect(content.texts == texts(goesOnByItself ? 7 : 6))
        #expect(Array(content.sequences.prefix(6)) == [1, 2, 3, 4, 5, 6])
        #expect(content.problems.isEmpty)
        try writer.close()
    }

    @Test func theSyncAfterTheIntervalIsTriedAgain() throws {
        let log = LogFixture(durability: .interval(nanoseconds: 5_000_000))
        let writer = log.writer()
        log.disk.fail { operation, _ in operation == .sync ? .refused : nil }
        #expect(writer.storeAll(texts(2)).count == 2)
        #expect(eventually { writer.failure != nil && log.disk.calls(.sync) > 4 })
        log.disk.heal()
        #expect(try eventually { try LogFixture.read(log.disk.afterPowerCut()).texts == texts(2) })
        #expect(eventually { writer.failure == nil })
        try writer.close()
    }

    @Test func framesThatWereWrittenCountWhenASyncBehindThemFails() throws {
        let log = LogFixture(durability: .interval(nanoseconds: Self.hour))
        let writer = log.writer()
        let gate = Gate()
        let first = Outcome()
        writer.submit([1]) { sequence in
            gate.pass()
            first.publish(sequence)
        } completion: {
            first.complete($0)
        }
        gate.waitUntilReached()
        log.disk.fail { operation, _ in operation == .sync ? .refused : nil }
        let second = Outcome()
        writer.submit([2]) {
            second.publish($0)
        } completion: {
            second.complete($0)
        }
        gate.open()
        #expect(throws: SkepError.self) { try writer.sync() }
        #expect(try first.wait() == 1)
        #expect(try second.wait() == 2)
        log.disk.heal()
        try writer.close()
        #expect(try LogFixture.read(log.disk.afterPowerCut()).payloads == [[1], [2]])
    }
}
