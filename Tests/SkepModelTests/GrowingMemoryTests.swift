import SkepModel
import Testing

@Suite struct GrowingMemoryTests {
    /// Across the size from which on memory is the system's pages.
    @Test func keepsItsContentAndIsZeroBehindIt() {
        let budget = MemoryBudget(limit: .max)
        do {
            var memory = GrowingMemory(byteCount: 64, budget: budget)
            var written = 0
            for size in [64, 1_000, 100_000, 1 << 20, 3 << 20, 4 << 20, 9 << 20] {
                memory.grow(to: size)
                #expect(memory.byteCount >= size)
                #expect(budget.bytes == memory.byteCount)
                let bytes = memory.base.assumingMemoryBound(to: UInt8.self)
                #expect((0..<written).allSatisfy { bytes[$0] == UInt8($0 % 251) })
                #expect((written..<memory.byteCount).allSatisfy { bytes[$0] == 0 })
                for index in written..<size { bytes[index] = UInt8(index % 251) }
                written = size
            }
            memory.release()
            #expect(budget.bytes == memory.byteCount)
            #expect(memory.base.load(as: UInt8.self) == 0)
        }
        #expect(budget.bytes == 0)
    }

    @Test func doublesWhileTheBudgetHasRoom() {
        let budget = MemoryBudget(limit: 10 << 20)
        var memory = GrowingMemory(byteCount: 1 << 20, budget: budget)
        var doubled = 0
        while memory.doubles() { doubled += 1 }
        #expect(doubled == 3)
        #expect(memory.byteCount == 8 << 20)
        #expect(budget.bytes == 8 << 20)
        #expect(budget.isStopped)
    }

    @Test func refusesWhatDoesNotFitAndNamesTheSetting() throws {
        let budget = MemoryBudget(limit: 1_000)
        try budget.reserve(1_000)
        try budget.check()
        let error = #expect(throws: SkepError.self) { try budget.reserve(1) }
        #expect(error?.code == .limitReached)
        #expect(error?.message.contains("--memory") == true)
        #expect(budget.bytes == 1_000)
        #expect(throws: SkepError.self) { try budget.check() }
    }
}
