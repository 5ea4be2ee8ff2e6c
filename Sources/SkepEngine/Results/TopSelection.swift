/// The first few of many items in an order, without sorting them all.
///
/// Words that ascend with the order decide most comparisons: what is surely among the first, or
/// surely not, is told by a word's digits, and only items with equal words are compared.
enum TopSelection {
    /// What items are ordered by first, and among equal ones next.
    struct Words {
        /// For each item a number, least first; none is not-a-number.
        var numbers: [Double]
        /// For an item a word that ascends with the order of items with equal numbers; `nil`
        /// where there is no such.
        var tieWord: ((Int) -> UInt64)?
    }

    /// The first `count` of the items `0 ..< itemCount`, in order.
    ///
    /// - Parameters:
    ///   - words: What the order goes by first, if that is known.
    ///   - isBefore: The whole order.
    /// - Complexity: O(n) with words, and O(n log `count`) for the items that they do not tell
    ///   apart: a heap of the best items so far.
    static func first(
        _ count: Int, of itemCount: Int, words: Words?, by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count > 0 else { return [] }
        // Sorting is faster than selecting most of the items.
        if itemCount <= count * 2 {
            return Array((0..<itemCount).sorted(by: isBefore).prefix(count))
        }
        guard let words else {
            return least(count, of: Array(0..<itemCount), by: isBefore).sorted(by: isBefore)
        }
        precondition(words.numbers.count == itemCount)
        var items: [Item] = []
        items.reserveCapacity(itemCount)
        for item in 0..<itemCount {
            items.append(Item(word: word(words.numbers[item]), item: item))
        }
        var chosen: [(first: UInt64, second: UInt64, item: Int)] = []
        var tied = cut(items, count) { chosen.append(($0.word, 0, $0.item)) }
        if let tieWord = words.tieWord {
            let first = tied.first?.word ?? 0
            for index in chosen.indices { chosen[index].second = tieWord(chosen[index].item) }
            for index in tied.indices { tied[index].word = tieWord(tied[index].item) }
            tied = cut(tied, count - chosen.count) { chosen.append((first, $0.word, $0.item)) }
            let second = tied.first?.word ?? 0
            let rest = least(count - chosen.count, of: tied.map(\.item), by: isBefore)
            chosen += rest.map { (first, second, $0) }
        } else {
            let first = tied.first?.word ?? 0
            let rest = least(count - chosen.count, of: tied.map(\.item), by: isBefore)
            chosen += rest.map { (first, 0, $0) }
        }
        chosen.sort { left, right in
            if left.first != right.first { return left.first < right.first }
            if left.second != right.second { return left.second < right.second }
            return isBefore(left.item, right.item)
        }
        return chosen.map(\.item)
    }

    private struct Item {
        var word: UInt64
        var item: Int
    }

    /// A word that ascends as the number does; both zeros have one.
    private static func word(_ number: Double) -> UInt64 {
        let bits = (number + 0).bitPattern
        return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    }

    /// Gives `take` the items with words so small that they are among the `count` first, and
    /// returns those that share the place behind them: at least as many as are still wanted,
    /// all with one word.
    private static func cut(_ items: [Item], _ count: Int, take: (Item) -> Void) -> [Item] {
        var items = items
        var wanted = count
        for shift in stride(from: 56, through: 0, by: -8) where wanted > 0 {
            var counts = [Int](repeating: 0, count: 256)
            for item in items { counts[Int(truncatingIfNeeded: item.word >> shift & 255)] += 1 }
            var digit = 0
            while counts[digit] < wanted, digit < 255 {
                wanted -= counts[digit]
                digit += 1
            }
            if counts[digit] == items.count { continue }
            var same: [Item] = []
            same.reserveCapacity(counts[digit])
            for item in items {
                let own = Int(truncatingIfNeeded: item.word >> shift & 255)
                if own < digit { take(item) } else if own == digit { same.append(item) }
            }
            items = same
        }
        return wanted > 0 ? items : []
    }

    /// The first `count` items by comparisons alone, in no order.
    private static func least(
        _ count: Int, of items: [Int], by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count > 0, count < items.count else { return count > 0 ? items : [] }
        var heap = Array(items.prefix(count))
        // The root is the last of the kept items.
        for start in stride(from: count / 2 - 1, through: 0, by: -1) {
            siftDown(&heap, start, isBefore)
        }
        for item in items[count...] where isBefore(item, heap[0]) {
            heap[0] = item
            siftDown(&heap, 0, isBefore)
        }
        return heap
    }

    private static func siftDown(
        _ heap: inout [Int], _ start: Int, _ isBefore: (Int, Int) -> Bool
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
