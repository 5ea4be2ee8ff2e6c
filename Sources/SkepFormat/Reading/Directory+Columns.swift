internal import SkepColumns
internal import SkepModel

extension Directory {
    /// What readers are told about each column.
    func descriptors() -> [ColumnDescriptor] {
        (0..<columnCount).map { index in
            let name = String(decoding: name(index), as: UTF8.self)
            guard index < columns.count else {
                let column = rareColumns[index - columns.count]
                return ColumnDescriptor(
                    name: name, type: column.type, form: column.type == .string ? .plain : .none,
                    rendering: .digits, presentCount: column.count, dictionaryCount: 0,
                    storedBytes: column.count * 12 + column.heapLength, presenceSet: nil)
            }
            let entry = columns[index]
            return ColumnDescriptor(
                name: name, type: entry.type, form: entry.stringForm, rendering: entry.rendering,
                presentCount: Int(entry.presentCount),
                dictionaryCount: Int(entry.dictionaryCount),
                storedBytes: Int(clamping: entry.storedBytes),
                presenceSet: entry.presenceSet == ColumnEntry.noPresenceSet
                    ? nil : Int(entry.presenceSet))
        }
    }

    /// The columns of one name among some that are sorted.
    func indexes(named name: UnsafeRawBufferPointer, in range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if compareTexts(self.name(middle), name) < 0 { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < range.upperBound, compareTexts(self.name(end), name) == 0 { end += 1 }
        return low..<end
    }

    /// What is known about a rare column in some rows; `nil`: none of them has it.
    func rareZone(_ index: Int, rows: Range<Int>) -> ColumnZone? {
        let column = rareColumns[index]
        let values = rareColumns.values(of: column, in: rows)
        guard !values.isEmpty else { return nil }
        let isFullyPresent = values.count == rows.count
        switch column.type {
        case .string:
            return ColumnZone(
                valueCount: values.count, isConstant: false, isFullyPresent: isFullyPresent)
        case .bool, .int:
            var least = Int64.max
            var greatest = Int64.min
            for index in values {
                least = min(least, Int64(bitPattern: rareColumns.value(index)))
                greatest = max(greatest, Int64(bitPattern: rareColumns.value(index)))
            }
            return ColumnZone(
                valueCount: values.count, minInt: least, maxInt: greatest,
                isConstant: least == greatest, isFullyPresent: isFullyPresent)
        case .double:
            var least = Double.infinity
            var greatest = -Double.infinity
            var isConstant = true
            for index in values {
                let bits = rareColumns.value(index)
                let value = Double(bitPattern: bits)
                least = value < least ? value : least
                greatest = value > greatest ? value : greatest
                isConstant = isConstant && bits == rareColumns.value(values.lowerBound)
            }
            return ColumnZone(
                valueCount: values.count, minDouble: least, maxDouble: greatest,
                isConstant: isConstant, isFullyPresent: isFullyPresent)
        }
    }
}

extension ColumnZone {
    /// What the entry of a block tells.
    init(_ entry: BlockEntry, type: ColumnType, form: ColumnEntry.Form, rowCount: Int) {
        let valueCount = Int(entry.valueCount)
        let isFullyPresent = valueCount == rowCount
        guard type == .double else {
            self.init(
                valueCount: valueCount, minInt: Int64(bitPattern: entry.least),
                maxInt: Int64(bitPattern: entry.greatest), isConstant: entry.isConstant,
                isFullyPresent: isFullyPresent)
            return
        }
        var least = Double(bitPattern: entry.least)
        var greatest = Double(bitPattern: entry.greatest)
        if least.isNaN || greatest.isNaN {
            least = .infinity
            greatest = -.infinity
        }
        self.init(
            valueCount: valueCount, minDouble: least, maxDouble: greatest,
            isConstant: entry.isConstant, isFullyPresent: isFullyPresent)
    }
}
