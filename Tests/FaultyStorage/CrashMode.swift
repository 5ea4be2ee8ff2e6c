/// What a crash leaves of the operations that nobody had synced.
package enum CrashMode: Sendable, Hashable, CaseIterable {
    /// The process died, the system did not: everything that was written stays, still unsynced.
    case processKill
    /// The power went: operations survive up to one point in the order they were made in, as in
    /// a journalling file system; the last write may be torn.
    case prefix
    /// The power went: any operations of each file and folder survive, as POSIX allows; the last
    /// write of each file may be torn, or its bytes zero.
    case anySubset
}
