internal import CSkepKernels
internal import SkepModel

/// Reads strings that are stored without what the rows' shapes tell of them.
///
/// - Note: For one thread: it keeps the chunks it decompressed last.
final class AffixedStringBlockReader {
    /// Writes the groups of some values; there is room for 32 more.
    typealias GroupReading = (Range<Int>, UnsafeMutablePointer<UInt8>) throws(SkepError) -> Void

    /// What the texts of each group begin and end with.
    let affixes: TextAffixes

    private let middles: StringBlockReader
    private let readGroups: GroupReading
    private var groupBuffer: UnsafeMutablePointer<UInt8>
    private var groupCapacity: Int
    private var whole = PayloadBuffer()

    /// Validates a payload.
    ///
    /// - Parameters:
    ///   - payload: What `AffixedStringBlock.encode` wrote. It must outlive the reader, and 64
    ///     bytes behind it must be readable.
    ///   - groupCount: How many groups there are.
    ///   - groups: Tells the groups of values, below `groupCount`.
    /// - Throws: `corruption`.
    init(
        payload: UnsafeRawBufferPointer, valueCount: Int, groupCount: Int,
        groups: @escaping GroupReading
    ) throws(SkepError) {
        var reader = ByteReader(payload)
        affixes = try TextAffixes(&reader, groupCount: groupCount)
        middles = try StringBlockReader(
            encoding: .strings,
            payload: UnsafeRawBufferPointer(rebasing: payload[reader.position...]),
            valueCount: valueCount)
        readGroups = groups
        groupCapacity = FormatLimits.vectorRows
        groupBuffer = .allocate(capacity: groupCapacity + FormatLimits.slack)
    }

    deinit { groupBuffer.deallocate() }

    /// Writes the groups of values; `into` has room for 32 more than asked for.
    func groups(_ values: Range<Int>, into: UnsafeMutablePointer<UInt8>) throws(SkepError) {
        try readGroups(values, into)
    }

    /// Reads what is between the affixes of values; the bytes are followed by readable ones.
    func readMiddles(_ values: Range<Int>, into out: StringVector) throws(SkepError) {
        try middles.read(values, into: out)
    }

    /// Reads strings whole; their bytes stay valid as long as the vector.
    func read(_ values: Range<Int>, into out: StringVector) throws(SkepError) {
        try middles.read(values, into: out)
        guard !values.isEmpty else { return }
        do {
            try join(values, out)
        } catch {
            out.prepare(count: 0, bytes: out.bytes, owner: nil)
            throw error
        }
    }

    private func join(_ values: Range<Int>, _ out: StringVector) throws(SkepError) {
        if values.count > groupCapacity {
            groupBuffer.deallocate()
            groupCapacity = values.count
            groupBuffer = .allocate(capacity: groupCapacity + FormatLimits.slack)
        }
        try groups(values, into: groupBuffer)
        var size = Int(out.offsets[values.count])
        // Cannot overflow: a value has at most twice the greatest length of an affix.
        for index in 0..<values.count { size &+= affixes.size(Int(groupBuffer[index])) }
        guard size <= UInt32.max else {
            throw Damage.found("the length of a string is impossible")
        }
        if isKnownUniquelyReferenced(&whole) {
            whole.removeAll()
        } else {
            // Strings of an earlier read still point into the old buffer.
            whole = PayloadBuffer(capacity: size)
        }
        let target = whole.extend(by: size).assumingMemoryBound(to: UInt8.self)
        skep_join_affixes(
            out.bytes, out.offsets, groupBuffer, values.count, affixes.bytes, affixes.places,
            target)
        out.prepare(count: values.count, bytes: target, owner: whole)
    }
}
