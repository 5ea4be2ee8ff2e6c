internal import SkepTestRandom

/// The contents of one file: as processes see them, and as they are on the medium.
struct SimulatedFile: Sendable {
    /// A change that is not known to be on the medium.
    struct Change: Sendable {
        /// Its place among all operations.
        var order: Int
        /// Where the bytes go; `nil` empties the file.
        var offset: Int?
        var bytes: [UInt8] = []
    }

    /// A sector is written as a whole or not at all.
    private static let sectorBytes = 512

    /// What processes read.
    private(set) var bytes: [UInt8] = []
    private(set) var durable: [UInt8] = []
    private(set) var unsynced: [Change] = []

    init() {}

    /// A file that is on the medium as it is.
    init(durable: [UInt8]) {
        bytes = durable
        self.durable = durable
    }

    mutating func append(_ more: [UInt8], order: Int) {
        unsynced.append(Change(order: order, offset: bytes.count, bytes: more))
        bytes += more
    }

    mutating func empty(order: Int) {
        unsynced.append(Change(order: order, offset: nil))
        bytes = []
    }

    mutating func sync() {
        for change in unsynced { Self.apply(change, to: &durable) }
        unsynced = []
    }

    /// What Linux does after a failed sync: the pages count as clean, and nobody writes them.
    mutating func dropUnsynced() { unsynced = [] }

    /// What is on the medium when these changes got there.
    ///
    /// - Parameter random: Decides how the last write is torn; `nil` for a whole one.
    func survivor(of changes: [Change], tearing random: inout SplitMix?) -> [UInt8] {
        var result = durable
        for (index, change) in changes.enumerated() {
            var change = change
            if index == changes.count - 1, random != nil { Self.tear(&change, &random) }
            Self.apply(change, to: &result)
        }
        return result
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        guard let offset = change.offset else { return bytes = [] }
        // What lies between is a hole: the write before did not get there.
        let end = offset + change.bytes.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(offset..<end, with: change.bytes)
    }

    private static func tear(_ change: inout Change, _ random: inout SplitMix?) {
        guard let offset = change.offset, !change.bytes.isEmpty else { return }
        switch random?.below(4) {
        case 0:
            let end = offset + (random?.below(change.bytes.count + 1) ?? 0)
            let sectorEnd = max(offset, end / sectorBytes * sectorBytes)
            change.bytes.removeLast(offset + change.bytes.count - sectorEnd)
        case 1: change.bytes = [UInt8](repeating: 0, count: change.bytes.count)
        default: break
        }
    }
}
