/// The first few of many items in an order, without sorting them all.
enum TopSelection {
    /// The first `count` of the items `0 ..< itemCount`, in order.
    ///
    /// - Parameters:
    ///   - numbers: For each item a number that the order goes by first, least first; `nil` where
    ///     it goes by something else.
    ///   - isBefore: The whole order.
    /// - Complexity: O(n log `count`): a heap of the best items so far; with numbers, items that
    ///   are behind the last of the heap cost a comparison of two doubles.
    static func first(
        _ count: Int, of itemCount: Int, numbers: [Double]?, by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count > 0 else { return [] }
        // Sorting is faster than a heap that keeps most of the items.
        if itemCount <= count * 2 {
            return Array((0..<itemCount).sorted(by: isBefore).prefix(count))
        }
        var heap = Array(0..<count)
        // The root is the last of the kept items.
        for start in stride(from: count / 2 - 1, through: 0, by: -1) {
            siftDown(&heap, start, isBefore)
        }
        func offer(_ item: Int) {
            guard isBefore(item, heap[0]) else { return }
            heap[0] = item
            siftDown(&heap, 0, isBefore)
        }
        guard let numbers else {
            for item in count..<itemCount { offer(item) }
            return heap.sorted(by: isBefore)
        }
        precondition(numbers.count == itemCount)
        numbers.withUnsafeBufferPointer { numbers in
            var last = numbers[heap[0]]
            for item in count..<itemCount where !(numbers[item] > last) {
                offer(item)
                last = numbers[heap[0]]
            }
        }
        return heap.sorted(by: isBefore)
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
