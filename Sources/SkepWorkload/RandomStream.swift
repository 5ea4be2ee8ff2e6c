/// A stream of pseudo-random numbers that is the same on every platform: SplitMix64.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). Draws
/// use integers and the four basic operations on doubles only, never the mathematical library,
/// whose last digits differ between platforms.
struct RandomStream {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        // Wrapping is the algorithm.
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// A number from 0 to `bound` - 1, all equally likely (within 2^-32).
    mutating func below(_ bound: UInt32) -> UInt32 {
        // The product of two 32-bit numbers fits 64 bits.
        UInt32(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32)
    }

    /// A number from 0 to `bound` - 1 of which small ones are much likelier: the cube of an even
    /// draw, whose frequencies fall like rank to the power -2/3.
    mutating func skewed(_ bound: UInt32) -> UInt32 {
        let even = next() >> 32
        // Each product of two 32-bit numbers fits 64 bits.
        let cube = (((even &* even) >> 32) &* even) >> 32
        return UInt32(truncatingIfNeeded: (cube &* UInt64(bound)) >> 32)
    }

    /// True `perMillion` times in a million.
    mutating func chance(perMillion: UInt32) -> Bool { below(1_000_000) < perMillion }

    /// A time that scatters around a median like a log-normal one, with a longer tail in 1 of 50.
    ///
    /// - Parameters:
    ///   - median: The middle of the distribution, in nanoseconds.
    ///   - octaves: The standard deviation, as a power of two.
    mutating func scattered(median: Int64, octaves: Double) -> Int64 {
        let bits = next()
        let sum =
            Int64(bits & 0xFFFF) &+ Int64((bits >> 16) & 0xFFFF) &+ Int64((bits >> 32) & 0xFFFF)
            &+ Int64(bits >> 48)
        // Four even 16-bit draws: mean 131,070, standard deviation 37,837.
        var power = Double(sum &- 131_070) * (octaves / 37_837)
        if chance(perMillion: 20_000) { power += 1 + Double(below(1024)) / 384 }
        let scaled = Double(median) * Self.powerOfTwo(power)
        return Int64(min(max(scaled, 1_000), 60_000_000_000))
    }

    /// 2 to a power between -60 and 60, within 0.02 %, by a cubic for the fraction.
    private static func powerOfTwo(_ power: Double) -> Double {
        let bounded = min(max(power, -60), 60)
        let floor = bounded.rounded(.down)
        let fraction = bounded - floor
        let mantissa = 1 + fraction * (0.695_2 + fraction * (0.226_4 + fraction * 0.078_4))
        // The exponent is between 963 and 1,083, so the pattern is that of a normal number.
        return mantissa * Double(bitPattern: UInt64(1023 + Int64(floor)) << 52)
    }
}
