/// What a worker counted while it scanned.
struct ScanCounters: Sendable {
    var rowsInBlocks = 0
    var rowsInRange = 0
    var rowsMatched = 0
    var blocksScanned = 0
    var blocksSkippedByTime = 0
    var blocksSkippedByFilter = 0
    /// Rows that came to each filter, and that passed it.
    var filterRowsIn: [Int]
    var filterRowsOut: [Int]
    /// Nanoseconds per operator, where they are measured: filters, keys, cells, values.
    var filterTime: UInt64 = 0
    var keyTime: UInt64 = 0
    var valueTime: UInt64 = 0

    init(filterCount: Int) {
        filterRowsIn = Array(repeating: 0, count: filterCount)
        filterRowsOut = filterRowsIn
    }

    mutating func add(_ other: ScanCounters) {
        rowsInBlocks += other.rowsInBlocks
        rowsInRange += other.rowsInRange
        rowsMatched += other.rowsMatched
        blocksScanned += other.blocksScanned
        blocksSkippedByTime += other.blocksSkippedByTime
        blocksSkippedByFilter += other.blocksSkippedByFilter
        for index in filterRowsIn.indices {
            filterRowsIn[index] += other.filterRowsIn[index]
            filterRowsOut[index] += other.filterRowsOut[index]
        }
        filterTime += other.filterTime
        keyTime += other.keyTime
        valueTime += other.valueTime
    }
}
