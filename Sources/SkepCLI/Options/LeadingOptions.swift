#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Lets `--store DIR` stand before the command as well as after it.
enum LeadingOptions {
    /// Takes leading `--store` options out of the arguments.
    ///
    /// Their value goes where the default comes from, so that a `--store` after the command still
    /// counts more, and commands without a store take no notice.
    static func apply(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        while let first = rest.first {
            let inline = "--store="
            if first == "--store", rest.count >= 2 {
                setenv(StoreLocation.variable, rest[rest.startIndex + 1], 1)
                rest = rest.dropFirst(2)
            } else if first.hasPrefix(inline) {
                setenv(StoreLocation.variable, String(first.dropFirst(inline.count)), 1)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return Array(rest)
    }
}
