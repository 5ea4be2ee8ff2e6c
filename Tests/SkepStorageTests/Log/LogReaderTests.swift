import SkepFormat
import SkepModel
import SkepTestRandom
import Synchronization
import Testing

@testable import SkepStorage

@Suite struct LogReaderTests {
    private func texts(_ count: Int, from first: Int = 0) -> [String] {
        (first..<first + count).map { "frame \($0)" }
    }

    /// A log of several files with 30 frames.
    private func sample(fileBytes: Int = 400) throws -> LogFixture {
        let log = LogFixture(fileBytes: fileBytes)
        let writer = log.writer()
        #expect(writer.storeAll(texts(30)).count == 30)
        try writer.close()
        return log
    }

    @Test func followsWhatIsAdded() throws {
        let log = LogFixture(fileBytes: 250)
        #expect(try LogFixture.read(log.disk).reading.position == nil)
        let writer = log.writer()
        var position: LogPosition?
        var random = SplitMix(seed: 3)
        var count = 0
        for _ in 0..<40 {
            if random.chance(20) { try writer.removeFiles(through: UInt64(count)) }
            let more = texts(random.below(5), from: count)
            _ = writer.storeAll(more)
            count += more.count
            let content = try LogFixture.read(log.disk, from: position)
            #expect(content.texts == more)
            #expect(content.problems.isEmpty)
            position = content.reading.position
        }
        try writer.close()
    }

    @Test func everyCutOfTheLastFileLeavesAPrefixAndAWriterThatGoesOn() throws {
        let log = try sample(fileBytes: 800)
        let path = LogFixture.path(log.numbers.last ?? 0)
        let bytes = log.disk.files[path] ?? []
        #expect(bytes.count > LogFileHeader.size + 3 * 40)
        for count in 0..<bytes.count {
            var torn = log
            torn.disk = log.disk.afterCrash()
            torn.disk.overwrite(path, with: Array(bytes[..<count]))
            let before = try LogFixture.read(torn.disk)
            #expect(before.problems.isEmpty, "at \(count)")
            #expect(before.texts == Array(texts(30).prefix(before.texts.count)))
            let writer = try torn.reopened()
            try writer.store("after")
            try writer.close()
            let content = try LogFixture.read(torn.disk.afterPowerCut())
            #expect(content.texts == before.texts + ["after"], "at \(count)")
            #expect(content.problems.isEmpty, "at \(count)")
        }
    }

    @Test func garbageAndOldFramesBehindTheEndAreNothing() throws {
        let log = try sample(fileBytes: 1 << 20)
        let path = LogFixture.path(1)
        let bytes = log.disk.files[path] ?? []
        let other = LogFixture()
        let writer = other.writer(LogStart(nextSequence: 31))
        #expect(writer.storeAll(texts(5, from: 100)).count == 5)
        let foreign = other.disk.files[path] ?? []
        for tail in [foreign, Array(foreign.dropFirst(72)), bytes, [1, 2, 3]] {
            log.disk.overwrite(path, with: bytes + tail)
            let content = try LogFixture.read(log.disk)
            #expect(content.texts == texts(30))
            #expect(content.problems.isEmpty)
            #expect(content.reading.start?.previousEnd == UInt64(bytes.count))
        }
        try writer.close()
    }

    @Test func everyFlippedByteIsNamedOrHarmless() throws {
        let log = try sample()
        let last = log.numbers.last ?? 0
        for number in log.numbers {
            let path = LogFixture.path(number)
            let bytes = log.disk.files[path] ?? []
            for index in bytes.indices {
                var damaged = bytes
                damaged[index] ^= 0x10
                let disk = log.disk.afterCrash()
                disk.overwrite(path, with: damaged)
                let content = try LogFixture.read(disk)
                let all = Set(texts(30))
                #expect(content.texts.allSatisfy(all.contains), "\(number) byte \(index)")
                #expect(content.texts == texts(30).filter(Set(content.texts).contains))
                if content.texts.count == 30 { continue }
                // The last frame of all could be a write that was never finished.
                let isTail = number == last && content.texts == texts(29)
                #expect(content.problems.map(\.path) == (isTail ? [] : [path]), "byte \(index)")
                if index >= LogFileHeader.size { #expect(content.texts.count == 29) }
            }
        }
    }

    @Test func damagedHeaderIsNamedAndNeverOverwritten() throws {
        let log = try sample()
        for number in log.numbers {
            for change in [{ $0[40] ^= 1 }, { $0[0] = 0 }] as [(inout [UInt8]) -> Void] {
                var damaged = log
                damaged.disk = log.disk.afterCrash()
                damaged.disk.change(LogFixture.path(number), change)
                let before = try LogFixture.read(damaged.disk)
                #expect(before.problems.map(\.path) == [LogFixture.path(number)])
                #expect(before.texts.count < 30 && before.texts.count > 15)
                let kept = damaged.disk.files[LogFixture.path(number)]
                let writer = try damaged.reopened()
                #expect(try writer.store("after") > 30)
                try writer.close()
                #expect(damaged.disk.files[LogFixture.path(number)] == kept)
                let content = try LogFixture.read(damaged.disk)
                #expect(content.texts == before.texts + ["after"])
                #expect(content.problems.map(\.path) == [LogFixture.path(number)])
            }
        }
    }

    @Test func emptyHeaderInFrontOfFramesIsDamage() throws {
        let log = LogFixture()
        let writer = log.writer()
        #expect(writer.storeAll(texts(3)).count == 3)
        try writer.close()
        let path = LogFixture.path(1)
        log.disk.change(path) { $0.replaceSubrange(0..<72, with: repeatElement(0, count: 72)) }
        #expect(try LogFixture.read(log.disk).problems.map(\.path) == [path])
        log.disk.change(path) { bytes in for index in bytes.indices { bytes[index] = 0 } }
        #expect(try LogFixture.read(log.disk).problems.isEmpty)
    }

    @Test func onlyFileWithADamagedHeaderIsNotOverwritten() throws {
        let log = try sample(fileBytes: 1 << 20)
        log.disk.change(LogFixture.path(1)) { $0[20] ^= 4 }
        let kept = log.disk.files[LogFixture.path(1)]
        let writer = try log.reopened()
        #expect(try writer.store("after") > 30)
        try writer.close()
        #expect(log.disk.files[LogFixture.path(1)] == kept)
        let content = try LogFixture.read(log.disk)
        #expect(content.texts == ["after"])
        #expect(content.problems.map(\.path) == [LogFixture.path(1)])
    }

    @Test func fileOfAnotherStoreOrNumberIsNamed() throws {
        let log = try sample()
        let numbers = log.numbers
        let copy = log.disk.files[LogFixture.path(numbers[1])] ?? []
        log.disk.overwrite(LogFixture.path(numbers[2]), with: copy)
        let content = try LogFixture.read(log.disk)
        #expect(content.problems.map(\.path) == [LogFixture.path(numbers[2])])
        let reader = LogReader(
            directory: LogFixture.directory, storeID: StoreID(high: 9, low: 9), io: log.disk)
        let reading = try reader.read(from: nil) { _ in Issue.record("a frame of another store") }
        #expect(reading.problems.contains { $0.path == LogFixture.path(numbers[0]) })
    }

    @Test func missingFileInTheMiddleIsNamedAndRemovedOnesAreNot() throws {
        let log = try sample()
        let numbers = log.numbers
        #expect(numbers.count > 3)
        try log.disk.remove(LogFixture.path(numbers[0]))
        #expect(try LogFixture.read(log.disk).problems.isEmpty)
        try log.disk.remove(LogFixture.path(numbers[2]))
        let content = try LogFixture.read(log.disk)
        #expect(content.problems.map(\.path) == [LogFixture.path(numbers[2])])
        #expect(content.texts.last == "frame 29")
    }

    @Test func fileShorterThanTheNextOneSaysIsNamed() throws {
        let log = try sample()
        let path = LogFixture.path(log.numbers[1])
        let bytes = log.disk.files[path] ?? []
        for count in LogFileHeader.size..<bytes.count {
            log.disk.overwrite(path, with: Array(bytes[..<count]))
            let content = try LogFixture.read(log.disk)
            #expect(content.problems.map(\.path) == [path], "at \(count)")
            #expect(content.problems.map(\.code) == [.corruption])
            #expect(content.texts.last == "frame 29")
        }
    }

    @Test func framesInTwoFilesAreReadOnce() throws {
        let log = LogFixture()
        let writer = log.writer()
        _ = writer.storeAll(texts(2))
        // Written, but not synced: a reader in another process sees it all the same.
        let seen = Mutex<LogPosition?>(nil)
        log.disk.fail { operation, count in
            guard operation == .sync, count == 0 else { return nil }
            let content = try? LogFixture.read(log.disk.afterCrash())
            seen.withLock { $0 = content?.reading.position }
            return .refused
        }
        try writer.store("frame 2")
        try writer.store("frame 3")
        let position = try #require(seen.withLock { $0 })
        #expect(position.sequence == 3)
        let added = try LogFixture.read(log.disk, from: position)
        #expect(added.texts == ["frame 3"])
        #expect(added.problems.isEmpty)
        #expect(try LogFixture.read(log.disk).texts == texts(4))
        try writer.close()
    }

    @Test func filesRemovedWhileTheyAreListedAreNotMissed() throws {
        let log = try sample()
        let later = log.disk.afterCrash()
        for number in log.numbers.dropLast(2) { try later.remove(LogFixture.path(number)) }
        let content = try LogFixture.read(StaleList(listed: log.disk, opened: later))
        #expect(content.problems.isEmpty)
        #expect(content.texts.last == "frame 29")
    }

    @Test func fileOfANewerVersionRefusesTheLog() throws {
        let log = try sample()
        log.disk.change(LogFixture.path(1)) { bytes in
            bytes[8] = 7
            let checksum = bytes[..<68].withUnsafeBytes { CRC32C.checksum($0) }
            withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(68..<72, with: $0) }
        }
        let error = #expect(throws: SkepError.self) { try LogFixture.read(log.disk) }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.path == LogFixture.path(1))
    }
}

/// Lists one disk and opens files of another.
private struct StaleList: StorageIO {
    let listed: TestDisk
    let opened: TestDisk

    func list(_ directory: String) throws(SkepError) -> [String] { try listed.list(directory) }
    func open(_ path: String) throws(SkepError) -> any ReadableFile { try opened.open(path) }
    func create(_ path: String) throws(SkepError) -> any WritableFile { try opened.create(path) }
    func rename(_ path: String, to newPath: String) throws(SkepError) {}
    func remove(_ path: String) throws(SkepError) {}
    func createDirectory(_ path: String) throws(SkepError) {}
    func removeDirectory(_ path: String) throws(SkepError) {}
    func syncDirectory(_ path: String) throws(SkepError) {}
    func lock(_ path: String) throws(SkepError) -> any StoreLock { try listed.lock(path) }
}
