internal import SkepModel

/// Tells the groups of a column's values in one block: the shapes of the block that have the
/// column, ascending.
///
/// - Note: Belongs to one thread.
final class ShapeGroupReading {
    /// How many groups there are.
    let count: Int

    private let groups: [Int64]
    private let set: Int
    private let valueCount: Int
    private let presences: BlockPresences
    private var known: ShapeChunkValues?

    /// - Parameter entry: Of a column with a presence set.
    init(
        _ entry: BlockEntry, _ column: ColumnEntry, _ directory: Directory,
        _ presences: BlockPresences
    ) {
        set = Int(column.presenceSet)
        valueCount = Int(entry.valueCount)
        self.presences = presences
        var groups = [Int64](repeating: 0, count: directory.shapeCount)
        var count = 0
        for index in directory.blockShapes.range(ofBlock: Int(entry.block)) {
            let shape = directory.blockShapes.shape(index)
            guard directory.contains(set: set, shape: shape) else { continue }
            groups[shape] = Int64(count)
            count += 1
        }
        self.groups = groups
        self.count = count
    }

    /// Writes the groups of values; `into` has room for 32 more than asked for.
    func read(_ values: Range<Int>, _ into: UnsafeMutablePointer<UInt8>) throws(SkepError) {
        if let known { return known.read(values, into: into) }
        let shapes = try presences.shapes()
        let presence = try presences.presence(set: set, count: valueCount)
        let fresh = groups.withUnsafeBufferPointer {
            ShapeChunkValues(shapes, values: $0, presence: presence)
        }
        known = fresh
        fresh.read(values, into: into)
    }
}
