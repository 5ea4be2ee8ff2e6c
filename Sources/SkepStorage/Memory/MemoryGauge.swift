internal import Synchronization

/// How many bytes several memory tables hold together.
package final class MemoryGauge: Sendable {
    private let held = Atomic<Int>(0)

    package init() {}

    /// About the bytes held.
    package var bytes: Int { held.load(ordering: .relaxed) }

    /// Counts bytes in, or out when negative.
    func add(_ bytes: Int) {
        if bytes != 0 { held.wrappingAdd(bytes, ordering: .relaxed) }
    }
}
