import SkepFormat
import SkepModel
import SkepTestRandom
import Synchronization
import Testing

@testable import SkepStorage

@Suite struct LogWriterTests {
    private func texts(_ count: Int, from first: Int = 0) -> [String] {
        (first..<first + count).map { "frame \($0)" }
    }

    @Test func openingWritesNothing() throws {
        let log = LogFixture()
        let writer = log.writer()
        try writer.sync()
        try writer.close()
        #expect(log.disk.files.isEmpty)
        #expect(writer.byteCount == 0)
    }

    @Test func whatIsAcknowledgedIsOnTheDisk() throws {
        let log = LogFixture(fileBytes: 500)
        let writer = log.writer()
        for (index, text) in texts(40).enumerated() {
            let seen = Mutex<[String]>([])
            let done = Outcome()
            writer.submit(Array(text.utf8)) { sequence in
                // Others may see it from here on, so it has to be there already.
                let content = try? LogFixture.read(log.disk.afterPowerCut())
                seen.withLock { $0 = content?.texts ?? [] }
                done.publish(sequence)
            } completion: {
                done.complete($0)
            }
            #expect(try done.wait() == UInt64(index + 1))
            #expect(seen.withLock { $0 } == texts(index + 1))
        }
        #expect(log.numbers.count > 3)
        #expect(writer.lastSequence == 40)
        #expect(writer.byteCount == log.disk.files.values.reduce(0) { $0 + $1.count })
        #expect(try LogFixture.read(log.disk.afterPowerCut()).problems.isEmpty)
        try writer.close()
    }

    @Test func framesOfManyThreadsArePublishedInOneOrder() throws {
        let log = LogFixture()
        let writer = log.writer()
        let published = Mutex<[UInt64]>([])
        let completed = Mutex<[UInt64]>([])
        try WorkerThreads.run(4, threads: 4) { thread throws(SkepError) in
            for index in 0..<100 {
                let done = Outcome()
                writer.submit(Array("\(thread) \(index)".utf8)) { sequence in
                    published.withLock { $0.append(sequence) }
                    done.publish(sequence)
                } completion: { failure in
                    completed.withLock { $0.append(published.withLock { $0.last ?? 0 }) }
                    done.complete(failure)
                }
                _ = try done.wait()
            }
        }
        #expect(published.withLock { $0 } == Array(1...400))
        #expect(completed.withLock { $0.count } == 400)
        let content = try LogFixture.read(log.disk.afterPowerCut())
        for thread in 0..<4 {
            #expect(
                content.texts.filter { $0.hasPrefix("\(thread) ") }
                    == (0..<100).map { "\(thread) \($0)" })
        }
        try writer.close()
    }

    @Test func whatWaitsIsWrittenAndSyncedTogether() throws {
        let log = LogFixture()
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
        let (appends, syncs) = (log.disk.calls(.append), log.disk.calls(.sync))
        let others = (0..<50).map { _ in Outcome() }
        for other in others {
            writer.submit([2]) {
                other.publish($0)
            } completion: {
                other.complete($0)
            }
        }
        #expect(writer.queuedBytes == 50 * 40)
        gate.open()
        #expect(try first.wait() == 1)
        #expect(try others.map { try $0.wait() } == Array(2...51))
        #expect(log.disk.calls(.append) == appends + 1)
        #expect(log.disk.calls(.sync) == syncs + 1)
        #expect(writer.queuedBytes == 0)
        try writer.close()
    }

    @Test func aProcessThatDiesLeavesEveryAcknowledgedFrame() throws {
        var log = LogFixture(fileBytes: 500)
        var expected: [String] = []
        for round in 0..<6 {
            let writer = try log.reopened()
            let more = texts(round * 3, from: expected.count)
            #expect(writer.storeAll(more) == more)
            expected += more
            // The writer is neither closed nor synced.
            log.disk = round % 2 == 0 ? log.disk.afterCrash() : log.disk.afterPowerCut()
            let content = try LogFixture.read(log.disk)
            #expect(content.texts == expected)
            #expect(content.sequences == Array(1..<UInt64(expected.count + 1)))
            #expect(content.problems.isEmpty)
        }
    }

    @Test func filesGoOldestFirstAndNeverTheNewest() throws {
        let log = LogFixture(fileBytes: 300)
        let writer = log.writer()
        _ = writer.storeAll(texts(60))
        let numbers = log.numbers
        try writer.removeFiles(through: 0)
        #expect(log.numbers == numbers)
        try writer.removeFiles(through: 20)
        #expect(log.disk.removed == log.disk.removed.sorted())
        let left = try LogFixture.read(log.disk.afterPowerCut())
        #expect(left.problems.isEmpty)
        #expect(left.sequences.last == 60)
        #expect((left.sequences.first ?? 0) > 10 && (left.sequences.first ?? 99) <= 21)
        try writer.removeFiles(through: 60)
        #expect(log.numbers == [numbers.last ?? 0])
        #expect(writer.byteCount == log.disk.files.values.reduce(0) { $0 + $1.count })
        #expect(try writer.store("more") == 61)
        try writer.close()
    }

    @Test func aPowerCutBetweenTwoRemovalsLeavesNoGap() throws {
        for step in 0..<8 {
            for operation in [TestDisk.Operation.remove, .syncDirectory] {
                let log = LogFixture(fileBytes: 200)
                let writer = log.writer()
                _ = writer.storeAll(texts(30))
                log.disk.fail { $0 == operation && $1 >= step ? .refused : nil }
                try? writer.removeFiles(through: 25)
                for disk in [log.disk.afterPowerCut(), log.disk.afterCrash()] {
                    let content = try LogFixture.read(disk)
                    #expect(content.problems.isEmpty, "\(operation) \(step)")
                    #expect(content.sequences.suffix(5) == [26, 27, 28, 29, 30])
                }
                log.disk.heal()
                try writer.removeFiles(through: 25)
                try writer.close()
            }
        }
    }

    @Test func sequencesGoOnFromAnEmptyLog() throws {
        let log = LogFixture()
        let writer = log.writer()
        var random = SplitMix(seed: 8)
        let large = (0..<100_000).map { _ in UInt8(random.below(256)) }
        #expect(try writer.store(large) == 1)
        #expect(try writer.store(large) == 2)
        try writer.removeFiles(through: 2)
        try writer.close()
        let content = try LogFixture.read(log.disk.afterPowerCut())
        #expect(content.sequences.isEmpty && content.problems.isEmpty)
        #expect(content.reading.start?.nextSequence == 3)
        #expect(try log.reopened().store("next") == 3)
    }

    @Test func framesGetGreaterSequencesThanWhatIsCovered() throws {
        let log = LogFixture()
        let writer = log.writer()
        #expect(try writer.store("a") == 1)
        let done = Outcome()
        writer.submit([1], above: 70) {
            done.publish($0)
        } completion: {
            done.complete($0)
        }
        #expect(try done.wait() == 71)
        #expect(try writer.store("b") == 72)
        #expect(try LogFixture.read(log.disk).sequences == [1, 71, 72])
        try writer.close()
    }

    @Test func closedWriterTakesNothing() throws {
        let log = LogFixture()
        let writer = log.writer()
        try writer.store("a")
        try writer.close()
        let error = #expect(throws: SkepError.self) { try writer.store("b") }
        #expect(error?.code == .closed)
        #expect(try LogFixture.read(log.disk).texts == ["a"])
    }

    @Test func payloadsAboveTheLimitAreRefused() throws {
        let writer = LogFixture().writer()
        let error = #expect(throws: SkepError.self) {
            try writer.store([UInt8](repeating: 0, count: LogFrame.mostPayloadBytes + 1))
        }
        #expect(error?.code == .limitReached)
        try writer.close()
    }
}
