#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Measures the time between laps, or nothing when it is off.
struct OperatorClock {
    private let isOn: Bool
    private var last: UInt64

    init(isOn: Bool) {
        self.isOn = isOn
        last = isOn ? Self.now() : 0
    }

    /// Nanoseconds since the last lap.
    mutating func lap() -> UInt64 {
        guard isOn else { return 0 }
        let now = Self.now()
        defer { last = now }
        return now &- last
    }

    /// Nanoseconds of a clock that only moves forward.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
