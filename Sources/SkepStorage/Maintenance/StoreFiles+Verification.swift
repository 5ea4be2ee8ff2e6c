package import SkepModel

extension StoreFiles {
    /// Reads the catalog and the log anew: checksums, structure, and the events of every frame.
    package func verify() throws(SkepError) -> VerificationReport {
        var report = VerificationReport()
        report.files = 1
        report.bytes = try options.io.size(StorePath.join(path, Catalog.fileName))
        let (frames, reading) = try log.check()
        let files = reading.start?.files ?? []
        report.frames = frames
        report.logFiles = files.count
        report.files += files.count
        report.bytes += files.reduce(0) { $0 + $1.bytes }
        report.problems = reading.problems
        return report
    }
}
