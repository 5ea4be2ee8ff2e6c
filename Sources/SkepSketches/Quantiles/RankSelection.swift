/// Finding of the value of a rank among weighted values, without sorting all.
///
/// Values are held as keys: bit patterns changed so that their unsigned order is the order of the
/// doubles, -0 made 0. Each round counts weights in up to 1,024 equal slices of the key range and
/// keeps only the slice with the wanted rank.
struct RankSelection {
    /// From this many values down, sorting is faster.
    static let sortThreshold = 32
    private static let mostSliceBits = 10

    /// Keys and weights of the values that may have the rank; changed by the search.
    let keys: UnsafeMutablePointer<UInt64>
    /// Nil while every weight is 1.
    let weights: UnsafeMutablePointer<UInt64>?
    /// Room for 1,024 counters; not touched for fewer values than `sortThreshold`.
    let slices: UnsafeMutablePointer<UInt64>

    static let sliceCapacity = 1 << mostSliceBits

    static func key(_ value: Double) -> UInt64 {
        let bits = (value + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    static func value(_ key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }

    /// Takes the values and weights of a cell's chunk; returns the least and the greatest key.
    func load(_ state: QuantileCells.Cell, _ count: Int) -> ClosedRange<UInt64> {
        let values = state.values
        var low = UInt64.max
        var high: UInt64 = 0
        for index in 0..<count {
            let key = Self.key(values[index])
            keys[index] = key
            low = min(low, key)
            high = max(high, key)
        }
        weights?.update(from: state.weights, count: count)
        return min(low, high)...high
    }

    /// The smallest value whose cumulative weight is at least `rank`.
    ///
    /// - Parameters:
    ///   - rank: From 1 to the sum of weights.
    ///   - bounds: What `load` returned.
    /// - Complexity: O(`count`), about 2 ns a value.
    func select(rank: UInt64, count: Int, bounds: ClosedRange<UInt64>) -> Double {
        var rank = rank
        var count = count
        var low = bounds.lowerBound
        var high = bounds.upperBound
        while count > Self.sortThreshold {
            if low == high { return Self.value(low) }
            let rangeBits = UInt64.bitWidth - (high - low).leadingZeroBitCount
            let sliceBits = min(Self.mostSliceBits, Int.bitWidth - count.leadingZeroBitCount)
            let shift = UInt64(max(0, rangeBits - sliceBits))
            countSlices(low, shift, Int((high - low) >> shift) + 1, count)
            var slice = 0
            while slices[slice] < rank, slice < Int((high - low) >> shift) {
                rank &-= slices[slice]
                slice += 1
            }
            count = keep(UInt64(slice), low, shift, count)
            low = .max
            high = 0
            for index in 0..<count {
                low = min(low, keys[index])
                high = max(high, keys[index])
            }
        }
        sort(count)
        return sortedValue(rank: rank, count: count)
    }

    private func countSlices(_ low: UInt64, _ shift: UInt64, _ sliceCount: Int, _ count: Int) {
        slices.update(repeating: 0, count: sliceCount)
        // Shifts are below 64: `&>>` needs no check. Sums of weights wrap instead of trapping.
        if let weights {
            for index in 0..<count {
                slices[Int((keys[index] &- low) &>> shift)] &+= weights[index]
            }
        } else {
            for index in 0..<count { slices[Int((keys[index] &- low) &>> shift)] &+= 1 }
        }
    }

    /// Moves the values of one slice to the front; returns how many there are.
    private func keep(_ slice: UInt64, _ low: UInt64, _ shift: UInt64, _ count: Int) -> Int {
        var kept = 0
        for index in 0..<count {
            let key = keys[index]
            // Always stored, kept only on a hit: no branch that depends on the data.
            keys[kept] = key
            if let weights { weights[kept] = weights[index] }
            kept &+= (key &- low) &>> shift == slice ? 1 : 0
        }
        return kept
    }

    /// Sorts the first `count` values by insertion; for few values.
    func sort(_ count: Int) {
        for index in stride(from: 1, to: count, by: 1) {
            let key = keys[index]
            let weight = weights?[index] ?? 1
            var place = index
            while place > 0, keys[place &- 1] > key {
                keys[place] = keys[place &- 1]
                if let weights { weights[place] = weights[place &- 1] }
                place &-= 1
            }
            keys[place] = key
            if let weights { weights[place] = weight }
        }
    }

    /// The value of a rank once the values are sorted.
    func sortedValue(rank: UInt64, count: Int) -> Double {
        var below: UInt64 = 0
        for index in 0..<count {
            below &+= weights?[index] ?? 1
            if below >= rank { return Self.value(keys[index]) }
        }
        return Self.value(keys[count - 1])
    }
}
