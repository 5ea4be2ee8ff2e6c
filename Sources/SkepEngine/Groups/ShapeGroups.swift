internal import CSkepKernels
internal import SkepFormat
internal import SkepModel

/// Groups rows by their shapes, where the shapes determine every key: one look-up for each row,
/// however many keys there are.
///
/// A shape gets its group when the first selected row has it, so that no group is without events.
final class ShapeGroups {
    /// Marks shapes that have no group yet.
    private static let unassigned = GroupTable.unknown - 1

    private let keys: [KeyReader]
    private let fields: [Int]
    private let groups: GroupTable
    private var segment: SegmentContext?
    /// Whether shapes determine all keys in the current segment.
    private var areDetermined = false
    /// The group of each shape of the segment.
    private var groupOfShape: [UInt32] = []
    private var shapes: BlockShapes?
    /// The group of each local shape of the block; room for every byte.
    private let groupOfLocal: UnsafeMutablePointer<UInt32>
    private var unassignedCount = 0

    init(keys: [KeyReader], fields: [Int], groups: GroupTable) {
        self.keys = keys
        self.fields = fields
        self.groups = groups
        groupOfLocal = .allocate(capacity: LookUpKernels.tableSize)
        groupOfLocal.initialize(repeating: Self.unassigned, count: LookUpKernels.tableSize)
    }

    deinit { groupOfLocal.deallocate() }

    /// Whether the rows of the current block are grouped by shape.
    var isActive: Bool { shapes != nil }

    /// Moves to a block; the keys are bound to its segment.
    func bind(_ segment: SegmentContext, _ block: BlockReader) throws(SkepError) {
        shapes = nil
        guard !keys.isEmpty else { return }
        if self.segment !== segment {
            self.segment = segment
            areDetermined = fields.allSatisfy { field in
                segment.columns[field].allSatisfy { column in
                    segment.reader.shapeValues(column: column) != nil
                }
            }
            groupOfShape = Array(
                repeating: Self.unassigned, count: areDetermined ? segment.reader.shapeCount : 0)
        }
        guard areDetermined else { return }
        guard let opened = try block.shapes(), opened.codes8 != nil else { return }
        shapes = opened
        unassignedCount = 0
        for local in 0..<opened.localCount {
            let group = groupOfShape[Int(opened.shapeOfLocal[local])]
            groupOfLocal[local] = group
            if group == Self.unassigned { unassignedCount += 1 }
        }
    }

    /// Finds the group of each listed row of a vector, at the row's place in `result`;
    /// `GroupTable.unknown` where a closed table does not know the keys.
    func assign(
        vectorRows: Range<Int>, rows: UnsafePointer<UInt16>, rowCount: Int,
        into result: UnsafeMutablePointer<UInt32>
    ) throws(SkepError) {
        guard let codes = shapes?.codes8.map({ $0 + vectorRows.lowerBound }) else { return }
        if rowCount &* 4 >= vectorRows.count {
            LookUpKernels.lookUpWords(
                codes, table: groupOfLocal, count: vectorRows.count, into: result)
        } else {
            for index in 0..<rowCount {
                let row = Int(rows[index])
                result[row] = groupOfLocal[Int(codes[row])]
            }
        }
        guard unassignedCount > 0 else { return }
        if rowCount == vectorRows.count,
            skep_find_word(result, rowCount, Self.unassigned) == rowCount
        {
            return
        }
        for index in 0..<rowCount {
            let row = Int(rows[index])
            if result[row] == Self.unassigned {
                result[row] = try assign(local: Int(codes[row]))
            }
        }
    }

    /// The group of a local shape, numbered now if it has none.
    private func assign(local: Int) throws(SkepError) -> UInt32 {
        guard groupOfLocal[local] == Self.unassigned, let segment, let shapes else {
            return groupOfLocal[local]
        }
        let shape = Int(shapes.shapeOfLocal[local])
        var tuple: [UInt32] = []
        for (key, field) in zip(keys, fields) {
            tuple.append(try key.number(ofShape: shape, columns: segment.columns[field]))
        }
        let group = groups.group(of: tuple)
        groupOfShape[shape] = group
        groupOfLocal[local] = group
        unassignedCount -= 1
        return group
    }
}
