package import SkepModel

/// The version of the files of a store, and which other versions this code reads.
///
/// Major 1 is frozen: whatever it has written is read for ever. `FileFormat.md` says what a minor
/// version may add, and what needs a required feature.
package enum FormatVersion {
    /// A reader must know the major version exactly.
    package static let major: UInt16 = 1
    /// A reader accepts any minor version of its major version: it only tells who wrote a file.
    package static let minor: UInt16 = 0

    /// Checks what a file says it needs.
    ///
    /// - Parameters:
    ///   - file: What the file is, as the message calls it: "the segment".
    ///   - required: The file's required features, one bit each.
    ///   - known: Those that the reader knows.
    /// - Throws: `unsupportedFormat`.
    package static func check(
        _ file: StaticString, major: UInt16, minor: UInt16, required: UInt64 = 0, known: UInt64 = 0
    ) throws(SkepError) {
        let missing = required & ~known
        if major == Self.major, missing == 0 { return }
        let reason =
            switch major {
            case Self.major:
                "needs features (bits \(String(missing, radix: 2))) that this version of Skep does not "
                    + "have: use a newer one"
            case 0:
                "has format 0.\(minor), from before the format was frozen: load its events once more"
            default:
                "has format \(major).\(minor), this version of Skep reads format \(Self.major): use a "
                    + "newer one"
            }
        throw SkepError(.unsupportedFormat, "\(file) \(reason)")
    }
}
