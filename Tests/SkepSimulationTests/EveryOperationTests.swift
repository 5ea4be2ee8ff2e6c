import FaultyStorage
import Skep
import Testing

/// One life in which everything happens once, disturbed at every single operation.
///
/// With `SKEP_SIMULATION_SEEDS` every kind of disturbance happens at every operation; otherwise
/// they take turns.
@Suite struct EveryOperationTests {
    private static let kinds: [(InjectedFault.Reason, isLasting: Bool)] = [
        (.device, false), (.noSpace, false), (.device, true), (.noSpace, true),
    ]
    /// Whether every fault happens at every place; otherwise they take turns.
    private static let isThorough = SimulationTests.number("SKEP_SIMULATION_SEEDS") != nil

    /// Changes and reads of the undisturbed life.
    private func operations() async throws -> (changes: Int, reads: Int) {
        let life = SimulatedLife(seed: 0)
        try await life.runScript()
        try await life.checkAll()
        return (life.io.changeCount, life.io.readCount)
    }

    @Test func theStoreSurvivesACrashAfterEveryOperation() async throws {
        let changes = try await operations().changes
        #expect(changes > 100)
        var crashes = 0
        for place in 1...changes + 1 {
            let life = SimulatedLife(seed: 0)
            life.io.powerOff(at: place)
            do {
                try await life.runScript()
                for (index, mode) in CrashMode.allCases.enumerated()
                where Self.isThorough || place % 2 == 0 || index == place % 3 {
                    let branch = life.branch(seed: UInt64(place))
                    try await branch.crash(mode)
                    try await branch.append(to: "shop", 1)
                    try await branch.checkAll()
                    crashes += branch.crashes
                }
            } catch {
                Issue.record("power off at change \(place): \(error)\n\(life.report)")
            }
        }
        print("every operation: \(changes) changes, \(crashes) crashes")
    }

    @Test func theStoreGoesOnAfterEveryFailedChange() async throws {
        var faults: [InjectedFault] = []
        for place in 1...(try await operations().changes) {
            for (index, (reason, isLasting)) in Self.kinds.enumerated()
            where Self.isThorough || place % Self.kinds.count == index {
                faults.append(
                    InjectedFault(
                        at: place, reason, isLasting: isLasting, afterWriting: place % 3 * 40))
            }
        }
        for fault in faults { try await live(with: fault) }
        print("every operation: \(faults.count) failed changes")
    }

    @Test func theStoreGoesOnAfterEveryFailedRead() async throws {
        var faults: [InjectedFault] = []
        for place in 1...(try await operations().reads) {
            for isLasting in [false, true] where Self.isThorough || isLasting == (place % 2 == 0) {
                faults.append(InjectedFault(at: place, of: .reads, isLasting: isLasting))
            }
        }
        for fault in faults { try await live(with: fault) }
        print("every operation: \(faults.count) failed reads")
    }

    /// Lives with a fault, goes on without it, and loses the power in the end.
    private func live(with fault: InjectedFault) async throws {
        let life = SimulatedLife(seed: 0)
        life.hasFaults = true
        life.io.inject(fault)
        var last = life
        do {
            try await life.runScript()
            life.io.inject()
            life.trace.append("the disk works again")
            #expect(life.failures.allSatisfy { $0.code == .inputOutput }, "\(life.failures)")
            life.hasFaults = false
            try await life.checkAll()
            try await life.append(to: "shop", 2)
            try await life.flush("shop")
            try await life.append(to: "mail", 2)
            try await life.checkAll()
            for (index, mode) in CrashMode.allCases.enumerated()
            where Self.isThorough || index == fault.number % 3 {
                last = life.branch(seed: UInt64(fault.number))
                try await last.crash(mode)
            }
        } catch {
            Issue.record("\(fault): \(error)\n\(last.report)")
        }
    }
}
