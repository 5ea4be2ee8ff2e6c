/// The string values of one column of a batch that is being filled.
///
/// Strings begin as codes into a dictionary. A column most of whose strings are distinct (ids,
/// statements) changes to plain bytes, or to half as many if all are hexadecimal of one length,
/// and begins its next batches that way.
struct StringColumnBuffer {
    private enum Form {
        case dictionary
        /// Digits of each string.
        case hex(length: Int)
        case plain
    }

    private(set) var count = 0
    private var form = Form.dictionary
    private var dictionary = DictionaryBuilder()
    /// Strings of the dictionary that are there from earlier batches.
    private var oldStrings = 0
    private var codes = GrowingBuffer<UInt32>(capacity: 64)
    private var lastCode: UInt32 = .max
    private var ends = GrowingBuffer<UInt32>(capacity: 1)
    private var bytes = GrowingBuffer<UInt8>(capacity: 1)
    private var byteCount = 0
    private var batchesWithoutDictionary = 0

    /// Values before a column is judged.
    private static let judgedValues = 1_024
    /// Values in a sealed batch from which other forms than a dictionary are considered.
    private static let fewValues = 64
    /// After so many batches without dictionary it is tried again.
    private static let patience = 16

    func deallocate() {
        dictionary.deallocate()
        codes.deallocate()
        ends.deallocate()
        bytes.deallocate()
    }

    /// Adds a value; returns about how many bytes of memory that took.
    @inline(__always)
    mutating func append(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int {
        switch form {
        case .dictionary: appendCode(text, length)
        case .hex(let digits): appendHex(text, length, digits: digits)
        case .plain: appendPlain(text, length)
        }
    }

    @inline(__always)
    private mutating func appendCode(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int {
        codes.reserve(count &+ 1, keeping: count)
        let known = dictionary.count
        if lastCode == .max || !dictionary.isEqual(lastCode, text, length) {
            lastCode = dictionary.code(text, length)
        }
        codes.base[count] = lastCode
        count &+= 1
        if dictionary.count == known { return 4 }
        if count >= Self.judgedValues, isMostlyDistinct { leaveDictionary() }
        return length &+ 24
    }

    /// Whether more than half of the batch's values were new strings.
    private var isMostlyDistinct: Bool { (dictionary.count &- oldStrings) &* 2 > count }

    @inline(__always)
    private mutating func appendHex(
        _ text: UnsafePointer<UInt8>, _ length: Int, digits: Int
    ) -> Int {
        if length == digits {
            bytes.reserve(byteCount &+ digits / 2, keeping: byteCount)
            if HexDigits.parse(text, length, into: bytes.base + byteCount) {
                byteCount &+= digits / 2
                count &+= 1
                return digits / 2
            }
        }
        changeToPlain(digits: digits)
        return appendPlain(text, length) &+ byteCount
    }

    @inline(__always)
    private mutating func appendPlain(_ text: UnsafePointer<UInt8>, _ length: Int) -> Int {
        ends.reserve(count &+ 1, keeping: count)
        bytes.reserve(byteCount &+ length, keeping: byteCount)
        (bytes.base + byteCount).update(from: text, count: length)
        byteCount &+= length
        // The builder is full long before 4 GiB.
        ends.base[count] = UInt32(truncatingIfNeeded: byteCount)
        count &+= 1
        return length &+ 4
    }

    /// Stores the values so far as hexadecimal if they are that, else as plain bytes.
    @inline(never)
    private mutating func leaveDictionary() {
        let old = count
        if !recodeAsHex() {
            form = .plain
            count = 0
            byteCount = 0
            for row in 0..<old {
                let text = dictionary.string(codes.base[row])
                if let start = text.baseAddress { _ = appendPlain(start, text.count) }
            }
        }
        dictionary.removeAll()
        oldStrings = 0
        lastCode = .max
        assert(count == old)
    }

    private mutating func recodeAsHex() -> Bool {
        let length = count > 0 ? dictionary.string(codes.base[0]).count : 0
        guard HexDigits.isStorable(length: length) else { return false }
        bytes.reserve(count * length / 2, keeping: 0)
        byteCount = 0
        for row in 0..<count {
            let text = dictionary.string(codes.base[row])
            guard text.count == length, let start = text.baseAddress,
                HexDigits.parse(start, length, into: bytes.base + byteCount)
            else { return false }
            byteCount += length / 2
        }
        form = .hex(length: length)
        return true
    }

    /// Stores the hexadecimal values so far as the text they stand for.
    @inline(never)
    private mutating func changeToPlain(digits: Int) {
        var text = GrowingBuffer<UInt8>(capacity: max(byteCount * 4, 1_024))
        HexDigits.render(bytes.base, byteCount, into: text.base)
        ends.reserve(count, keeping: 0)
        for row in 0..<count { ends.base[row] = UInt32(truncatingIfNeeded: (row + 1) * digits) }
        swap(&bytes, &text)
        text.deallocate()
        byteCount *= 2
        form = .plain
    }

    /// Hands the values out and begins a new batch.
    mutating func seal() -> BatchValues {
        if case .dictionary = form, count >= Self.fewValues, isMostlyDistinct {
            leaveDictionary()
        }
        let values: BatchValues
        switch form {
        case .dictionary:
            values = .codes(dictionary.dictionary(), packedCodes())
            if dictionary.isOutgrown(by: dictionary.count - oldStrings, values: count) {
                dictionary.removeAll()
            }
        case .hex(let digits):
            values = .hex(width: digits / 2, bytes.array(byteCount))
            batchesWithoutDictionary += 1
        case .plain:
            values = .plain(ends: ends.array(count), bytes: bytes.array(byteCount))
            batchesWithoutDictionary += 1
        }
        if batchesWithoutDictionary >= Self.patience || count < Self.judgedValues {
            batchesWithoutDictionary = 0
            form = .dictionary
        }
        oldStrings = dictionary.count
        lastCode = .max
        count = 0
        byteCount = 0
        return values
    }

    private func packedCodes() -> PackedCodes {
        let source = codes.base
        let count = count
        if dictionary.count <= 1 << 8 {
            return .bytes(
                [UInt8](unsafeUninitializedCapacity: count) { target, used in
                    for row in 0..<count { target[row] = UInt8(truncatingIfNeeded: source[row]) }
                    used = count
                })
        }
        if dictionary.count <= 1 << 16 {
            return .shorts(
                [UInt16](unsafeUninitializedCapacity: count) { target, used in
                    for row in 0..<count { target[row] = UInt16(truncatingIfNeeded: source[row]) }
                    used = count
                })
        }
        return .words(codes.array(count))
    }
}
