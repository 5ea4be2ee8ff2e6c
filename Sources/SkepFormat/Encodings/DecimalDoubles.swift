internal import CSkepKernels
internal import SkepModel

/// Doubles that came from decimal text, as the integers and powers of ten they were written with.
///
/// After ALP (Afroozeh, Kuffó, Boncz: "ALP: Adaptive Lossless floating-Point Compression", SIGMOD
/// 2023), with two differences. Values are divided by a power of ten, not multiplied: the quotient
/// of two exact numbers is the double that the decimal text denotes. And a vector whose values
/// have equally many significant digits at different magnitudes may give each value its own
/// exponent, in up to 4 bits.
///
/// Payload: packed vectors. The base of a vector is its least integer; the tag has the greatest
/// exponent in its low 5 bits and the number of exponent bits above. A packed number has the
/// distance from the base above the exponent bits; those say by how much the value's exponent is
/// less than the greatest. The value of an exception is the double's bit pattern.
enum DecimalDoubles {
    /// Powers of ten that are exact as doubles.
    static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
    /// Most exponent bits of a number.
    static let mostExponentBits = 4
    /// Values that are tried before a block is encoded.
    private static let sampleCount = 64

    /// Whether so many values are short decimals that encoding the block is worth trying.
    static func seemsDecimal(_ values: UnsafePointer<Double>, count: Int) -> Bool {
        let step = max(1, count / sampleCount)
        var tried = 0
        var failures = 0
        powers.withUnsafeBufferPointer { powers in
            for index in stride(from: 0, to: count, by: step) {
                tried += 1
                if DecimalDigits.find(values[index], powers) == nil { failures += 1 }
            }
        }
        return failures * 3 <= tried
    }

    /// Appends the block to `out`.
    static func write(_ values: UnsafePointer<Double>, count: Int, into out: PayloadBuffer) {
        var writer = PackedVectorsWriter(valueCount: count, out: out)
        let vector = DecimalVector()
        for start in stride(from: 0, to: count, by: PackedVector.capacity) {
            let size = min(PackedVector.capacity, count - start)
            vector.analyse(values + start, count: size)
            vector.write(values + start, to: &writer)
        }
    }

    /// Checks the tags of all vectors.
    static func validate(_ vectors: PackedVectors) throws(SkepError) {
        for index in 0..<PackedVector.vectorCount(vectors.valueCount) {
            let tag = vectors.vector(index).tag
            guard tag & 31 < powers.count, tag >> 5 <= mostExponentBits else {
                throw Damage.found("the exponents of decimals are impossible")
            }
        }
    }

    /// Reads the values `range` of a block as bit patterns.
    static func read(
        _ vectors: PackedVectors, _ range: Range<Int>, into out: UnsafeMutablePointer<UInt64>
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 16) { divisors in
            guard let table = divisors.baseAddress else { return }
            var next = range.lowerBound
            while next < range.upperBound {
                let index = next / PackedVector.capacity
                let start = index &* PackedVector.capacity
                let end = min(range.upperBound, start &+ PackedVector.capacity)
                let vector = vectors.vector(index)
                let part = next &- start..<end &- start
                let target = out + (next &- range.lowerBound)
                let greatest = Int(vector.tag & 31)
                for less in 0..<16 { table[less] = powers[max(greatest - less, 0)] }
                vectors.unpack(vector, part, base: 0, into: target)
                skep_from_decimals(
                    target, part.count, Int64(bitPattern: vector.base), UInt32(vector.tag >> 5),
                    table)
                vectors.patch(vector, index: index, part, adding: 0, into: target)
                next = end
            }
        }
    }
}
