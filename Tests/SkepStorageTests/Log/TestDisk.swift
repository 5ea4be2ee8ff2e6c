import SkepModel
import SkepStorage
import Synchronization

/// Files in memory that remember what is on the disk and fail when told to.
final class TestDisk: StorageIO {
    enum Operation: Sendable, Hashable, CaseIterable {
        case create, append, sync, syncDirectory, remove
    }

    /// What becomes of a call.
    enum Fault: Sendable {
        /// Nothing is done.
        case refused
        /// So many bytes of an append are written first.
        case full(after: Int)
    }

    fileprivate final class Content: Sendable {
        /// All bytes, and how many of them are on the disk.
        let state = Mutex((bytes: [UInt8](), synced: 0))
        /// Whether a sync has failed: the system has dropped what it could not write, shows it
        /// nevertheless, and says from now on that all is well.
        let isGivenUp = Mutex(false)

        func sync() {
            guard !isGivenUp.withLock({ $0 }) else { return }
            state.withLock { $0.synced = $0.bytes.count }
        }
    }

    private struct State: Sendable {
        /// The names as they are, and as they are on the disk.
        var names: [String: Content] = [:]
        var durableNames: [String: Content] = [:]
        var calls: [(operation: Operation, path: String)] = []
        var fault: @Sendable (Operation, Int) -> Fault? = { _, _ in nil }
        var counts: [Operation: Int] = [:]
    }

    private let state = Mutex(State())

    init() {}

    /// Makes a disk with files that are on it.
    init(_ files: [String: [UInt8]]) {
        for (path, bytes) in files { overwrite(path, with: bytes) }
    }

    /// Decides what becomes of each call from now on, by its number among those of its kind.
    func fail(_ fault: @escaping @Sendable (Operation, Int) -> Fault?) {
        state.withLock {
            $0.fault = fault
            $0.counts = [:]
        }
    }

    /// Lets everything succeed again.
    func heal() { fail { _, _ in nil } }

    /// How often an operation was called.
    func calls(_ operation: Operation) -> Int {
        state.withLock { $0.calls.count { $0.operation == operation } }
    }

    /// The names in the order in which they were removed.
    var removed: [String] {
        state.withLock { $0.calls.filter { $0.operation == .remove }.map(\.path) }
    }

    /// The bytes of all files.
    var files: [String: [UInt8]] {
        state.withLock { $0.names.mapValues { $0.state.withLock { $0.bytes } } }
    }

    /// What a power cut leaves.
    func afterPowerCut() -> TestDisk {
        TestDisk(
            state.withLock {
                $0.durableNames.mapValues { $0.state.withLock { Array($0.bytes[..<$0.synced]) } }
            })
    }

    /// What a process leaves that dies.
    func afterCrash() -> TestDisk { TestDisk(files) }

    func overwrite(_ path: String, with bytes: [UInt8]) {
        let content = Content()
        content.state.withLock { $0 = (bytes, bytes.count) }
        state.withLock {
            $0.names[path] = content
            $0.durableNames[path] = content
        }
    }

    func change(_ path: String, _ body: (inout [UInt8]) -> Void) {
        var bytes = files[path] ?? []
        body(&bytes)
        overwrite(path, with: bytes)
    }

    fileprivate func fault(_ operation: Operation, _ path: String) -> Fault? {
        let (decide, count) = state.withLock { state in
            state.calls.append((operation, path))
            let count = state.counts[operation, default: 0]
            state.counts[operation] = count + 1
            return (state.fault, count)
        }
        return decide(operation, count)
    }

    fileprivate func check(_ operation: Operation, _ path: String) throws(SkepError) {
        if fault(operation, path) != nil { throw Self.refused(operation, path) }
    }

    fileprivate static func refused(_ operation: Operation, _ path: String) -> SkepError {
        SkepError(.inputOutput, "cannot \(operation): told so", path: path)
    }

    private static func missing(_ path: String) -> SkepError {
        SkepError(.notFound, "no such file", path: path)
    }

    func list(_ directory: String) throws(SkepError) -> [String] {
        let names = files.keys.filter { StorePath.directory(of: $0) == directory }
        guard !names.isEmpty else { throw Self.missing(directory) }
        return names.map { String($0.dropFirst(directory.count + 1)) }
    }

    func open(_ path: String) throws(SkepError) -> any ReadableFile {
        guard let bytes = files[path] else { throw Self.missing(path) }
        let memory = MemoryStorageIO()
        try memory.createDirectory(StorePath.directory(of: path))
        let file = try memory.create(path)
        try bytes.withUnsafeBufferPointer { bytes throws(SkepError) in
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        return try memory.open(path)
    }

    func create(_ path: String) throws(SkepError) -> any WritableFile {
        try check(.create, path)
        let content = Content()
        state.withLock { $0.names[path] = content }
        return TestFile(disk: self, path: path, content: content)
    }

    func rename(_ path: String, to newPath: String) throws(SkepError) {
        state.withLock { $0.names[newPath] = $0.names.removeValue(forKey: path) }
    }

    func sync(_ path: String) throws(SkepError) {
        try check(.sync, path)
        guard let content = state.withLock({ $0.names[path] }) else { throw Self.missing(path) }
        content.sync()
    }

    func remove(_ path: String) throws(SkepError) {
        try check(.remove, path)
        let content = state.withLock { $0.names.removeValue(forKey: path) }
        if content == nil { throw Self.missing(path) }
    }

    func createDirectory(_ path: String) {}

    func removeDirectory(_ path: String) {}

    func syncDirectory(_ path: String) throws(SkepError) {
        try check(.syncDirectory, path)
        state.withLock { state in
            let elsewhere = state.durableNames.filter { StorePath.directory(of: $0.key) != path }
            state.durableNames = elsewhere.merging(
                state.names.filter { StorePath.directory(of: $0.key) == path }
            ) { $1 }
        }
    }

    func lock(_ path: String) throws(SkepError) -> any StoreLock {
        try MemoryStorageIO().lock(path)
    }
}

/// A file of a `TestDisk`.
private final class TestFile: WritableFile {
    private let disk: TestDisk
    private let path: String
    private let content: TestDisk.Content

    init(disk: TestDisk, path: String, content: TestDisk.Content) {
        self.disk = disk
        self.path = path
        self.content = content
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SkepError) {
        let fault = disk.fault(.append, path)
        var more = Array(bytes)
        switch fault {
        case nil: break
        case .refused: more = []
        case .full(let count): more = Array(more.prefix(count))
        }
        content.state.withLock { $0.bytes += more }
        if fault != nil { throw TestDisk.refused(.append, path) }
    }

    func sync() throws(SkepError) {
        do throws(SkepError) {
            try disk.check(.sync, path)
        } catch {
            content.isGivenUp.withLock { $0 = true }
            throw error
        }
        content.sync()
    }

    func close() {}
}
