internal import SkepColumns

/// The order of a segment's rows: by time, then by arrival.
struct RowOrder: Sendable {
    /// The times in the segment's order.
    let times: [Int64]
    /// For each row of the segment its number by arrival; `nil` when the two are the same.
    let arrival: [UInt32]?

    /// Digits of the sort: passes over the rows against the size of the counters.
    private static let digitBits = 11

    /// Sorts the rows of batches.
    ///
    /// - Complexity: O(rows), at most six passes.
    init(_ batches: [EventBatch]) {
        var times: [Int64] = []
        times.reserveCapacity(batches.reduce(0) { $0 + $1.rowCount })
        for batch in batches { times.append(contentsOf: batch.times) }
        var least = times.first ?? 0
        var greatest = least
        var previous = least
        var isSorted = true
        for time in times {
            isSorted = isSorted && time >= previous
            previous = time
            least = min(least, time)
            greatest = max(greatest, time)
        }
        guard !isSorted else {
            self.times = times
            arrival = nil
            return
        }
        // Wrapping: the difference of any two times fits an unsigned word.
        let range = UInt64(bitPattern: greatest &- least)
        let sorted = Self.sorted(times, from: least, bits: 64 - range.leadingZeroBitCount)
        arrival = sorted
        self.times = sorted.map { times[Int($0)] }
    }

    /// The rows by ascending time, equal times in the order they had.
    private static func sorted(_ times: [Int64], from least: Int64, bits: Int) -> [UInt32] {
        var keys = times.map { UInt64(bitPattern: $0 &- least) }
        var rows = [UInt32](0..<UInt32(times.count))
        var otherKeys = keys
        var otherRows = rows
        for shift in stride(from: 0, to: bits, by: digitBits) {
            pass(keys, rows, into: &otherKeys, &otherRows, shift: UInt64(shift))
            swap(&keys, &otherKeys)
            swap(&rows, &otherRows)
        }
        return rows
    }

    /// Distributes rows by one digit of their keys.
    private static func pass(
        _ keys: [UInt64], _ rows: [UInt32], into newKeys: inout [UInt64],
        _ newRows: inout [UInt32], shift: UInt64
    ) {
        let mask = UInt64(1 << digitBits) - 1
        var starts = [Int](repeating: 0, count: 1 << digitBits)
        keys.withUnsafeBufferPointer { keys in
            rows.withUnsafeBufferPointer { rows in
                newKeys.withUnsafeMutableBufferPointer { newKeys in
                    newRows.withUnsafeMutableBufferPointer { newRows in
                        starts.withUnsafeMutableBufferPointer { starts in
                            for index in 0..<keys.count {
                                starts[Int(truncatingIfNeeded: keys[index] &>> shift & mask)] &+= 1
                            }
                            var total = 0
                            for digit in 0..<starts.count {
                                let size = starts[digit]
                                starts[digit] = total
                                total &+= size
                            }
                            for index in 0..<keys.count {
                                let key = keys[index]
                                let digit = Int(truncatingIfNeeded: key &>> shift & mask)
                                let target = starts[digit]
                                starts[digit] = target &+ 1
                                newKeys[target] = key
                                newRows[target] = rows[index]
                            }
                        }
                    }
                }
            }
        }
    }
}
