internal import Synchronization

/// Counts the bytes of encoded regions that a piece of work read from files.
///
/// The work binds its meter with `ReadMeter.$current.withValue(meter) { … }` on every thread it
/// uses, so that queries running at the same time count apart.
package final class ReadMeter: Sendable {
    /// The meter of the work running on this thread.
    @TaskLocal package static var current: ReadMeter?

    private let count = Atomic<Int>(0)

    package init() {}

    /// The bytes read so far.
    package var bytes: Int { count.load(ordering: .relaxed) }

    func add(_ bytes: Int) { count.wrappingAdd(bytes, ordering: .relaxed) }
}
