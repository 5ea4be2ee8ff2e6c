internal import CSkepKernels
internal import SkepModel

/// The distinct strings of a column in a segment, sorted bytewise; the code is the position.
///
/// - Note: Unchecked sendable: after its initializer only the texts of binary strings are added,
///   once, under a lock.
package final class DictionaryReader: @unchecked Sendable {
    /// How many strings there are.
    package let count: Int
    /// Binary bytes of an entry, if they are stored so.
    package let hexWidth: Int?
    /// How binary bytes become text.
    package let rendering: HexRendering

    private let owner: any AnyObject & Sendable
    private let base: UnsafeRawPointer
    /// Where each text starts and the last one ends; not used for binary strings.
    private let starts: UnsafeMutablePointer<UInt32>
    private let texts = Locked<AlignedBytes?>(nil)

    /// Reads a dictionary's region.
    ///
    /// - Throws: `corruption`.
    init(
        _ region: Region, count: Int, form: StringForm, rendering: HexRendering
    ) throws(SkepError) {
        defer { withExtendedLifetime(region) {} }
        self.count = count
        self.rendering = rendering
        hexWidth = form.hexWidth
        let layout = try DictionaryLayout(region.bytes, count: count, hexWidth: form.hexWidth)
        if layout.isStoredRaw {
            owner = region.owner
            base = layout.heapBase
        } else {
            let memory = AlignedBytes(uninitializedCount: layout.rawSize)
            try ChunkCompression.restore(
                layout.heap, rawSize: layout.rawSize, to: memory.base)
            owner = memory
            base = UnsafeRawPointer(memory.base)
        }
        starts = .allocate(capacity: form.hexWidth == nil ? count + 1 : 1)
        guard form.hexWidth == nil else { return }
        try layout.writeStarts(to: starts)
    }

    /// Strings of one shape as bytes, in their order.
    private init(_ memory: AlignedBytes, count: Int, shape: HexText.Shape) {
        self.count = count
        rendering = shape.rendering
        hexWidth = shape.width
        owner = memory
        base = UnsafeRawPointer(memory.base)
        starts = .allocate(capacity: 1)
    }

    deinit { starts.deallocate() }

    /// The same strings, with the same codes, as bytes: as a larger dictionary would store them.
    ///
    /// - Returns: `nil` where not all are texts of one shape with that rendering.
    /// - Complexity: O(strings).
    package func parsed(as rendering: HexRendering) -> DictionaryReader? {
        guard hexWidth == nil, count > 0,
            let shape = HexText.shape(of: UnsafeRawBufferPointer(bytes(0))),
            shape.rendering == rendering
        else { return nil }
        let memory = AlignedBytes(uninitializedCount: count * shape.width)
        for code in 0..<count {
            let target = memory.base + code * shape.width
            guard HexText.parse(UnsafeRawBufferPointer(bytes(code)), shape: shape, into: target)
            else { return nil }
        }
        return DictionaryReader(memory, count: count, shape: shape)
    }

    /// Bytes of memory it takes.
    package var byteCount: Int {
        hexWidth.map { $0 * count } ?? Int(starts[count]) + (count + 1) * 4
    }

    /// The text of a code; valid while the object lives.
    ///
    /// The texts of binary strings are all made at the first call.
    package func string(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        guard let shape else { return bytes(code) }
        precondition(code >= 0 && code < count)
        let all = texts.withLock { texts in
            if let texts { return texts }
            let made = renderAll(shape)
            texts = made
            return made
        }
        let start = all.base + code * shape.textLength
        return UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self), count: shape.textLength)
    }

    /// The stored bytes of a code: binary for the hexadecimal form, else the text.
    package func bytes(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(code >= 0 && code < count)
        let bytes = base.assumingMemoryBound(to: UInt8.self)
        if let hexWidth {
            return UnsafeBufferPointer(start: bytes + code * hexWidth, count: hexWidth)
        }
        let start = Int(starts[code])
        return UnsafeBufferPointer(start: bytes + start, count: Int(starts[code + 1]) - start)
    }

    /// All texts, one behind the other, and where each starts and the last one ends.
    ///
    /// `nil` for binary strings. Valid while the object lives.
    package var plainTexts: (bytes: UnsafePointer<UInt8>, starts: UnsafePointer<UInt32>)? {
        hexWidth == nil ? (base.assumingMemoryBound(to: UInt8.self), UnsafePointer(starts)) : nil
    }

    /// Fetches the stored bytes of a code, so that they are at hand when they are asked for.
    package func prefetch(_ code: Int) {
        precondition(code >= 0 && code < count)
        skep_prefetch(base + (hexWidth.map { $0 &* code } ?? Int(starts[code])))
    }

    /// The text of a code as a new string.
    package func render(_ code: Int) -> String {
        let bytes = bytes(code)
        guard let shape, let base = bytes.baseAddress else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return HexText.string(base, shape: shape)
    }

    /// The code of a text, if it is in the dictionary.
    ///
    /// - Complexity: O(log strings).
    package func code(of text: UnsafeRawBufferPointer) -> Int? {
        guard let shape else { return find(text) }
        return withUnsafeTemporaryAllocation(byteCount: shape.width, alignment: 8) { scratch in
            guard let target = scratch.baseAddress,
                HexText.parse(text, shape: shape, into: target)
            else { return nil }
            return find(UnsafeRawBufferPointer(start: target, count: shape.width))
        }
    }

    /// How many entries are less than a text, bytewise.
    ///
    /// - Complexity: O(log strings).
    package func lowerBound(of text: UnsafeRawBufferPointer) -> Int {
        guard let shape else { return position(of: text) }
        return withUnsafeTemporaryAllocation(byteCount: shape.textLength, alignment: 8) { scratch in
            guard let rendered = scratch.baseAddress else { return 0 }
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                HexText.render(base + middle * shape.width, shape: shape, into: rendered)
                if compareTexts(UnsafeRawBufferPointer(scratch), text) < 0 {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
    }

    private var shape: HexText.Shape? {
        hexWidth.map { HexText.Shape(width: $0, rendering: rendering) }
    }

    private func find(_ stored: UnsafeRawBufferPointer) -> Int? {
        let position = position(of: stored)
        guard position < count,
            compareTexts(UnsafeRawBufferPointer(bytes(position)), stored) == 0
        else { return nil }
        return position
    }

    /// How many entries are less than the stored form of a string, where the first ones are known
    /// to be.
    ///
    /// - Parameters:
    ///   - stored: As `bytes` gives it, of this or of another dictionary of the same form.
    ///   - first: So many are less.
    ///   - expected: About how many more are.
    /// - Complexity: O(log distance between what is expected and what is found).
    package func position(
        ofStored stored: UnsafeBufferPointer<UInt8>, from first: Int, expected: Int
    ) -> Int {
        let stored = UnsafeRawBufferPointer(stored)
        var low = first
        var high = count
        var step = 8
        var probe = min(count, max(first, first + expected))
        // Away from what is expected in growing steps, until the string is passed.
        while low < high, probe < high {
            if isLess(probe, stored) {
                low = probe + 1
                probe = low + step
            } else {
                high = probe
                probe = max(low, high - step)
            }
            step *= 2
        }
        return position(of: stored, low, high)
    }

    /// How many entries are less than the stored form of a string.
    private func position(of stored: UnsafeRawBufferPointer) -> Int {
        position(of: stored, 0, count)
    }

    private func position(
        of stored: UnsafeRawBufferPointer, _ first: Int, _ end: Int
    ) -> Int {
        var (low, high) = (first, end)
        while low < high {
            let middle = (low + high) / 2
            if isLess(middle, stored) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isLess(_ code: Int, _ stored: UnsafeRawBufferPointer) -> Bool {
        compareTexts(UnsafeRawBufferPointer(bytes(code)), stored) < 0
    }

    private func renderAll(_ shape: HexText.Shape) -> AlignedBytes {
        let memory = AlignedBytes(uninitializedCount: count * shape.textLength)
        for code in 0..<count {
            HexText.render(
                base + code * shape.width, shape: shape,
                into: memory.base + code * shape.textLength)
        }
        return memory
    }
}
