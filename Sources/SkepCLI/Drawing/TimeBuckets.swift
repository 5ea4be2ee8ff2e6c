internal import SkepModel

/// The buckets of a series, laid out over the columns of a picture.
struct TimeBuckets: Sendable {
    /// The start of the first bucket.
    let start: Int64
    /// The width of a bucket in nanoseconds.
    let width: Int64
    let count: Int

    /// The buckets that a range of time touches; they start at multiples of their width.
    init(start: Timestamp, end: Timestamp, width: Int64) {
        let width = max(1, width)
        let remainder = start.nanoseconds % width
        let first = start.nanoseconds - (remainder < 0 ? remainder + width : remainder)
        self.start = first
        self.width = width
        let (length, overflow) = end.nanoseconds.subtractingReportingOverflow(first)
        let whole = overflow ? Int64.max : max(1, length)
        count = Int(min(1_000_000, (whole - 1) / width + 1))
    }

    /// The number of the bucket that starts at a time.
    func index(of time: Timestamp) -> Int? {
        let (offset, overflow) = time.nanoseconds.subtractingReportingOverflow(start)
        guard !overflow, offset >= 0, offset / width < Int64(count) else { return nil }
        return Int(offset / width)
    }

    /// The columns used of `available` ones, so that each bucket takes a whole number of columns
    /// or each column a whole number of buckets.
    func columns(in available: Int) -> Int {
        if count <= available { return count * (available / count) }
        let perColumn = (count + available - 1) / available
        return (count + perColumn - 1) / perColumn
    }

    /// The buckets that a column shows.
    func buckets(ofColumn column: Int, of columns: Int) -> Range<Int> {
        if columns >= count {
            let bucket = column / (columns / count)
            return bucket..<bucket + 1
        }
        let perColumn = (count + columns - 1) / columns
        return column * perColumn..<min(count, (column + 1) * perColumn)
    }

    /// The time at the left edge of a column.
    func time(ofColumn column: Int, of columns: Int) -> Int64 {
        if columns >= count {
            let perBucket = columns / count
            return start + Int64(column / perBucket) * width
                + Int64(column % perBucket) * (width / Int64(perBucket))
        }
        return start + Int64(column * ((count + columns - 1) / columns)) * width
    }
}
