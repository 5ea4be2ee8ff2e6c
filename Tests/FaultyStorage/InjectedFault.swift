internal import SkepModel

/// A call that fails.
package struct InjectedFault: Sendable, Hashable {
    /// What the call says.
    package enum Reason: Sendable, Hashable, CaseIterable {
        case device
        case noSpace

        /// The error as the operating system words it.
        func error(_ operation: String, _ path: String) -> SkepError {
            let reason =
                switch self {
                case .device: "Input/output error"
                case .noSpace: "No space left on device"
                }
            return SkepError(.inputOutput, "cannot \(operation): \(reason)", path: path)
        }
    }

    /// Which calls are counted.
    package enum Calls: Sendable, Hashable {
        /// Those that change something, or make it durable.
        case changes
        /// Those that open, read or list.
        case reads
    }

    /// The number of the first call that fails, from 1.
    package var number: Int
    package var calls: Calls
    package var reason: Reason
    /// Whether all later calls of the same sort fail too.
    package var isLasting: Bool
    /// Bytes that a failing write writes before it fails.
    package var writtenBytes: Int

    package init(
        at number: Int, of calls: Calls = .changes, _ reason: Reason = .device,
        isLasting: Bool = false, afterWriting writtenBytes: Int = 0
    ) {
        self.number = number
        self.calls = calls
        self.reason = reason
        self.isLasting = isLasting
        self.writtenBytes = writtenBytes
    }

    func hits(_ call: Int) -> Bool { isLasting ? call >= number : call == number }
}
