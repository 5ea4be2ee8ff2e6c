/// The first few of many items in an order, without sorting them all.
enum TopSelection {
    /// All items, the first `count` of them in order and at the front.
    ///
    /// - Complexity: O(n log `count`): a heap of the best items so far.
    static func smallestFirst(
        _ items: [Int], count: Int, by isBefore: (Int, Int) -> Bool
    ) -> [Int] {
        guard count > 0, count < items.count else {
            return count > 0 ? items.sorted(by: isBefore) : items
        }
        var heap = Array(items.prefix(count))
        var rest: [Int] = []
        rest.reserveCapacity(items.count - count)
        // The root is the last of the kept items.
        for start in stride(from: count / 2 - 1, through: 0, by: -1) {
            siftDown(&heap, start, isBefore)
        }
        for item in items.dropFirst(count) {
            if isBefore(item, heap[0]) {
                rest.append(heap[0])
                heap[0] = item
                siftDown(&heap, 0, isBefore)
            } else {
                rest.append(item)
            }
        }
        return heap.sorted(by: isBefore) + rest
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
