/// One thing that can happen to the bytes of a file.
enum FileDamage: Sendable, CustomStringConvertible {
    case flip(at: Int, bit: Int)
    case cut(to: Int)
    case zero(Range<Int>)
    /// More bytes behind the end.
    case extend(by: Int, with: UInt8)
    /// A piece of the file over another place of it.
    case copy(Range<Int>, to: Int)
    /// The bytes of another file, or of this one at another time.
    case replace([UInt8], String)
    case remove

    /// The bytes afterwards; `nil` when the file is gone.
    func applied(to bytes: [UInt8]) -> [UInt8]? {
        var bytes = bytes
        switch self {
        case .flip(let offset, let bit): bytes[offset] ^= 1 << UInt8(bit)
        case .cut(let length): bytes.removeLast(bytes.count - length)
        case .zero(let range): for index in range { bytes[index] = 0 }
        case .extend(let count, let byte): bytes += repeatElement(byte, count: count)
        case .copy(let range, let target):
            bytes.replaceSubrange(target..<target + range.count, with: bytes[range])
        case .replace(let others, _): bytes = others
        case .remove: return nil
        }
        return bytes
    }

    var description: String {
        switch self {
        case .flip(let offset, let bit): "bit \(bit) of byte \(offset) flipped"
        case .cut(let length): "cut to \(length) bytes"
        case .zero(let range): "bytes \(range) zeroed"
        case .extend(let count, let byte): "\(count) bytes \(byte) added"
        case .copy(let range, let target): "bytes \(range) copied to \(target)"
        case .replace(_, let whose): "replaced by \(whose)"
        case .remove: "removed"
        }
    }
}
