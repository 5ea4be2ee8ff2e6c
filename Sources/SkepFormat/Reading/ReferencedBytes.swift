internal import SkepModel

/// The values of a column in a block that refer to rows of another column: brought together
/// vector by vector, when they are asked for.
///
/// - Note: Belongs to one thread.
final class ReferencedBytes {
    private let references: ReferenceBlockReader
    private let presence: Presence
    private let target: FixedBytesBlockReader
    private let targetPresence: Presence
    /// What the readers' pointers point into.
    private let regions: [Region]
    private let locate: (SkepError) -> SkepError
    private let values: AlignedBytes
    private var isKnown: [Bool]

    /// - Parameters:
    ///   - presence: The rows that have the values.
    ///   - target: The values of the other column, and the rows that have them.
    ///   - regions: What the two payloads lie in.
    ///   - locate: Adds file and offset to a report of damage.
    init(
        _ references: ReferenceBlockReader, presence: Presence, target: FixedBytesBlockReader,
        targetPresence: Presence, regions: [Region], locate: @escaping (SkepError) -> SkepError
    ) throws(SkepError) {
        guard references.valueCount == presence.count, references.width == target.width,
            target.valueCount == targetPresence.count,
            presence.rowCount == targetPresence.rowCount
        else { throw locate(Damage.found("two columns of a block contradict each other")) }
        self.references = references
        self.presence = presence
        self.target = target
        self.targetPresence = targetPresence
        self.regions = regions
        self.locate = locate
        values = AlignedBytes(uninitializedCount: references.valueCount * references.width)
        isKnown = Array(repeating: false, count: PackedVector.vectorCount(references.valueCount))
    }

    /// The bytes of the values `range`; valid while the object lives.
    ///
    /// - Throws: `corruption` when a reference leads nowhere.
    func bytes(_ range: Range<Int>) throws(SkepError) -> UnsafeRawPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= references.valueCount)
        if !range.isEmpty {
            let first = range.lowerBound / PackedVector.capacity
            for vector in first...(range.upperBound - 1) / PackedVector.capacity
            where !isKnown[vector] {
                do throws(SkepError) { try resolve(vector) } catch { throw locate(error) }
                isKnown[vector] = true
            }
        }
        return UnsafeRawPointer(values.base + range.lowerBound * references.width)
    }

    /// Follows the references of a vector.
    private func resolve(_ vector: Int) throws(SkepError) {
        let others = try references.others(fromVector: vector)
        let start = vector * PackedVector.capacity
        let end = min(start + PackedVector.capacity, references.valueCount)
        let isSound = withUnsafeTemporaryAllocation(
            of: UInt64.self, capacity: PackedVector.capacity
        ) { numbers in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: PackedVector.capacity) {
                guard let numbers = numbers.baseAddress, let rows = $0.baseAddress else {
                    return false
                }
                references.numbers(ofVector: vector, into: numbers)
                presence.rows(ofValues: start..<end, into: rows)
                return copy(start..<end, numbers, rows, others: others)
            }
        }
        guard isSound else { throw Damage.found("a reference leads to no value") }
    }

    /// Copies the values of a vector; false when a reference leads nowhere.
    private func copy(
        _ range: Range<Int>, _ numbers: UnsafePointer<UInt64>, _ rows: UnsafePointer<UInt16>,
        others: UnsafeRawBufferPointer
    ) -> Bool {
        let width = references.width
        let rowCount = UInt64(targetPresence.rowCount)
        let (words, ranks) = (targetPresence.words, targetPresence.ranks)
        let targets = target.bytes(0..<target.valueCount)
        var out = values.base + range.lowerBound * width
        var nextOther = 0
        for index in 0..<range.count {
            let number = Int64(bitPattern: numbers[index])
            let source: UnsafeRawPointer
            if number == ReferenceBlock.other {
                guard let base = others.baseAddress, nextOther < others.count else { return false }
                source = base + nextOther
                nextOther &+= width
            } else {
                // Wrapping: a damaged number becomes a row that is not there.
                let row = UInt64(
                    bitPattern: Int64(rows[index]) &- number &+ (number > 0 ? 1 : 0))
                guard row < rowCount else { return false }
                let word = words[Int(row &>> 6)]
                let bit = 1 as UInt64 &<< (row & 63)
                guard word & bit != 0 else { return false }
                let rank = Int(ranks[Int(row &>> 6)]) &+ (word & (bit &- 1)).nonzeroBitCount
                source = targets + rank &* width
            }
            if width == 8 {
                out.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
            } else {
                out.copyMemory(from: source, byteCount: width)
            }
            out += width
        }
        return true
    }
}
