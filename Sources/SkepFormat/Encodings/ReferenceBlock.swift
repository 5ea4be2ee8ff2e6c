internal import SkepModel

/// Byte strings of one length as references to rows of the same block in which another column has
/// the same bytes: ids of parents, which are ids of other rows.
///
/// A row that is d rows before (d may be negative) has the number d + 1, or d when it is negative;
/// 0 stands for a value that is kept as it is, the next of the others.
enum ReferenceBlock {
    /// The number of values that are kept as they are.
    static let other: Int64 = 0

    /// The number for a distance in rows.
    @inline(__always)
    static func number(ofDistance distance: Int) -> Int {
        // Cannot overflow: distances are below the rows of a block.
        distance >= 0 ? distance &+ 1 : distance
    }

    /// Appends references to `out`, which starts 8-byte aligned and ends so.
    ///
    /// - Parameters:
    ///   - otherStarts: For each vector how many others come before it.
    ///   - others: The values whose number is `other`.
    static func encode(
        _ numbers: UnsafePointer<Int64>, count: Int, otherStarts: [UInt32],
        others: UnsafeRawBufferPointer, into out: PayloadBuffer
    ) {
        let sizePosition = out.count
        out.append(UInt64(0))
        for start in otherStarts { out.append(start) }
        out.pad()
        let start = out.count
        FrameOfReference.write(
            numbers, count: count, plan: FrameOfReference.plan(numbers, count: count), into: out)
        (out.base + sizePosition).storeBytes(
            of: UInt64(out.count - start).littleEndian, as: UInt64.self)
        out.append(others)
        out.pad()
    }
}

/// Reads the references of one column in one block.
struct ReferenceBlockReader {
    private let numbers: PackedVectors
    private let otherStarts: UnsafeRawPointer
    private let otherBase: UnsafeRawPointer
    private let otherCount: Int
    /// Bytes per value.
    let width: Int
    /// How many values there are.
    var valueCount: Int { numbers.valueCount }

    /// Validates a payload, which must outlive the reader.
    ///
    /// - Throws: `corruption`.
    init(payload: UnsafeRawBufferPointer, valueCount: Int, width: Int) throws(SkepError) {
        guard valueCount >= 0, width > 0 else {
            throw Damage.found("references have no values")
        }
        var reader = ByteReader(payload)
        let size = try reader.read(UInt64.self)
        let starts = try reader.readBytes(PackedVector.vectorCount(valueCount) * 4)
        try reader.skip((8 - reader.position % 8) % 8)
        guard size <= UInt64(reader.remaining) else {
            throw Damage.found("references do not fit")
        }
        numbers = try PackedVectors(
            try reader.readBytes(Int(size)), valueCount: valueCount)
        guard let starts = starts.baseAddress, let base = payload.baseAddress else {
            throw Damage.found("references are missing")
        }
        otherStarts = starts
        otherBase = base + reader.position
        otherCount = reader.remaining / width
        self.width = width
    }

    /// The numbers of a vector's values.
    func numbers(ofVector vector: Int, into out: UnsafeMutablePointer<UInt64>) {
        let start = vector * PackedVector.capacity
        FrameOfReference.read(numbers, start..<start + numbers.count(ofVector: vector), into: out)
    }

    /// The values that are kept as they are, from a vector's first on.
    ///
    /// - Throws: `corruption` when there are fewer before the vector than it says.
    func others(fromVector vector: Int) throws(SkepError) -> UnsafeRawBufferPointer {
        let start = Int(
            UInt32(
                littleEndian: otherStarts.loadUnaligned(
                    fromByteOffset: vector * 4, as: UInt32.self)))
        guard start <= otherCount else {
            throw Damage.found("references name a value that is not there")
        }
        return UnsafeRawBufferPointer(
            start: otherBase + start * width, count: (otherCount - start) * width)
    }
}
