internal import SkepModel

/// A dictionary as it is stored.
///
/// Header: count of strings, bytes of a length (0, 1, 2 or 4), raw bytes of the strings, stored
/// bytes of the strings, 8 bytes each. The lengths, padded to 8. The strings, compressed with LZ4
/// when their stored bytes are fewer than the raw ones, padded to 8. A length size of 0 stands for binary strings of one
/// width that the column's entry names; they are never compressed.
enum DictionaryPayload {
    static let headerSize = 32
    /// Texts are only compressed to this part of their bytes or less: every query that looks at a
    /// dictionary decompresses all of it, which takes longer than the rest of most of them.
    private static let leastGain = 4

    /// Appends texts.
    static func encode(_ dictionary: SortedDictionary, into out: PayloadBuffer) {
        var longest = 0
        var previous = 0
        for end in dictionary.ends {
            longest = max(longest, end - previous)
            previous = end
        }
        let lengthSize = longest < 1 << 8 ? 1 : longest < 1 << 16 ? 2 : 4
        let header = out.count
        out.append(UInt64(dictionary.count))
        out.append(UInt64(lengthSize))
        out.append(UInt64(dictionary.bytes.count))
        out.append(UInt64(0))
        previous = 0
        for end in dictionary.ends {
            let length = end - previous
            previous = end
            let target = out.extend(by: lengthSize)
            switch lengthSize {
            case 1: target.storeBytes(of: UInt8(length), as: UInt8.self)
            case 2: target.storeBytes(of: UInt16(length).littleEndian, as: UInt16.self)
            default: target.storeBytes(of: UInt32(length).littleEndian, as: UInt32.self)
            }
        }
        out.pad()
        let heap = out.count
        ChunkCompression.append(
            dictionary.bytes.bytes, to: out, mostStored: dictionary.bytes.count / leastGain)
        (out.base + header + headerSize - 8).storeBytes(
            of: UInt64(out.count - heap).littleEndian, as: UInt64.self)
        out.pad()
    }

    /// Appends binary strings of one width.
    static func encode(binary dictionary: SortedDictionary, into out: PayloadBuffer) {
        out.append(UInt64(dictionary.count))
        out.append(UInt64(0))
        out.append(UInt64(dictionary.bytes.count))
        out.append(UInt64(dictionary.bytes.count))
        out.append(dictionary.bytes.bytes)
        out.pad()
    }
}
