internal import SkepModel

/// The presence of one column in one block, as it is stored when the rows' shapes do not tell.
enum PresencePayload {
    /// Appends the presence in its smallest form; the bytes end 8-byte aligned.
    static func encode(
        _ words: [UInt64], rowCount: Int, count: Int, into out: PayloadBuffer
    ) -> PresenceKind {
        if count == rowCount { return .all }
        let bitmapSize = words.count * 8
        if count * 2 < bitmapSize, count <= rowCount - count {
            appendPositions(words, of: 1, rowCount: rowCount, into: out)
            return .sparse
        }
        if (rowCount - count) * 2 < bitmapSize {
            appendPositions(words, of: 0, rowCount: rowCount, into: out)
            return .absentRows
        }
        for word in words { out.append(word) }
        return .bitmap
    }

    private static func appendPositions(
        _ words: [UInt64], of bit: UInt64, rowCount: Int, into out: PayloadBuffer
    ) {
        for row in 0..<rowCount where words[row >> 6] >> UInt64(row & 63) & 1 == bit {
            out.extend(by: 2).storeBytes(of: UInt16(row).littleEndian, as: UInt16.self)
        }
        out.pad()
    }

    /// Reads a presence.
    ///
    /// - Parameter bytes: What `encode` appended.
    /// - Throws: `corruption` when the bytes do not describe `count` present rows.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, kind: PresenceKind, rowCount: Int, count: Int
    ) throws(SkepError) -> Presence {
        let listed: Int
        switch kind {
        case .shapes: throw Damage.found("the presence of a column is not stored with it")
        case .all: return try checked(Presence(allOf: rowCount), count)
        case .bitmap:
            guard bytes.count >= (rowCount + 63) / 64 * 8 else { throw wrongSize }
            let presence = Presence(rowCount: rowCount) { words in
                UnsafeMutableRawBufferPointer(start: words, count: (rowCount + 63) / 64 * 8)
                    .copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[..<((rowCount + 63) / 64 * 8)])
                    )
            }
            return try checked(presence, count)
        case .sparse: listed = count
        case .absentRows: listed = rowCount - count
        }
        guard listed >= 0, bytes.count == (listed * 2 + 7) / 8 * 8 else { throw wrongSize }
        var beyond = false
        let presence = Presence(rowCount: rowCount) { words in
            if kind == .absentRows {
                words.update(repeating: ~0, count: (rowCount + 63) / 64)
            }
            for index in 0..<listed {
                let row = Int(
                    UInt16(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: index * 2, as: UInt16.self)))
                guard row < rowCount else {
                    beyond = true
                    return
                }
                // A row listed twice toggles back, and the count then differs.
                words[row >> 6] ^= 1 << UInt64(row & 63)
            }
        }
        guard !beyond else {
            throw Damage.found("the presence of a column names rows beyond its block")
        }
        return try checked(presence, count)
    }

    private static var wrongSize: SkepError {
        Damage.found("the presence of a column has the wrong size")
    }

    private static func checked(_ presence: Presence, _ count: Int) throws(SkepError) -> Presence {
        guard presence.count == count else {
            throw Damage.found("the presence of a column contradicts its count of values")
        }
        return presence
    }
}
