internal import SkepFormat
internal import SkepModel
internal import SkepQuery

/// The predicates that the rows' shapes decide: one look-up of a byte for each row, however many
/// predicates there are.
///
/// A shape decides a predicate when each of its columns is either determined by the shape or
/// accepted with any value that the block may hold.
final class ShapeFilter {
    /// Whether rows have to be looked up in the current block.
    private(set) var isActive = false
    private var combination = FilterCombination.and
    private var shapes: BlockShapes?
    /// For each local shape, whether its rows pass; room for every byte.
    private let passes: UnsafeMutablePointer<UInt8>
    /// The same of one predicate.
    private let verdicts: UnsafeMutablePointer<UInt8>
    private var hasVerdicts = false

    init() {
        passes = .allocate(capacity: LookUpKernels.tableSize)
        passes.initialize(repeating: 0, count: LookUpKernels.tableSize)
        verdicts = .allocate(capacity: LookUpKernels.tableSize)
        verdicts.initialize(repeating: 0, count: LookUpKernels.tableSize)
    }

    deinit {
        passes.deallocate()
        verdicts.deallocate()
    }

    /// Forgets the block.
    func clear() {
        isActive = false
        shapes = nil
    }

    /// Starts with a block.
    ///
    /// - Returns: Whether its shapes are few enough to be looked up by a byte.
    func open(_ block: BlockReader, combination: FilterCombination) throws(SkepError) -> Bool {
        guard let shapes = try block.shapes(), shapes.codes8 != nil else { return false }
        self.shapes = shapes
        self.combination = combination
        hasVerdicts = false
        passes.update(repeating: combination == .and ? 1 : 0, count: LookUpKernels.tableSize)
        return true
    }

    /// Adds a predicate, if shapes decide it.
    func add(
        _ scan: PredicateScan, _ field: FieldCursor, _ reader: SegmentReader
    ) throws(SkepError) -> Bool {
        guard let shapes else { return false }
        verdicts.update(repeating: 0, count: LookUpKernels.tableSize)
        guard try scan.decide(shapes, field, reader, into: verdicts) else { return false }
        hasVerdicts = true
        for local in 0..<shapes.localCount {
            if combination == .and {
                passes[local] &= verdicts[local]
            } else {
                passes[local] |= verdicts[local]
            }
        }
        return true
    }

    /// Ends the adding of predicates and tells what the shapes of the block decide.
    func close() -> PredicateScan.Outlook {
        guard let shapes, hasVerdicts else { return combination == .and ? .all : .none }
        var count = 0
        for local in 0..<shapes.localCount { count += Int(passes[local]) }
        isActive = count > 0 && count < shapes.localCount
        return count == 0 ? .none : count == shapes.localCount ? .all : .some
    }

    /// Writes which rows of a vector pass.
    func select(_ rows: Range<Int>, into words: UnsafeMutablePointer<UInt64>) {
        guard let codes = shapes?.codes8 else { return }
        words.update(repeating: 0, count: SelectionKernels.vectorWords)
        LookUpKernels.lookUpBits(
            codes + rows.lowerBound, table: passes, count: rows.count, into: words)
    }
}
