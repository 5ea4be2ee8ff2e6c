import SkepModel
import Synchronization
import Testing

/// Work items are handed out once each, in order, until one fails.
@Suite struct WorkerThreadsTests {
    /// The indexes that were worked on, in the order of their start.
    private final class Record: Sendable {
        private let indexes = Mutex<[Int]>([])

        var started: [Int] { indexes.withLock { $0 } }

        func start(_ index: Int) { indexes.withLock { $0.append(index) } }
    }

    /// A number that threads raise.
    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        var value: Int { count.load(ordering: .sequentiallyConsistent) }

        func add() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    }

    @Test(arguments: [0, 1, 2, 7, 1_000], [-1, 0, 1, 2, 5, 64])
    func everyIndexIsWorkedOnOnce(count: Int, threads: Int) throws {
        let record = Record()
        try WorkerThreads.run(count, threads: threads) { index in record.start(index) }
        #expect(record.started.sorted() == Array(0..<count))
    }

    @Test(arguments: [-3, 0, 1])
    func aSingleThreadWorksInAscendingOrder(threads: Int) throws {
        let record = Record()
        try WorkerThreads.run(200, threads: threads) { index in record.start(index) }
        #expect(record.started == Array(0..<200))
    }

    @Test func indexesAreHandedOutInAscendingOrder() throws {
        // An index is given out only after all lower ones were: of `threads` items at work,
        // those not started yet are the only gaps below it.
        let threads = 4
        let record = Record()
        try WorkerThreads.run(5_000, threads: threads) { index in record.start(index) }
        let started = record.started
        #expect(Set(started).count == 5_000)
        for (place, index) in started.enumerated() {
            // Below `index` are `place` started items at most, and gaps of the other threads.
            let isInOrder = index - place < threads
            #expect(isInOrder, "index \(index) started as number \(place)")
            if !isInOrder { return }
        }
    }

    @Test func itemsRunAtTheSameTime() throws {
        // Both items wait for one another: one thread alone would never end.
        let arrived = Counter()
        try WorkerThreads.run(2, threads: 2) { _ in
            arrived.add()
            while arrived.value < 2 {}
        }
        #expect(arrived.value == 2)
    }

    @Test func theFailureOfTheLowestIndexIsThrown() {
        for threads in [1, 2, 4] {
            let barrier = Counter()
            let error = #expect(throws: SkepError.self) {
                try WorkerThreads.run(4, threads: threads) { (index) throws(SkepError) in
                    // With four threads the lowest failure comes last.
                    if threads == 4 {
                        barrier.add()
                        while barrier.value < 4 + (index == 0 ? 3 : 0) {}
                        barrier.add()
                    }
                    throw SkepError(.internalFault, "item \(index)")
                }
            }
            #expect(error?.message == "item 0")
            #expect(error?.code == .internalFault)
        }
    }

    @Test func noItemStartsAfterAFailure() {
        let record = Record()
        let error = #expect(throws: SkepError.self) {
            try WorkerThreads.run(1_000, threads: 1) { (index) throws(SkepError) in
                record.start(index)
                if index == 10 { throw SkepError(.corruption, "item 10") }
            }
        }
        #expect(error?.message == "item 10")
        #expect(record.started == Array(0...10))
    }

    @Test func workOfOtherThreadsEndsBeforeTheFailureIsThrown() {
        let started = Counter()
        let ended = Counter()
        #expect(throws: SkepError.self) {
            try WorkerThreads.run(100_000, threads: 4) { (index) throws(SkepError) in
                started.add()
                defer { ended.add() }
                if index == 50 { throw SkepError(.cancelled, "enough") }
            }
        }
        #expect(started.value == ended.value)
        #expect(started.value > 50)
    }
}
