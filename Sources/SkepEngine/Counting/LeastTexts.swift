/// The least few of many strings in bytewise order, with their places.
struct LeastTexts {
    private let limit: Int
    /// A heap: the root is the greatest of those kept.
    private var heap: [(bytes: [UInt8], place: UInt64)] = []

    init(limit: Int) { self.limit = limit }

    var places: [UInt64] { heap.map(\.place) }

    mutating func offer(_ bytes: UnsafeBufferPointer<UInt8>, place: UInt64) {
        guard limit > 0 else { return }
        if heap.count < limit {
            heap.append((Array(bytes), place))
            siftUp(heap.count - 1)
            return
        }
        let isLess = heap[0].bytes.withUnsafeBufferPointer { ByteOrder.compare(bytes, $0) < 0 }
        guard isLess else { return }
        heap[0] = (Array(bytes), place)
        siftDown()
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].bytes.withUnsafeBufferPointer { left in
            heap[right].bytes.withUnsafeBufferPointer { ByteOrder.compare(left, $0) < 0 }
        }
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0, isBefore((child - 1) / 2, child) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var greatest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isBefore(greatest, child) {
                greatest = child
            }
            if greatest == parent { return }
            heap.swapAt(parent, greatest)
            parent = greatest
        }
    }
}
