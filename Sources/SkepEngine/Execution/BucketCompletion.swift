/// Tells a worker which time buckets no further morsel of a pass can add to.
///
/// A worker that has scanned every morsel that may touch a bucket holds the bucket's cells whole: no
/// other worker has any of it. As events lie in the order of time, that is so for most buckets
/// shortly after their last event.
struct BucketCompletion: Sendable {
    private let buckets: TimeBuckets
    private let startTime: Int64
    private let endTime: Int64
    /// How many morsels of each bucket the worker has not scanned.
    private var morselsLeft: [UInt32]

    /// - Parameter morsels: The times of the blocks of all morsels of the pass.
    init(_ plan: PhysicalPlan, buckets: TimeBuckets, morsels: [ClosedRange<Int64>]) {
        self.buckets = buckets
        startTime = plan.startTime
        endTime = plan.endTime
        morselsLeft = Array(repeating: 0, count: buckets.count)
        for times in morsels {
            for bucket in touched(times) { morselsLeft[bucket] += 1 }
        }
    }

    /// The buckets that may have events of a block.
    private func touched(_ times: ClosedRange<Int64>) -> Range<Int> {
        let first = max(times.lowerBound, startTime)
        guard first < endTime else { return 0..<0 }
        let last = min(times.upperBound, endTime - 1)
        guard first <= last else { return 0..<0 }
        return (buckets.bucket(of: first)..<buckets.bucket(of: last) + 1)
            .clamped(to: 0..<morselsLeft.count)
    }

    /// Notes that the worker has scanned a morsel; returns the buckets that are complete now.
    ///
    /// - Parameter times: The times of its block.
    mutating func finish(_ times: ClosedRange<Int64>) -> [Int] {
        var complete: [Int] = []
        for bucket in touched(times) where morselsLeft[bucket] > 0 {
            morselsLeft[bucket] -= 1
            if morselsLeft[bucket] == 0 { complete.append(bucket) }
        }
        return complete
    }
}
