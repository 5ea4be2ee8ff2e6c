package import SkepModel
package import SkepStorage

/// Files in memory on a disk that can lose its power, fail, lie and fill up.
///
/// `sync` of a file makes its bytes durable and not its name, `syncDirectory` makes the names in
/// a folder durable and nothing else. `crash` gives the disk as the next process finds it.
package final class SimulatedStorageIO: StorageIO {
    private struct State {
        var disk: SimulatedDisk
        var locks: Set<String> = []
        var changes = 0
        var reads = 0
        var isOff = false
        var offAt = Int.max
        var faults: [InjectedFault] = []
        var isFileSyncIgnored: @Sendable (String) -> Bool = { _ in false }
        var isDirectorySyncIgnored: @Sendable (String) -> Bool = { _ in false }
        var isNameLate: @Sendable (String) -> Bool = { _ in false }
        var capacity = Int.max
    }

    private let state: Locked<State>

    package convenience init() { self.init(SimulatedDisk()) }

    private init(_ disk: SimulatedDisk) { state = Locked(State(disk: disk)) }

    // MARK: Crashes

    /// The disk as the next process finds it; this one is not changed.
    ///
    /// - Parameters:
    ///   - seed: Decides what survives.
    ///   - mode: What kind of crash.
    package func crash(seed: UInt64, mode: CrashMode) -> SimulatedStorageIO {
        state.withLock { state in
            let next = SimulatedStorageIO(state.disk.crashed(seed: seed, mode: mode))
            next.ignoreFileSync(where: state.isFileSyncIgnored)
            next.ignoreDirectorySync(where: state.isDirectorySyncIgnored)
            next.delayNames(where: state.isNameLate)
            next.setCapacity(state.capacity)
            return next
        }
    }

    /// Changes made or tried so far: creations, writes, syncs, renames, removals.
    package var changeCount: Int { state.withLock { $0.changes } }
    /// Openings, readings and listings so far.
    package var readCount: Int { state.withLock { $0.reads } }

    /// Makes change number `number`, from 1, and every later call fail without effect.
    package func powerOff(at number: Int) { state.withLock { $0.offAt = number } }

    /// Whether the power has gone.
    package var isOff: Bool { state.withLock { $0.isOff } }

    // MARK: Faults

    /// Makes calls fail; replaces what was injected before.
    package func inject(_ faults: InjectedFault...) { state.withLock { $0.faults = faults } }

    /// Syncs of the files of these paths do nothing and say that all is well.
    package func ignoreFileSync(where isIgnored: @escaping @Sendable (String) -> Bool) {
        state.withLock { $0.isFileSyncIgnored = isIgnored }
    }

    /// Syncs of the folders of these paths do nothing and say that all is well.
    package func ignoreDirectorySync(where isIgnored: @escaping @Sendable (String) -> Bool) {
        state.withLock { $0.isDirectorySyncIgnored = isIgnored }
    }

    /// Names that come get to the medium with the second sync of their folder instead of the
    /// first: after others that come later.
    package func delayNames(where isLate: @escaping @Sendable (String) -> Bool) {
        state.withLock { $0.isNameLate = isLate }
    }

    /// Bytes that files may have together; without room for one byte there is none for a new file
    /// or folder either.
    package func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

    /// Bytes that files have together.
    package var usedBytes: Int { state.withLock { $0.disk.usedBytes } }

    // MARK: StorageIO

    package func list(_ directory: String) throws(SkepError) -> [String] {
        try reading("list", directory) { disk throws(SkepError) in
            disk.directories[try disk.directory(directory)].entries.keys.sorted()
        }
    }

    package func open(_ path: String) throws(SkepError) -> any ReadableFile {
        let bytes = try reading("open", path) { disk throws(SkepError) in
            disk.files[try disk.file(path)].bytes
        }
        return SimulatedReadableFile(path: path, bytes: bytes, io: self)
    }

    package func create(_ path: String) throws(SkepError) -> any WritableFile {
        let index = try changing("create", path, takesRoom: true) { disk throws(SkepError) in
            try disk.create(path)
        }
        return SimulatedWritableFile(path: path, index: index, io: self)
    }

    package func sync(_ path: String) throws(SkepError) {
        let index = try state.withLock { state throws(SkepError) in try state.disk.file(path) }
        try sync(index, path: path)
    }

    package func rename(_ path: String, to newPath: String) throws(SkepError) {
        try changing("rename", path) { disk throws(SkepError) in
            try disk.rename(path, to: newPath)
        }
    }

    package func remove(_ path: String) throws(SkepError) {
        try changing("remove", path) { disk throws(SkepError) in try disk.remove(path) }
    }

    package func createDirectory(_ path: String) throws(SkepError) {
        try changing("make folder", path, takesRoom: true) { disk throws(SkepError) in
            try disk.createDirectory(path)
        }
    }

    package func removeDirectory(_ path: String) throws(SkepError) {
        try changing("remove folder", path) { disk throws(SkepError) in
            try disk.removeDirectory(path)
        }
    }

    package func syncDirectory(_ path: String) throws(SkepError) {
        let (isIgnored, isLate) = state.withLock {
            ($0.isDirectorySyncIgnored(path), $0.isNameLate)
        }
        try changing("sync folder", path) { disk throws(SkepError) in
            let index = try disk.directory(path)
            if !isIgnored { disk.directories[index].sync(late: isLate) }
        }
    }

    package func lock(_ path: String) throws(SkepError) -> any StoreLock {
        try countRead(path)
        guard state.withLock({ $0.locks.insert(path).inserted }) else {
            throw SkepError(.storeLocked, "the store is open for writing", path: path)
        }
        return SimulatedStoreLock { [weak self] in
            self?.state.withLock { _ = $0.locks.remove(path) }
        }
    }

    // MARK: Calls of open files

    func append(_ bytes: [UInt8], to index: Int, path: String) throws(SkepError) {
        try state.withLock { state throws(SkepError) in
            if let fault = try count(.changes, "write", path, &state) {
                let written = min(fault.writtenBytes, bytes.count)
                if written > 0 { state.disk.append(Array(bytes.prefix(written)), to: index) }
                throw fault.reason.error("write", path)
            }
            let room =
                state.capacity == .max ? .max : max(0, state.capacity - state.disk.usedBytes)
            state.disk.append(Array(bytes.prefix(room)), to: index)
            guard bytes.count <= room else {
                throw InjectedFault.Reason.noSpace.error("write", path)
            }
        }
    }

    func sync(_ index: Int, path: String) throws(SkepError) {
        try state.withLock { state throws(SkepError) in
            if let fault = try count(.changes, "sync", path, &state) {
                state.disk.files[index].dropUnsynced()
                throw fault.reason.error("sync", path)
            }
            if !state.isFileSyncIgnored(path) { state.disk.files[index].sync() }
        }
    }

    /// Counts a reading, which may fail.
    func countRead(_ path: String) throws(SkepError) {
        try reading("read", path) { _ in }
    }

    private func reading<Output>(
        _ operation: String, _ path: String,
        _ body: (borrowing SimulatedDisk) throws(SkepError) -> Output
    ) throws(SkepError) -> Output {
        try state.withLock { state throws(SkepError) in
            if let fault = try count(.reads, operation, path, &state) {
                throw fault.reason.error(operation, path)
            }
            return try body(state.disk)
        }
    }

    private func changing<Output>(
        _ operation: String, _ path: String, takesRoom: Bool = false,
        _ body: (inout SimulatedDisk) throws(SkepError) -> Output
    ) throws(SkepError) -> Output {
        try state.withLock { state throws(SkepError) in
            if let fault = try count(.changes, operation, path, &state) {
                throw fault.reason.error(operation, path)
            }
            if takesRoom, state.capacity < .max, state.disk.usedBytes >= state.capacity {
                throw InjectedFault.Reason.noSpace.error(operation, path)
            }
            return try body(&state.disk)
        }
    }

    /// Counts a call.
    ///
    /// - Returns: The fault that hits it.
    private func count(
        _ calls: InjectedFault.Calls, _ operation: String, _ path: String, _ state: inout State
    ) throws(SkepError) -> InjectedFault? {
        let number: Int
        switch calls {
        case .changes:
            state.changes += 1
            number = state.changes
            if number >= state.offAt { state.isOff = true }
        case .reads:
            state.reads += 1
            number = state.reads
        }
        guard !state.isOff else {
            throw SkepError(.inputOutput, "cannot \(operation): the power is off", path: path)
        }
        return state.faults.first { $0.calls == calls && $0.hits(number) }
    }
}
