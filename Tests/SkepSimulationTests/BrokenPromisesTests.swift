import FaultyStorage
import Skep
import Testing

/// Takes one sync of the protocol away at a time, or one order of names: the simulation has to
/// notice.
///
/// A sync that can be left out without a failure here is one that nobody tests, or needs.
@Suite struct BrokenPromisesTests {
    /// What is left out.
    enum Mutation: String, CaseIterable, Sendable {
        case everyFileSync
        case everyFolderSync
        case logFileSync
        case segmentSync
        case manifestSync
        case catalogSync
        case foldersAbove
        case storeFolderSync
        case datasetsFolderSync
        case datasetFolderSync
        case logFolderSync
        case waitingForTheLog
        /// Names that get to the medium after those that rely on them.
        case segmentsAfterTheManifest
        case manifestsAfterWhatTheyReplace
        case catalogsAfterTheLog
        case logTailsAfterWhatTheyReplace

        func apply(to life: SimulatedLife) {
            let io = life.io
            switch self {
            case .everyFileSync: io.ignoreFileSync { _ in true }
            case .everyFolderSync: io.ignoreDirectorySync { _ in true }
            case .logFileSync: io.ignoreFileSync { $0.hasSuffix(".log") }
            case .segmentSync: io.ignoreFileSync { $0.hasSuffix(".skep.tmp") }
            case .manifestSync: io.ignoreFileSync { $0.contains("MANIFEST") }
            case .catalogSync: io.ignoreFileSync { $0.contains("CATALOG") }
            case .foldersAbove: io.ignoreDirectorySync { $0 == "/" || $0 == "/data" }
            case .storeFolderSync: io.ignoreDirectorySync { $0 == "/data/store" }
            case .datasetsFolderSync: io.ignoreDirectorySync { $0 == "/data/store/d" }
            case .datasetFolderSync: io.ignoreDirectorySync { $0.hasPrefix("/data/store/d/") }
            case .logFolderSync: io.ignoreDirectorySync { $0 == "/data/store/log" }
            case .waitingForTheLog: life.durability = .interval(.seconds(1_000))
            case .segmentsAfterTheManifest: io.delayNames { $0.hasSuffix(".skep") }
            case .manifestsAfterWhatTheyReplace: io.delayNames { $0.hasPrefix("MANIFEST") }
            case .catalogsAfterTheLog: io.delayNames { $0 == "CATALOG" }
            case .logTailsAfterWhatTheyReplace: io.delayNames { $0.hasSuffix(".log") }
            }
        }
    }

    private static let mostSeeds: UInt64 = 200

    @Test(arguments: Mutation.allCases)
    func theSimulationNotices(_ mutation: Mutation) async throws {
        for seed in 0..<Self.mostSeeds {
            let life = SimulatedLife(seed: seed)
            mutation.apply(to: life)
            do {
                try await life.run()
            } catch {
                print("without \(mutation): seed \(seed): \("\(error)".prefix(120))")
                return
            }
        }
        Issue.record("nobody noticed in \(Self.mostSeeds) lives without \(mutation)")
    }
}
