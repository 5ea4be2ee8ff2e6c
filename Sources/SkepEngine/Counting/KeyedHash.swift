internal import SkepModel

/// 128-bit hashes of strings under a secret key.
///
/// Two lanes of 64 bits with keys of their own read the bytes side by side; each is the folded
/// multiplication of wyhash (as `Hash64`). With a random key, two given strings have one hash
/// with a chance of about 2^-128, so that among n strings any two meet with n² · 2^-129: for a
/// thousand million strings below 10^-20. The key is drawn for each query, so no data can be
/// made to collide beforehand.
struct KeyedHash: Sendable {
    private let first: (UInt64, UInt64, UInt64)
    private let second: (UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            // Wraps: the sequence of Weyl, as SplitMix64 uses it.
            state &+= 0x9E37_79B9_7F4A_7C15
            return Hash64.hash(state) | 1
        }
        first = (next(), next(), next())
        second = (next(), next(), next())
    }

    /// The hash of `count` bytes.
    ///
    /// - Complexity: O(`count`), about 4 bytes a cycle.
    @inline(__always)
    func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> (high: UInt64, low: UInt64) {
        let bytes = UnsafeRawPointer(bytes)
        let length = UInt64(truncatingIfNeeded: count)
        var (high, low) = (first.0 ^ length, second.0 ^ length)
        var offset = 0
        while count &- offset > 16 {
            let a = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            high = Self.mix(a ^ first.1, b ^ high)
            low = Self.mix(a ^ second.1, b ^ low)
            offset &+= 16
        }
        let (a, b) = Self.tail(bytes, count)
        high = Self.mix(a ^ first.1, b ^ high)
        low = Self.mix(a ^ second.1, b ^ low)
        return (
            Self.mix(high ^ first.2, length ^ first.0),
            Self.mix(low ^ second.2, length ^ second.0)
        )
    }

    /// 64 bits that depend on all bytes, in half the time of a hash: for counters that strings may
    /// share, not to tell strings apart.
    @inline(__always)
    func word(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let bytes = UnsafeRawPointer(bytes)
        var word = first.0 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while count &- offset > 16 {
            let a = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            word = Self.mix(a ^ first.1, b ^ word)
            offset &+= 16
        }
        let (a, b) = Self.tail(bytes, count)
        return Self.mix(a ^ first.1, b ^ word)
    }

    /// The hash of a sequence of numbers so far.
    struct State: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
    }

    /// The state behind one more number.
    @inline(__always)
    func mix(_ state: State, _ number: UInt64, _ tag: UInt64) -> State {
        State(
            high: Self.mix(number ^ first.1, state.high ^ tag),
            low: Self.mix(number ^ second.1, state.low ^ tag))
    }

    /// The folded product, as in `Hash64`; here, because the compiler calls that one.
    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The last 16 bytes, or all of a shorter string: different ones of a length differ here.
    @inline(__always)
    private static func tail(_ bytes: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
        if count >= 8 {
            return (
                bytes.loadUnaligned(fromByteOffset: max(0, count &- 16), as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            )
        }
        var word: UInt64 = 0
        for index in 0..<count {
            word = word &<< 8 | UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))
        }
        return (word, 0)
    }
}
