internal import CSkepKernels
internal import SkepModel

/// Joining interners whose values may have several numbers: see `GroupJoin`.
extension ValueInterner {
    /// Texts that are fetched ahead of hashing.
    private static let ahead = 16

    /// Hashes some values under a key: equal values have equal hashes.
    func hash(
        _ numbers: Range<Int>, with hash: KeyedHash,
        into result: UnsafeMutablePointer<KeyedHash.State>
    ) {
        let entries = entries.base
        for number in numbers {
            if number &+ Self.ahead < numbers.upperBound {
                let next = entries[number &+ Self.ahead]
                if next.isString, let bytes = UnsafeRawPointer(bitPattern: UInt(next.word)) {
                    skep_prefetch(bytes)
                }
            }
            let entry = entries[number]
            let (high, low): (UInt64, UInt64)
            if entry.isString, let bytes = UnsafePointer<UInt8>(bitPattern: UInt(entry.word)) {
                (high, low) = hash.hash(bytes, count: Int(entry.length))
            } else {
                // The two numbers without a value differ by themselves.
                var word = entry.kind == 0 ? UInt64(number) : entry.word
                (high, low) = withUnsafeBytes(of: &word) {
                    $0.withMemoryRebound(to: UInt8.self) { bytes in
                        bytes.baseAddress.map { hash.hash($0, count: bytes.count) } ?? (0, 0)
                    }
                }
            }
            result[number &- numbers.lowerBound] = hash.mix(
                KeyedHash.State(high: high, low: low), UInt64(entry.kind), 0)
        }
    }

    /// Takes the values of others that are not here, and leaves each value one number.
    ///
    /// The others give their memory up, but for texts that this one points to. The table forgets
    /// all: values that come later get further numbers.
    ///
    /// - Parameters:
    ///   - others: The others; this one comes first.
    ///   - places: For each value of this one and of the others, one behind the other, the place
    ///     of the first equal one; becomes the value's number here.
    /// - Throws: `limitReached`.
    func join(
        _ others: [ValueInterner], places: UnsafeMutablePointer<UInt32>,
        check: () throws(SkepError) -> Void
    ) throws(SkepError) {
        var next = 0
        var place = 0
        for other in [self] + others {
            for number in 0..<other.count {
                if number & 8_191 == 0 { try check() }
                let first = Int(places[place])
                if first == place {
                    entries.grow(to: next &+ 1)
                    hashes.grow(to: next &+ 1)
                    entries.base[next] = other.entries.base[number]
                    hashes.base[next] = other.hashes.base[number]
                    places[place] = UInt32(truncatingIfNeeded: next)
                    next &+= 1
                } else {
                    places[place] = places[first]
                }
                place &+= 1
            }
            if other !== self {
                keep(other)
                other.releaseValues()
            }
        }
        entries.shrink(to: next)
        hashes.shrink(to: next)
        forgetTable()
        try check()
    }
}
