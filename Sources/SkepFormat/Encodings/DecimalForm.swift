/// How the decimals of a vector become numbers: their greatest exponent, and by how many bits
/// each says that its own is less.
struct DecimalForm {
    let greatest: Int
    let exponentBits: Int

    /// Entries of tables by exponent.
    static let tableSize = 32
    /// Stands for the exponent of a value that is not a short decimal.
    static let none: UInt8 = 31

    /// The tag of a vector of this form.
    var tag: UInt8 { UInt8(greatest | exponentBits << 5) }

    /// Fills for each exponent what a mantissa is multiplied by, and the greatest mantissa for
    /// which the product stays below 2^51; -1 where no mantissa can be written.
    func fill(factors: UnsafeMutablePointer<Int64>, limits: UnsafeMutablePointer<Int64>) {
        var powers: [Int64] = [1]
        while powers.count < 16 { powers.append((powers.last ?? 1) * 10) }
        for exponent in 0..<Self.tableSize {
            let distance = greatest - exponent
            let power = distance - min(distance, (1 << exponentBits) - 1)
            let isPossible = distance >= 0 && power < powers.count
            factors[exponent] = isPossible ? powers[power] : 0
            limits[exponent] = isPossible ? ((1 << 51) - 1) / powers[power] : -1
        }
    }
}
