import Foundation
import Testing

/// A small file system is filled to the last byte: by appends, by loads, by a compaction.
@Suite struct FullDiskTests {
    private static let unshare = TortureRun.installed("unshare")
    private static let skipped: Int32 = 77

    @Test(.enabled(if: unshare != nil && geteuid() == 0, "only root may mount"))
    func storeOnAFullDiskAnswersAndGoesOnWhenThereIsSpace() throws {
        let run = try TortureRun()
        defer { run.remove() }
        let folder = run.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let megabytes = TortureRun.isLong ? "8" : "2"
        let outcome = try run.run(
            try #require(Self.unshare),
            [
                "--mount", "sh", TortureRun.script("full_disk.sh"), TortureRun.programs.path,
                folder,
                megabytes,
            ])
        print(outcome.output)
        guard outcome.status != Self.skipped else { return }
        #expect(outcome.status == 0, "\(outcome.messages)")
        #expect(outcome.problems.isEmpty)
        #expect(outcome.number("loads") > 0)
    }
}
