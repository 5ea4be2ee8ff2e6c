/// The values of one column of a batch that is being filled.
struct ColumnBuffer {
    let name: UInt32
    let type: ColumnType
    private var numberCount = 0
    /// Integers and doubles, and bools as 0 and 1.
    private var numbers: GrowingBuffer<UInt64>
    private let strings: UnsafeMutablePointer<StringColumnBuffer>?

    init(key: UInt32) {
        name = key >> 2
        type = ColumnType(rawValue: UInt8(truncatingIfNeeded: key & 3) + 1) ?? .string
        numbers = GrowingBuffer(capacity: type == .string ? 1 : 64)
        strings = type == .string ? .allocate(capacity: 1) : nil
        strings?.initialize(to: StringColumnBuffer())
    }

    func deallocate() {
        numbers.deallocate()
        strings?.pointee.deallocate()
        strings?.deinitialize(count: 1)
        strings?.deallocate()
    }

    var count: Int { strings?.pointee.count ?? numberCount }

    /// Adds a value; returns about how many bytes of memory that took.
    @inline(__always)
    mutating func append(_ field: StagedField) -> Int {
        if let strings {
            guard let text = UnsafePointer<UInt8>(bitPattern: UInt(field.bits)) else { return 0 }
            return strings.pointee.append(text, Int(field.length))
        }
        numbers.reserve(numberCount &+ 1, keeping: numberCount)
        numbers.base[numberCount] = field.bits
        numberCount &+= 1
        return 8
    }

    /// Hands the values out and begins a new batch.
    mutating func seal() -> BatchValues {
        let count = numberCount
        numberCount = 0
        let source = UnsafeMutableRawPointer(numbers.base)
        switch type {
        case .string: return strings?.pointee.seal() ?? .bools([])
        case .int:
            return .ints(
                Array(
                    UnsafeBufferPointer(
                        start: source.assumingMemoryBound(to: Int64.self), count: count)))
        case .double:
            return .doubles(
                Array(
                    UnsafeBufferPointer(
                        start: source.assumingMemoryBound(to: Double.self), count: count)))
        case .bool:
            let bits = numbers.base
            return .bools(
                [UInt8](unsafeUninitializedCapacity: count) { target, used in
                    for row in 0..<count { target[row] = UInt8(truncatingIfNeeded: bits[row]) }
                    used = count
                })
        }
    }
}
