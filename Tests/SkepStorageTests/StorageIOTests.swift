import SkepModel
import SkepStorage
import Testing

/// The promises of `StorageIO`, kept by both implementations.
@Suite struct StorageIOTests {
    enum Kind: CaseIterable { case posix, memory }

    /// A file system with an empty folder in it.
    private func make(_ kind: Kind) throws -> (any StorageIO, String, TemporaryDirectory?) {
        switch kind {
        case .posix:
            let directory = try TemporaryDirectory()
            return (PosixStorageIO(), directory.path, directory)
        case .memory:
            let io = MemoryStorageIO()
            try io.createDirectory("/store")
            return (io, "/store", nil)
        }
    }

    @Test(arguments: Kind.allCases) func readsBackWhatWasWritten(_ kind: Kind) throws {
        let (io, directory, keep) = try make(kind)
        let path = StorePath.join(directory, "file")
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let file = try io.create(path)
        try bytes[..<70_000].withUnsafeBytes { try file.append($0) }
        try bytes[70_000...].withUnsafeBytes { try file.append($0) }
        try file.sync()
        try file.close()
        #expect(try io.read(path) == bytes)
        #expect(try io.size(path) == 100_000)
        var region = [UInt8](repeating: 0, count: 100)
        let reader = try io.open(path)
        try region.withUnsafeMutableBytes { try reader.read(into: $0, at: 69_950) }
        #expect(region == Array(bytes[69_950..<70_050]))
        withExtendedLifetime(keep) {}
    }

    @Test(arguments: Kind.allCases) func readingPastTheEndIsDamage(_ kind: Kind) throws {
        let (io, directory, keep) = try make(kind)
        let path = StorePath.join(directory, "file")
        try io.replace(path, with: [1, 2, 3])
        let reader = try io.open(path)
        var region = [UInt8](repeating: 0, count: 4)
        let error = #expect(throws: SkepError.self) {
            try region.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
        }
        #expect(error?.code == .corruption)
        #expect(error?.path == path)
        withExtendedLifetime(keep) {}
    }

    @Test(arguments: Kind.allCases) func replacesWholeFilesAndLeavesNoTemporary(
        _ kind: Kind
    ) throws {
        let (io, directory, keep) = try make(kind)
        let path = StorePath.join(directory, "file")
        try io.replace(path, with: [1, 2, 3])
        try io.replace(path, with: [])
        #expect(try io.read(path) == [])
        #expect(try io.list(directory) == ["file"])
        withExtendedLifetime(keep) {}
    }

    @Test(arguments: Kind.allCases) func listsFilesAndFoldersOfOneFolderOnly(_ kind: Kind) throws {
        let (io, directory, keep) = try make(kind)
        try io.createDirectory(StorePath.join(directory, "a/b"))
        try io.createDirectory(StorePath.join(directory, "a/b"))
        try io.replace(StorePath.join(directory, "a/one"), with: [1])
        #expect(try io.list(StorePath.join(directory, "a")).sorted() == ["b", "one"])
        #expect(try io.list(directory) == ["a"])
        withExtendedLifetime(keep) {}
    }

    @Test(arguments: Kind.allCases) func missingFilesAreNotFound(_ kind: Kind) throws {
        let (io, directory, keep) = try make(kind)
        let path = StorePath.join(directory, "none")
        let attempts: [() throws -> Void] = [
            { _ = try io.open(path) }, { _ = try io.list(path) }, { try io.remove(path) },
            { try io.rename(path, to: path + "2") }, { _ = try io.create(path + "/file") },
        ]
        for attempt in attempts {
            let error = #expect(throws: SkepError.self) { try attempt() }
            #expect(error?.code == .notFound)
        }
        withExtendedLifetime(keep) {}
    }

    @Test(arguments: Kind.allCases) func secondLockNamesTheHolder(_ kind: Kind) throws {
        let (io, directory, keep) = try make(kind)
        let path = StorePath.join(directory, "LOCK")
        var first: (any StoreLock)? = try io.lock(path)
        let error = #expect(throws: SkepError.self) { _ = try io.lock(path) }
        #expect(error?.code == .storeLocked)
        if kind == .posix {
            let holder = String(decoding: try io.read(path), as: UTF8.self).dropLast()
            #expect(error?.message.contains("process \(holder)") == true)
        }
        #expect(first != nil)
        first = nil
        _ = try io.lock(path)
        withExtendedLifetime(keep) {}
    }

    @Test func foldersOfAPathAreItsParents() {
        #expect(StorePath.directory(of: "a/b") == "a")
        #expect(StorePath.directory(of: "/a") == "/")
        #expect(StorePath.directory(of: "a") == ".")
        #expect(StorePath.join("a/", "b") == "a/b")
    }
}
