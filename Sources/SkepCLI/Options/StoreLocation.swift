internal import ArgumentParser

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
