/// The one fault of the shop that an investigation should find.
///
/// When three quarters of the span have passed, `payment` 2.31.0 is rolled out in `eu-west-1`.
/// From then on its charges through one provider take twelve times as long and 30 % of them fail.
/// The same version runs without trouble on canary pods elsewhere, and so do the same provider
/// and the same region on the version before: only the combination is bad.
enum PlantedFault {
    static let versionBefore = "2.30.4"
    static let version = "2.31.0"
    /// Index into ``Geography/regions``.
    static let region = 0
    /// Index into ``Trade/providers``.
    static let provider = 0
    static let slowdown: Int64 = 12
    static let failuresPerMillion: UInt32 = 300_000

    /// When the rollout happens.
    static func begin(end: Int64, span: Int64) -> Int64 { end &- span / 4 }
}
