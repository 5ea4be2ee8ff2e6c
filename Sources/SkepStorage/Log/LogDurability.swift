/// What an acknowledged append has survived.
package enum LogDurability: Sendable, Hashable {
    /// The frame is on the disk.
    case always
    /// The frame is written, and on the disk after at most so many nanoseconds.
    case interval(nanoseconds: Int64)
    /// The frame is written; the system decides when it reaches the disk.
    case none

    /// Whether files are ever synced.
    var syncs: Bool { self != .none }
}
