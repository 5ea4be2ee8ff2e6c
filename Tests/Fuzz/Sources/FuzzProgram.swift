import Foundation

/// libFuzzer's entry: it changes the arguments it takes.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Runs one target under libFuzzer.
///
/// `SKEP_FUZZ_TARGET` names it; `SKEP_FUZZ_SEEDS` names a folder that gets the seeds of all targets
/// instead.
@main enum FuzzProgram {
    /// The target of this process.
    private static let target = {
        let name = ProcessInfo.processInfo.environment["SKEP_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("SKEP_FUZZ_TARGET is one of \(names)\n".utf8))
            exit(64)
        }
        return target
    }()

    static func main() throws {
        if let folder = ProcessInfo.processInfo.environment["SKEP_FUZZ_SEEDS"] {
            return try writeSeeds(to: folder)
        }
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(
            runDriver(&count, &arguments) { start, count in
                // A copy of its own size, so that reading beyond it is found.
                let copy = Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
                copy.withUnsafeBytes { FuzzProgram.target.run($0) }
                return 0
            })
    }

    private static func writeSeeds(to folder: String) throws {
        for target in FuzzTarget.allCases {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(target.rawValue)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            for (index, seed) in try target.seeds.enumerated() {
                try Data(seed).write(to: url.appendingPathComponent("seed-\(index)"))
            }
        }
    }
}
