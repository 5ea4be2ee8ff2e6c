import Foundation
import Skep
import SkepModel
import SkepStorage
import SkepTestRandom
import SkepTestSupport
import Testing

/// Every file of a store, damaged in every way: it is noticed and named, nothing traps, and no
/// answer is wrong without saying so.
///
/// One thing cannot be told from a write that a crash has cut off, which is no damage: the last
/// frames of the newest log file. There the answer is right for what was appended before.
@Suite("Damaged files of a store") struct StoreDamageTests {
    private static let seed: UInt64 = 20_261_123
    /// Damages of each kind to a large file; `SKEP_DAMAGE_ROUNDS` sets more.
    private static let rounds =
        ProcessInfo.processInfo.environment["SKEP_DAMAGE_ROUNDS"].flatMap { Int($0) } ?? 16
    /// Files up to this many bytes get every damage.
    private static let smallFile = 160

    @Test func answersWhatIsRightWithoutDamage() async throws {
        let store = try await DamagedStore(seed: Self.seed)
        #expect(store.paths.count { $0.hasSuffix(".skep") } == 3, "\(store.paths)")
        #expect(store.paths.count { $0.hasSuffix(".log") } == 2, "\(store.paths)")
        #expect(store.paths.count { $0.contains("MANIFEST") } == 4, "\(store.paths)")
        for access in [StoreSettings.Access.readOnly, .readWrite] {
            var examination = DamageExamination(store)
            await examination.run(try store.files.copy(), access)
            #expect(examination.faults.isEmpty)
            #expect(!examination.isNoticed)
        }
    }

    @Test func findsFlippedBits() async throws {
        try await check("flipped") { bytes, random in
            Self.places(bytes.count, &random).map { .flip(at: $0, bit: random.below(8)) }
        }
    }

    @Test func findsFilesThatWereCut() async throws {
        try await check("cut") { bytes, random in
            Self.places(bytes.count, &random).map { .cut(to: $0) }
        }
    }

    @Test func findsWhatWasOverwritten() async throws {
        try await check("overwritten") { bytes, random in
            (0..<Self.rounds).map { round in
                let count = min(bytes.count, random.pick([8, 64, 512, bytes.count]))
                let place = random.below(bytes.count - count + 1)
                let target = random.below(bytes.count - count + 1)
                return round % 2 == 0
                    ? .zero(place..<place + count) : .copy(place..<place + count, to: target)
            }
        }
    }

    /// A log may be longer than what counts of it: a file of it may be being written.
    @Test func findsFilesThatHaveGrown() async throws {
        let store = try await DamagedStore(seed: Self.seed)
        for path in store.paths {
            for damage in [
                FileDamage.extend(by: 1, with: 0), .extend(by: 8, with: 0),
                .extend(by: 4_096, with: 0), .extend(by: 8, with: 0xFF),
                .extend(by: 1_000, with: 0x4C),
            ] {
                let found = try await examine(store, path, damage)
                #expect(found.names(path) || path.hasSuffix(".log"), "\(path) \(damage)")
            }
        }
    }

    /// An older version of a file, one of another store, another file of the same kind, none.
    @Test func findsFilesThatDoNotBelong() async throws {
        let store = try await DamagedStore(seed: Self.seed)
        for path in store.paths {
            let bytes = try store.files.read(path)
            // A log file that is gone may have been removed because its events are in segments.
            var damages = path.hasSuffix(".log") ? [] : [FileDamage.remove]
            for (index, earlier) in store.earlier.enumerated() {
                guard let old = try? earlier.read(path) else { continue }
                damages.append(.replace(old, "what it was at moment \(index)"))
            }
            if let foreign = try? store.foreign.read(path) {
                damages.append(.replace(foreign, "that of another store"))
            }
            for other in store.paths where other != path {
                damages.append(.replace(try store.files.read(other), other))
            }
            for damage in damages where damage.applied(to: bytes) != bytes {
                let found = try await examine(store, path, damage)
                let mayPass = try store.mayPass(damage, of: path)
                #expect(found.isNoticed || mayPass, "\(path) \(damage)")
            }
        }
    }

    /// A process that writes to a damaged store loses nothing that could be read before it came,
    /// and what was noticed stays noticed.
    @Test func writerKeepsWhatIsReadable() async throws {
        let store = try await DamagedStore(seed: Self.seed)
        var random = SplitMix(seed: Self.seed)
        for path in store.paths {
            let bytes = try store.files.read(path)
            for round in 0..<max(4, Self.rounds / 5) {
                let place = random.below(bytes.count)
                let damage: FileDamage =
                    switch round % 4 {
                    case 0, 1: .flip(at: place, bit: random.below(8))
                    case 2: .cut(to: place)
                    default: .zero(place..<min(bytes.count, place + 64))
                    }
                if damage.applied(to: bytes) == bytes { continue }
                try await checkWriter(store, path, damage)
            }
            if !path.hasSuffix(".log") { try await checkWriter(store, path, .remove) }
        }
    }

    private func checkWriter(
        _ store: DamagedStore, _ path: String, _ damage: FileDamage
    ) async throws {
        let note = "seed \(Self.seed): \(path) \(damage)"
        let isTail = path == store.newestLog
        let io = try store.files(with: damage, to: path)
        var before = DamageExamination(store, mayLackAppends: isTail)
        await before.run(try io.copy(), .readOnly)
        var writer = DamageExamination(store, mayLackAppends: isTail)
        await writer.run(io, .readWrite)
        var after = DamageExamination(store, mayLackAppends: isTail)
        await after.run(io, .readOnly)
        #expect(before.faults.isEmpty, "\(note)")
        #expect(writer.faults.isEmpty, "\(note), writing")
        #expect(after.faults.isEmpty, "\(note), after writing")
        #expect(after.events.count >= before.events.count, "\(note)")
        // A damaged manifest that nobody needs goes with the next commit.
        #expect(after.isNoticed || before.reasons.isEmpty, "\(note): \(before.reasons.prefix(2))")
    }

    /// After a repair nothing is said to be wrong, and nothing is there that was never stored.
    @Test func repairLeavesASoundStore() async throws {
        let store = try await DamagedStore(seed: Self.seed)
        var random = SplitMix(seed: Self.seed &+ 1)
        for path in store.paths {
            let bytes = try store.files.read(path)
            for round in 0..<max(3, Self.rounds / 8) {
                let place = random.below(bytes.count)
                let damage: FileDamage =
                    round % 3 == 2 ? .cut(to: place) : .flip(at: place, bit: random.below(8))
                let io = try store.files(with: damage, to: path)
                let settings = DamagedStore.settings(io, .readWrite)
                _ = try await Store.repair(DamagedStore.path, settings: settings)
                var after = DamageExamination(store, isRepaired: true)
                await after.run(io, .readOnly)
                let note = "seed \(Self.seed): \(path) \(damage)"
                #expect(after.faults.isEmpty, "\(note)")
                #expect(!after.isNoticed, "\(note): \(after.reasons) \(after.problems)")
            }
        }
    }

    private func examine(
        _ store: DamagedStore, _ path: String, _ damage: FileDamage
    ) async throws -> DamageExamination {
        var examination = DamageExamination(store, mayLackAppends: path == store.newestLog)
        await examination.run(try store.files(with: damage, to: path), .readOnly)
        #expect(examination.faults.isEmpty, "seed \(Self.seed): \(path) \(damage)")
        return examination
    }

    /// Examines a store with each of many damages to each of its files.
    private func check(
        _ kind: String, _ damages: ([UInt8], inout SplitMix) -> [FileDamage]
    ) async throws {
        let store = try await DamagedStore(seed: Self.seed)
        var random = SplitMix(seed: Self.seed)
        let start = ContinuousClock.now
        var count = 0
        for path in store.paths {
            let bytes = try store.files.read(path)
            for damage in damages(bytes, &random) where damage.applied(to: bytes) != bytes {
                count += 1
                let found = try await examine(store, path, damage)
                let mayPass = try store.mayPass(damage, of: path)
                #expect(
                    found.names(path) || mayPass,
                    "seed \(Self.seed): \(path) \(damage): \(found.reasons.prefix(3))")
            }
        }
        print("seed \(Self.seed): \(count) files \(kind) in \(start.duration(to: .now))")
    }

    /// All offsets in a small file, some in a large one.
    private static func places(_ count: Int, _ random: inout SplitMix) -> [Int] {
        count <= max(smallFile, rounds)
            ? Array(0..<count) : (0..<rounds).map { _ in random.below(count) }
    }
}
