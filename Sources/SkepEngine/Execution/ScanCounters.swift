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
    /// Nanoseconds of each filter, where they are measured.
    var filterTimes: [UInt64]
    /// Nanoseconds of numbering groups and of adding values, where they are measured.
    var keyTime: UInt64 = 0
    var valueTime: UInt64 = 0

    init(filterCount: Int) {
        filterRowsIn = Array(repeating: 0, count: filterCount)
        filterRowsOut = filterRowsIn
        filterTimes = Array(repeating: 0, count: filterCount)
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
            filterTimes[index] += other.filterTimes[index]
        }
        keyTime += other.keyTime
        valueTime += other.valueTime
    }
}
