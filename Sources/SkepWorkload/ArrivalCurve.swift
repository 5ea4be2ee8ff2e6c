internal import SkepModel

/// Spreads the events over the time span: more by day than by night, with some noise.
///
/// The span is cut into slices of equal length, each with a weight; the n-th of N events falls
/// where the running sum of weights passes n/N of the total.
struct ArrivalCurve {
    private static let sliceCount = 480

    private let start: Int64
    private let sliceLength: UInt64
    /// Sums of the weights before each slice, and after the last.
    private var sums: [UInt64] = [0]

    init(start: Int64, span: Int64, seed: UInt64) {
        self.start = start
        sliceLength = max(1, UInt64(max(span, 1)) / UInt64(Self.sliceCount))
        var random = RandomStream(seed: seed)
        var sum: UInt64 = 0
        for slice in 0..<Self.sliceCount {
            // Wrapping, because the slices of a span that ends near the last time may pass it.
            let time = start &+ Int64(UInt64(slice) &* sliceLength)
            let noise = UInt64(random.below(200))
            sum &+= (400 &+ Self.daylight(time) &+ noise) << 20
            sums.append(sum)
        }
    }

    /// 0 at 3:00 UTC to 600 at 15:00 UTC, along two parabolas.
    private static func daylight(_ time: Int64) -> UInt64 {
        let day = CalendarTime.nanosecondsPerDay
        let sinceThree = ((time % day) &+ 2 &* day &- 3 &* 3_600_000_000_000) % day
        let minute = UInt64(sinceThree / 60_000_000_000)
        return 600 &* 4 &* minute &* (1_440 &- minute) / (1_440 &* 1_440)
    }

    /// The time at which `part` of `whole` events have started; `part` above `whole` reads as it.
    func time(part: UInt64, whole: UInt64) -> Int64 {
        let total = sums[Self.sliceCount]
        guard whole > 0 else { return start }
        let product = total.multipliedFullWidth(by: min(part, whole &- 1))
        // The quotient is below `total`, because the part is below the whole.
        let target = whole.dividingFullWidth(product).quotient
        var low = 0
        var high = Self.sliceCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if sums[middle] <= target { low = middle } else { high = middle }
        }
        let weight = sums[low + 1] - sums[low]
        let into = sliceLength.multipliedFullWidth(by: target - sums[low])
        let offset = weight.dividingFullWidth(into).quotient
        return start &+ Int64(UInt64(low) &* sliceLength &+ offset)
    }
}
