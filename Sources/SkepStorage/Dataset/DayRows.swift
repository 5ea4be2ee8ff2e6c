internal import SkepColumns
internal import SkepModel

/// How many events some batches have of each UTC day.
struct DayRows {
    private var rows: [Int: Int] = [:]
    /// The events of the day that has most.
    private(set) var mostRows = 0

    /// Counts the events of a batch.
    ///
    /// - Complexity: O(rows).
    mutating func add(_ batch: EventBatch) {
        guard let least = batch.times.min(), let greatest = batch.times.max() else { return }
        let first = CalendarTime.day(of: least)
        let last = CalendarTime.day(of: greatest)
        if first == last {
            add(batch.rowCount, to: first)
        } else if last - first < batch.rowCount {
            // Counters side by side: a look-up in a table for each event would cost much more.
            var counts = [Int](repeating: 0, count: last - first + 1)
            for time in batch.times { counts[CalendarTime.day(of: time) - first] += 1 }
            for (index, count) in counts.enumerated() where count > 0 {
                add(count, to: first + index)
            }
        } else {
            for time in batch.times { add(1, to: CalendarTime.day(of: time)) }
        }
    }

    private mutating func add(_ count: Int, to day: Int) {
        let sum = rows[day, default: 0] + count
        rows[day] = sum
        mostRows = max(mostRows, sum)
    }
}
