internal import SkepModel
internal import SkepStorage
internal import SkepTestRandom

/// A file system with what of it is on the medium.
struct SimulatedDisk: Sendable {
    var files: [SimulatedFile] = []
    var directories = [SimulatedDirectory()]
    /// Operations made so far: their order.
    private var order = 0

    /// The entry of a path.
    func entry(_ path: String) -> SimulatedDirectory.Entry? {
        var entry = SimulatedDirectory.Entry.directory(0)
        for name in path.split(separator: "/") {
            guard case .directory(let index) = entry,
                let next = directories[index].entries[String(name)]
            else { return nil }
            entry = next
        }
        return entry
    }

    func directory(_ path: String) throws(SkepError) -> Int {
        guard case .directory(let index) = entry(path) else { throw Self.missing(path) }
        return index
    }

    func file(_ path: String) throws(SkepError) -> Int {
        guard case .file(let index) = entry(path) else { throw Self.missing(path) }
        return index
    }

    mutating func create(_ path: String) throws(SkepError) -> Int {
        let parent = try directory(StorePath.directory(of: path))
        if case .file(let index) = entry(path) {
            files[index].empty(order: next())
            return index
        }
        files.append(SimulatedFile())
        change(parent, adding: (Self.name(of: path), .file(files.count - 1)))
        return files.count - 1
    }

    mutating func append(_ bytes: [UInt8], to file: Int) {
        files[file].append(bytes, order: next())
    }

    mutating func rename(_ path: String, to newPath: String) throws(SkepError) {
        let index = try file(path)
        let parent = StorePath.directory(of: path)
        guard parent == StorePath.directory(of: newPath) else {
            throw SkepError(.inputOutput, "cannot rename into another folder", path: path)
        }
        change(
            try directory(parent), removing: Self.name(of: path),
            adding: (Self.name(of: newPath), .file(index)))
    }

    mutating func remove(_ path: String) throws(SkepError) {
        _ = try file(path)
        change(try directory(StorePath.directory(of: path)), removing: Self.name(of: path))
    }

    mutating func createDirectory(_ path: String) throws(SkepError) {
        switch entry(path) {
        case .directory: return
        case .file: throw SkepError(.inputOutput, "cannot make folder: File exists", path: path)
        case nil: break
        }
        let parent = StorePath.directory(of: path)
        try createDirectory(parent)
        directories.append(SimulatedDirectory())
        change(
            try directory(parent),
            adding: (Self.name(of: path), .directory(directories.count - 1)))
    }

    mutating func removeDirectory(_ path: String) throws(SkepError) {
        guard directories[try directory(path)].entries.isEmpty else {
            throw SkepError(
                .inputOutput, "cannot remove folder: Directory not empty", path: path)
        }
        change(try directory(StorePath.directory(of: path)), removing: Self.name(of: path))
    }

    /// Bytes of all files that have names.
    var usedBytes: Int {
        directories.reduce(0) { sum, directory in
            directory.entries.values.reduce(sum) { sum, entry in
                if case .file(let index) = entry { sum + files[index].bytes.count } else { sum }
            }
        }
    }

    /// The disk as the next process finds it.
    func crashed(seed: UInt64, mode: CrashMode) -> SimulatedDisk {
        var random = SplitMix(seed: seed)
        switch mode {
        case .processKill: return self
        case .prefix:
            var orders = files.flatMap { $0.unsynced.map(\.order) }
            orders += directories.flatMap { $0.unsynced.map(\.order) }
            orders.sort()
            let count = random.below(orders.count + 1)
            let last = count == 0 ? -1 : orders[count - 1]
            return surviving(&random) { (order, _) in
                order <= last
            } tears: {
                $0 == last
            }
        case .anySubset:
            return surviving(&random) { (_, random) in
                random.chance(50)
            } tears: { _ in
                true
            }
        }
    }

    /// The disk with the unsynced changes that survive, all of them on the medium.
    private func surviving(
        _ random: inout SplitMix, _ survives: (Int, inout SplitMix) -> Bool,
        tears: (Int) -> Bool
    ) -> SimulatedDisk {
        var result = SimulatedDisk()
        result.files = files.map { file in
            let kept = file.unsynced.filter { survives($0.order, &random) }
            var tearing = kept.last.flatMap { tears($0.order) ? random : nil }
            defer { if let used = tearing { random = used } }
            return SimulatedFile(durable: file.survivor(of: kept, tearing: &tearing))
        }
        result.directories = directories.map { directory in
            let kept = directory.unsynced.filter { survives($0.order, &random) }
            return SimulatedDirectory(durable: directory.survivor(of: kept))
        }
        return result
    }

    private mutating func change(
        _ directory: Int, removing removed: String? = nil,
        adding added: (String, SimulatedDirectory.Entry)? = nil
    ) {
        directories[directory].make(
            SimulatedDirectory.Change(order: next(), removed: removed, added: added))
    }

    private mutating func next() -> Int {
        order += 1
        return order
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    static func missing(_ path: String) -> SkepError {
        SkepError(.notFound, "cannot open: No such file or directory", path: path)
    }
}
