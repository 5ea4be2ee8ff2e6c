internal import SkepColumns
internal import SkepModel

/// Collects the texts of a block in the segment's order from whatever form the batches have.
final class TextGatherer {
    private let parts: [ColumnPart]
    /// The number of each part's first value, by arrival, and the number of all values.
    private let starts: [Int]
    /// Where each text of the block ends.
    private(set) var ends: [UInt32] = []
    /// The texts of the block, one after the other.
    let bytes = PayloadBuffer(capacity: 1 << 20)
    /// Whether the texts of a block were more than `FormatLimits.maxBlockTextBytes`.
    private(set) var isTooLong = false

    init(_ column: SourceColumn) {
        parts = column.parts
        var starts = [0]
        for part in parts { starts.append(starts[starts.count - 1] + part.count) }
        self.starts = starts
    }

    /// Replaces the texts by those of a range in the segment's order.
    ///
    /// Neighbours from the same batch are copied together.
    func gather(_ range: Range<Int>, source: [UInt32]?) {
        ends.removeAll(keepingCapacity: true)
        bytes.removeAll()
        guard let source else {
            var next = range.lowerBound
            while next < range.upperBound {
                let part = self.part(of: next)
                let end = min(range.upperBound, starts[part + 1])
                append(parts[part].values, next - starts[part]..<end - starts[part])
                next = end
            }
            return
        }
        var next = range.lowerBound
        var positions: [Int] = []
        while next < range.upperBound {
            let part = self.part(of: Int(source[next]))
            let values = starts[part]..<starts[part + 1]
            positions.removeAll(keepingCapacity: true)
            while next < range.upperBound, values.contains(Int(source[next])) {
                positions.append(Int(source[next]) - values.lowerBound)
                next += 1
            }
            append(parts[part].values, positions)
        }
    }

    /// The part that holds a value.
    private func part(of value: Int) -> Int {
        var low = 0
        var high = parts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= value { low = middle } else { high = middle - 1 }
        }
        return low
    }

    private func append(_ values: BatchValues, _ positions: some Sequence<Int>) {
        switch values {
        case .plain(let partEnds, let partBytes):
            partBytes.withUnsafeBytes { partBytes in
                for position in positions {
                    let start = position == 0 ? 0 : Int(partEnds[position - 1])
                    append(
                        UnsafeRawBufferPointer(rebasing: partBytes[start..<Int(partEnds[position])])
                    )
                }
            }
        case .codes(let dictionary, let codes):
            dictionary.bytes.withUnsafeBytes { partBytes in
                for position in positions {
                    let code =
                        switch codes {
                        case .bytes(let codes): Int(codes[position])
                        case .shorts(let codes): Int(codes[position])
                        case .words(let codes): Int(codes[position])
                        }
                    let start = code == 0 ? 0 : Int(dictionary.ends[code - 1])
                    append(
                        UnsafeRawBufferPointer(
                            rebasing: partBytes[start..<Int(dictionary.ends[code])]))
                }
            }
        case .hex(let width, let partBytes):
            append(hex: partBytes, width: width, positions)
        case .bools, .ints, .doubles: preconditionFailure("a string column holds strings")
        }
    }

    private func append(hex partBytes: [UInt8], width: Int, _ positions: some Sequence<Int>) {
        let shape = HexText.Shape(width: width, rendering: .digits)
        partBytes.withUnsafeBytes { partBytes in
            guard let base = partBytes.baseAddress else { return }
            for position in positions {
                HexText.render(
                    base + position * width, shape: shape, into: bytes.extend(by: width * 2))
                end()
            }
        }
    }

    private func append(_ text: UnsafeRawBufferPointer) {
        bytes.append(text)
        end()
    }

    /// Ends a text at the last byte.
    private func end() {
        isTooLong = isTooLong || bytes.count > FormatLimits.maxBlockTextBytes
        ends.append(UInt32(truncatingIfNeeded: bytes.count))
    }
}
