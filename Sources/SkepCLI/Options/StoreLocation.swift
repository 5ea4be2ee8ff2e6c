internal import ArgumentParser
internal import Skep

/// Where the store is: `--store`, else `SKEP_STORE`, else `./skep-data`.
struct StoreLocation: ParsableArguments {
    /// The environment variable that names the store.
    static let variable = "SKEP_STORE"
    static let defaultPath = "./skep-data"

    @Option(
        name: .customLong("store"),
        help: ArgumentHelp(
            "The folder of the store. (default: $SKEP_STORE, else \(defaultPath))",
            valueName: "dir"),
        completion: .directory)
    var given: String?

    /// The folder of the store.
    var path: String {
        if let given { return given }
        let named = Terminal.environment(Self.variable) ?? ""
        return named.isEmpty ? Self.defaultPath : named
    }
}

extension StoreLocation {
    /// Opens the store to read it: nothing is created and no lock is taken.
    func openForReading(
        threads: Int? = nil, memory: SizeArgument? = nil
    ) async throws(SkepError) -> Store {
        var settings = StoreSettings(access: .readOnly)
        if let threads { settings.threads = threads }
        if let memory { settings.queryMemoryBytes = memory.bytes }
        try refuseFile()
        do throws(SkepError) {
            return try await Store.open(path, settings: settings)
        } catch  where error.code == .notFound {
            throw SkepError(
                .notFound,
                "there is no store in \(path). `skep load` makes one; --store and "
                    + "\(Self.variable) name another folder.")
        }
    }

    /// Opens the store to change it, and makes it if it is not there.
    func openForWriting(_ settings: StoreSettings = StoreSettings()) async throws(SkepError)
        -> Store
    {
        try refuseFile()
        return try await Store.open(path, settings: settings)
    }

    /// Opens the store to change what is in it; a folder without a store stays as it is.
    func openExisting() async throws(SkepError) -> Store {
        _ = try await openForReading()
        return try await openForWriting()
    }

    /// Moves what is broken in the store aside.
    func repair() async throws(SkepError) -> Repair {
        try refuseFile()
        return try await Store.repair(path)
    }

    /// What the system says of files inside of files helps nobody.
    private func refuseFile() throws(SkepError) {
        guard let kind = FileDescriptor.kind(of: path), kind != .folder else { return }
        throw SkepError(.inputOutput, "\(path) is a file, not the folder of a store")
    }
}
