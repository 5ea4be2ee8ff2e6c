/// The first few of many items in an order, without sorting them all.
///
/// Words that ascend with the order decide most comparisons: what is surely among the first, or
/// surely not, is told by a word's digits, and only items with equal words are compared.
enum TopSelection {
    /// What items are ordered by first, and among equal ones next.
    struct Words {
        /// For each item a number, least first; none is not-a-number.
        var numbers: UnsafePointer<Double>
        /// For some items words that ascend with the order of items with equal numbers; `nil`
        /// where there are no such.
        var tieWords: ((ArraySlice<Int>, UnsafeMutablePointer<UInt64>) -> Void)?
    }

    /// An item with what it is ordered by first, and next.
    private struct Item {
        var first: UInt64
        var second: UInt64
        var item: Int
    }

    /// Of how many items one is looked at again at the most.
    private static let gatheredShare = 8

    /// About the memory that `first` takes, in bytes.
    static func bytes(_ count: Int, of itemCount: Int) -> Int {
        sortsAll(count, itemCount)
            ? itemCount * MemoryLayout<Int>.stride * 2
            : count * MemoryLayout<Item>.stride * 2
                + itemCount / gatheredShare * MemoryLayout<UInt64>.stride
    }

    /// Sorting is faster than selecting most of the items.
    private static func sortsAll(_ count: Int, _ itemCount: Int) -> Bool {
        itemCount / 2 <= count
    }

    /// The first `count` of the items `0 ..< itemCount`, in order.
    ///
    /// - Parameters:
    ///   - words: What the order goes by first, if that is known.
    ///   - isStopped: Whether no one wants the items any more: then those returned are any.
    ///   - isBefore: The whole order.
    /// - Complexity: O(n) with words, and O(n log `count`) for the items that they do not tell
    ///   apart: a heap of the best items so far.
    static func first(
        _ count: Int, of itemCount: Int, words: Words?, isStopped: () -> Bool,
        by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count > 0 else { return [] }
        if sortsAll(count, itemCount) {
            return Array((0..<itemCount).sorted(by: isBefore).prefix(count))
        }
        guard let words else {
            return least(count, of: itemCount, by: isBefore).sorted(by: isBefore)
        }
        let (last, before) = word(atRank: count, words.numbers, itemCount, isStopped)
        func precedes(_ left: Item, _ right: Item) -> Bool {
            if left.first != right.first { return left.first < right.first }
            if left.second != right.second { return left.second < right.second }
            return isBefore(left.item, right.item)
        }
        var kept: [Item] = []
        kept.reserveCapacity(count)
        var tied: [Item] = []
        let wanted = count - before
        tied.reserveCapacity(wanted)
        forEachBatch(of: itemCount, words, upTo: last) { found in
            if isStopped() { return }
            if found.first < last {
                kept.append(found)
            } else {
                offer(found, &tied, wanted, precedes)
            }
        }
        return (kept + tied).sorted(by: precedes).map(\.item)
    }

    /// Items whose words are looked up at a time.
    private static let batchSize = 256

    /// Calls `body` with each item whose first word is at most `last`.
    private static func forEachBatch(
        of itemCount: Int, _ words: Words, upTo last: UInt64, _ body: (Item) -> Void
    ) {
        var batch: [Int] = []
        batch.reserveCapacity(batchSize)
        var seconds = [UInt64](repeating: 0, count: batchSize)
        func finish() {
            words.tieWords.map { tieWords in
                seconds.withUnsafeMutableBufferPointer { seconds in
                    if let start = seconds.baseAddress { tieWords(batch[...], start) }
                }
            }
            for (index, item) in batch.enumerated() {
                body(Item(first: word(words.numbers[item]), second: seconds[index], item: item))
            }
            batch.removeAll(keepingCapacity: true)
        }
        for item in 0..<itemCount where word(words.numbers[item]) <= last {
            batch.append(item)
            if batch.count == batchSize { finish() }
        }
        finish()
    }

    /// A word that ascends as the number does; both zeros have one.
    @inline(__always)
    private static func word(_ number: Double) -> UInt64 {
        let bits = (number + 0).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    /// The word at a rank, from 1 for the least, and how many words are less than that.
    ///
    /// Digit by digit from the highest; as soon as few words share the digits found so far, only
    /// these are looked at.
    private static func word(
        atRank rank: Int, _ numbers: UnsafePointer<Double>, _ count: Int, _ isStopped: () -> Bool
    ) -> (word: UInt64, before: Int) {
        let first = word(numbers[0])
        var different: UInt64 = 0
        for item in 0..<count { different |= word(numbers[item]) ^ first }
        var found = first & ~different
        var before = 0
        var few: [UInt64]?
        var counts = [Int](repeating: 0, count: 256)
        for shift in stride(from: UInt64(56), through: 0, by: -8)
        where different >> shift & 255 != 0 && !isStopped() {
            for digit in counts.indices { counts[digit] = 0 }
            let above = shift == 56 ? 0 : UInt64.max << (shift + 8)
            if let few {
                for word in few { counts[Int(word >> shift & 255)] += 1 }
            } else {
                for item in 0..<count {
                    let word = word(numbers[item])
                    if (word ^ found) & above == 0 { counts[Int(word >> shift & 255)] += 1 }
                }
            }
            var digit = 0
            while digit < 255, before + counts[digit] < rank {
                before += counts[digit]
                digit += 1
            }
            found = found & ~(255 << shift) | UInt64(digit) << shift
            let isNext = { (word: UInt64) in (word ^ found) & (UInt64.max << shift) == 0 }
            if let words = few {
                few = words.filter(isNext)
            } else if counts[digit] <= count / gatheredShare {
                var words: [UInt64] = []
                words.reserveCapacity(counts[digit])
                for item in 0..<count {
                    let word = word(numbers[item])
                    if isNext(word) { words.append(word) }
                }
                few = words
            }
        }
        return (found, before)
    }

    /// Keeps an item if it is among the first `limit` offered, in a heap with the last at the root.
    private static func offer(
        _ item: Item, _ heap: inout [Item], _ limit: Int, _ precedes: (Item, Item) -> Bool
    ) {
        if heap.count < limit {
            heap.append(item)
            var child = heap.count - 1
            while child > 0, precedes(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if limit > 0, precedes(item, heap[0]) {
            heap[0] = item
            siftDown(&heap, 0, precedes)
        }
    }

    /// The first `count` items by comparisons alone, in no order.
    private static func least(
        _ count: Int, of itemCount: Int, by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count < itemCount else { return Array(0..<itemCount) }
        var heap = Array(0..<count)
        // The root is the last of the kept items.
        for start in stride(from: count / 2 - 1, through: 0, by: -1) {
            siftDown(&heap, start, isBefore)
        }
        for item in count..<itemCount where isBefore(item, heap[0]) {
            heap[0] = item
            siftDown(&heap, 0, isBefore)
        }
        return heap
    }

    private static func siftDown<Item>(
        _ heap: inout [Item], _ start: Int, _ isBefore: (Item, Item) -> Bool
    ) {
        var parent = start
        while true {
            var last = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if isBefore(heap[last], heap[child]) { last = child }
            }
            if last == parent { return }
            heap.swapAt(parent, last)
            parent = last
        }
    }
}
