/// Values of one block as traces have them, the same in every run.
final class SampleBlock {
    static let count = 65_536

    private var state: UInt64 = 0x5EED

    /// The next random number (splitmix64).
    private func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private func make<Value>(_ value: (UInt64) -> Value) -> UnsafeMutableBufferPointer<Value> {
        let buffer = UnsafeMutableBufferPointer<Value>.allocate(capacity: Self.count + 64)
        for index in buffer.indices { buffer.initializeElement(at: index, to: value(next())) }
        return buffer
    }

    /// Whole numbers below a limit.
    func integers(below limit: UInt64) -> UnsafeMutableBufferPointer<Int64> {
        make { Int64($0 % limit) }
    }

    /// Times that rise by up to 20 ms, in nanoseconds.
    func times() -> UnsafeMutableBufferPointer<Int64> {
        var time: Int64 = 1_700_000_000_000_000_000
        return make { random in
            time &+= Int64(random % 20_000_000)
            return time
        }
    }

    /// Durations in milliseconds with six significant digits, most small, some large.
    func durations() -> UnsafeMutableBufferPointer<Double> {
        make { random in
            let digits = Double(100_000 + random % 900_000)
            let scales: [Double] = [1e6, 1e5, 1e5, 1e4, 1e4, 1e3]
            return digits / scales[Int((random >> 40) % 6)]
        }
    }

    /// Doubles of 52 random bits, which no decimal form holds.
    func noise() -> UnsafeMutableBufferPointer<Double> {
        make { Double($0 >> 11) * 0x1p-53 }
    }

    /// Dictionary codes, small ones more often.
    func codes(distinct: UInt64) -> UnsafeMutableBufferPointer<UInt32> {
        make { UInt32(min($0 % distinct, ($0 >> 32) % distinct)) }
    }

    /// Sample rates: mostly 1.
    func rates() -> UnsafeMutableBufferPointer<UInt32> {
        make { $0 % 4 == 0 ? 10 : 1 }
    }

    /// Bytes that are 0 or 1.
    func flags() -> UnsafeMutableBufferPointer<UInt8> {
        make { UInt8($0 & 1) }
    }

    /// Hashes of as many different values as asked for.
    func hashes(distinct: UInt64) -> UnsafeMutableBufferPointer<UInt64> {
        make { random in
            var mixed = random % distinct &+ 1
            mixed = (mixed ^ (mixed << 31)) &* 0xBF58_476D_1CE4_E5B9
            return mixed ^ (mixed >> 29)
        }
    }

    /// A bitmap in which a given share of 64 rows is set.
    func bitmap(setPer64 share: UInt64) -> UnsafeMutableBufferPointer<UInt64> {
        make { _ in
            var word: UInt64 = 0
            for bit in 0..<UInt64(64) where self.next() % 64 < share { word |= 1 << bit }
            return word
        }
    }
}
