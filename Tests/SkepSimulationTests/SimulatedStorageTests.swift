import FaultyStorage
import SkepModel
import SkepStorage
import Testing

/// The simulated disk loses what a real one loses: the outcomes seen on ext4 after a power cut.
@Suite struct SimulatedStorageTests {
    private static let seeds: Range<UInt64> = 0..<64
    private static let powerCuts: [CrashMode] = [.prefix, .anySubset]

    private let io = SimulatedStorageIO()

    init() throws {
        try io.createDirectory("/d")
        try io.syncDirectory("/")
    }

    private func write(_ path: String, _ bytes: [UInt8], syncing: Bool) throws {
        let file = try io.create(path)
        try bytes.withUnsafeBytes { try file.append($0) }
        if syncing { try file.sync() }
        try file.close()
    }

    /// The folder's files after every kind of power cut, by name.
    private func outcomes(_ modes: [CrashMode] = powerCuts) throws -> Set<[String: [UInt8]]> {
        var found: Set<[String: [UInt8]]> = []
        for mode in modes {
            for seed in Self.seeds {
                let after = io.crash(seed: seed, mode: mode)
                var files: [String: [UInt8]] = [:]
                for name in try after.list("/d") { files[name] = try after.read("/d/" + name) }
                found.insert(files)
            }
        }
        return found
    }

    private let text = Array("events".utf8)

    @Test func syncedRenamedAndFolderSyncedIsThere() throws {
        try write("/d/a.tmp", text, syncing: true)
        try io.rename("/d/a.tmp", to: "/d/a")
        try io.syncDirectory("/d")
        #expect(try outcomes() == [["a": text]])
    }

    @Test func renameWithoutFolderSyncCanBeLost() throws {
        try write("/d/a.tmp", text, syncing: true)
        try io.syncDirectory("/d")
        try io.rename("/d/a.tmp", to: "/d/a")
        #expect(try outcomes() == [["a.tmp": text], ["a": text]])
    }

    @Test func nameOfUnsyncedBytesCanBeThereWithoutThem() throws {
        try write("/d/a.tmp", text, syncing: false)
        try io.rename("/d/a.tmp", to: "/d/a")
        try io.syncDirectory("/d")
        let zeros = [UInt8](repeating: 0, count: text.count)
        #expect(try outcomes() == [["a": text], ["a": []], ["a": zeros]])
    }

    @Test func unsyncedRecordBehindSyncedOnesCanBeLostOrTorn() throws {
        let record = [UInt8](repeating: 7, count: 4_096)
        let file = try io.create("/d/log")
        for number in 1...3 {
            try record.withUnsafeBytes { try file.append($0) }
            if number == 2 { try file.sync() }
        }
        try io.syncDirectory("/d")
        let lengths = try Set(outcomes().compactMap { $0["log"]?.prefix { $0 == 7 }.count })
        #expect(lengths.isSuperset(of: [8_192, 12_288]))
        #expect(lengths.allSatisfy { $0 >= 8_192 && $0 % 512 == 0 })
        #expect(lengths.count > 2)
    }

    @Test func removedFileCanComeBack() throws {
        try write("/d/a", text, syncing: true)
        try io.syncDirectory("/d")
        try io.remove("/d/a")
        #expect(try outcomes() == [["a": text], [:]])
        try io.syncDirectory("/d")
        #expect(try outcomes() == [[:]])
    }

    @Test func withoutSyncsNothingNeedBeThere() throws {
        try write("/d/a.tmp", text, syncing: false)
        try io.rename("/d/a.tmp", to: "/d/a")
        #expect(try outcomes().isSuperset(of: [[:], ["a.tmp": []], ["a.tmp": text], ["a": []]]))
    }

    @Test func killedProcessLosesNothingButSyncsNothing() throws {
        try write("/d/a", text, syncing: false)
        #expect(try outcomes([.processKill]) == [["a": text]])
        let killed = io.crash(seed: 0, mode: .processKill)
        let lost = try Self.seeds.contains { seed in
            try killed.crash(seed: seed, mode: .prefix).list("/d").isEmpty
        }
        #expect(lost)
    }

    @Test func namesOfFoldersNeedASyncOfTheFolderAbove() throws {
        try io.createDirectory("/d/deep")
        try io.syncDirectory("/d/deep")
        let kept = try Set(
            Self.seeds.map { try io.crash(seed: $0, mode: .prefix).list("/d") })
        #expect(kept == [[], ["deep"]])
    }

    @Test func failedSyncDropsWhatWasNotOnTheMedium() throws {
        let file = try io.create("/d/a")
        try io.syncDirectory("/d")
        try text.withUnsafeBytes { try file.append($0) }
        io.inject(InjectedFault(at: io.changeCount + 1))
        #expect(throws: SkepError.self) { try file.sync() }
        try file.sync()
        #expect(try io.read("/d/a") == text)
        #expect(try outcomes() == [["a": []]])
    }

    @Test func faultsHitTheCallTheyName() throws {
        let start = io.changeCount
        io.inject(InjectedFault(at: start + 2, .noSpace, afterWriting: 2))
        let file = try io.create("/d/a")
        #expect(throws: SkepError.self) { try text.withUnsafeBytes { try file.append($0) } }
        #expect(try io.read("/d/a") == Array(text.prefix(2)))
        try text.withUnsafeBytes { try file.append($0) }
        io.inject(InjectedFault(at: io.readCount + 1, of: .reads, isLasting: true))
        for _ in 0..<3 { #expect(throws: SkepError.self) { try io.read("/d/a") } }
        try file.sync()
    }

    @Test func fullDiskTakesMoreOnceItHasRoom() throws {
        io.setCapacity(8)
        let file = try io.create("/d/a")
        try text.withUnsafeBytes { try file.append($0) }
        #expect(throws: SkepError.self) { try text.withUnsafeBytes { try file.append($0) } }
        #expect(io.usedBytes == 8)
        io.setCapacity(100)
        try text.withUnsafeBytes { try file.append($0) }
        #expect(io.usedBytes == 14)
    }

    @Test func withoutPowerNothingHappensAnyMore() throws {
        try write("/d/a", text, syncing: true)
        io.powerOff(at: io.changeCount + 1)
        #expect(throws: SkepError.self) { try io.remove("/d/a") }
        #expect(throws: SkepError.self) { try io.read("/d/a") }
        #expect(try io.crash(seed: 0, mode: .processKill).read("/d/a") == text)
    }

    @Test func lyingDisksLoseWhatWasSynced() throws {
        io.ignoreFileSync { _ in true }
        try write("/d/a", text, syncing: true)
        try io.syncDirectory("/d")
        #expect(try outcomes().contains(["a": []]))
        io.ignoreDirectorySync { _ in true }
        try io.remove("/d/a")
        try io.syncDirectory("/d")
        #expect(try outcomes().contains { $0["a"] != nil })
    }
}
