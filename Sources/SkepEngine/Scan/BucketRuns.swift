internal import SkepFormat
internal import SkepModel

/// The time buckets of a block as runs of rows: times are sorted, so no row is looked at twice.
struct BucketRuns {
    struct Run {
        var bucket: Int
        /// The row after the last one of the bucket.
        var end: Int
    }

    private(set) var runs: [Run] = []

    /// Finds the runs of `rows` in a block.
    ///
    /// - Complexity: One binary search for each bucket that the block touches.
    mutating func find(
        _ buckets: TimeBuckets, rows: Range<Int>, in block: BlockReader
    ) throws(SkepError) {
        runs.removeAll(keepingCapacity: true)
        guard !rows.isEmpty else { return }
        var row = rows.lowerBound
        // A buffer for one time, with the slack that decoding asks for.
        let buffer = UnsafeMutablePointer<Int64>.allocate(capacity: 1 + 32)
        defer { buffer.deallocate() }
        while row < rows.upperBound {
            try block.times(row..<row + 1, into: buffer)
            let bucket = buckets.bucket(of: buffer[0])
            // Rows were found by their times: only times that are not sorted lie elsewhere.
            guard bucket >= 0, bucket < buckets.count else { throw block.disorderedTimes() }
            let next = buckets.start(of: bucket + 1)
            var end = next == .max ? rows.upperBound : try block.firstRow(atOrAfter: next)
            end = min(max(end, row + 1), rows.upperBound)
            runs.append(Run(bucket: bucket, end: end))
            row = end
        }
    }
}
