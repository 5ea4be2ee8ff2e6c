internal import Skep
internal import SkepWorkload

/// The events of a made-up workload, generated while they are read.
///
/// - Note: Used by one thread at a time, not always the same one.
final class WorkloadByteSource: ByteSource, @unchecked Sendable {
    private static let pieceBytes = 1 << 18

    // One thread at a time reads, as the protocol says.
    private var workload: ShopWorkload
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ settings: ShopWorkload.Settings) { workload = ShopWorkload(settings) }

    var name: String { "generated events" }

    var size: UInt64? { nil }

    var identity: InputIdentity? { nil }

    func read(into target: UnsafeMutableRawBufferPointer) throws(SkepError) -> Int {
        if position == buffer.count {
            position = 0
            buffer.removeAll(keepingCapacity: true)
            guard workload.write(into: &buffer, atLeast: Self.pieceBytes) else { return 0 }
        }
        let count = min(target.count, buffer.count - position)
        target.copyBytes(from: buffer[position..<position + count])
        position += count
        return count
    }
}
