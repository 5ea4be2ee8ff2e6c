internal import SkepFormat
internal import SkepModel

/// The values of a group-by column numbered for a whole query by merging sorted dictionaries.
///
/// Where every segment holds the column's strings in a dictionary of one form and most rows are
/// read, merging the dictionaries in order costs a few comparisons a value, in sequence; hashing
/// each value costs cache misses in every worker. Workers share the numbers, so their groups
/// need no translation.
///
/// - Note: Unchecked sendable: filled by `merge`, then only read.
final class MergedNumbers: @unchecked Sendable {
    /// The values by number, in their order.
    let interner: ValueInterner
    /// The number of each code, by segment and column.
    private var numbers: [Place: UnsafeMutablePointer<UInt32>] = [:]

    private struct Place: Hashable {
        var segment: ObjectIdentifier
        var column: Int
    }

    /// More values would tie up too much memory.
    private static let mostEntries = 4_194_304
    /// Each further dictionary adds a comparison to every value.
    private static let mostDictionaries = 8

    private let budget: MemoryBudget
    /// What the numbers take, in bytes.
    private var numberBytes = 0

    private init(budget: MemoryBudget) {
        self.budget = budget
        interner = ValueInterner(isShared: true, budget: budget)
    }

    deinit {
        for pointer in numbers.values { pointer.deallocate() }
        budget.charge(-numberBytes)
    }

    /// The numbers of a segment's codes; `nil` where the column is not among the merged ones.
    func numbers(_ segment: SegmentContext, column: Int) -> UnsafeMutablePointer<UInt32>? {
        numbers[Place(segment: ObjectIdentifier(segment), column: column)]
    }

    /// Merges the dictionaries of a column, if it pays.
    ///
    /// - Parameters:
    ///   - name: The column.
    ///   - contexts: The segments of the query.
    ///   - rowCount: About how many rows will be read; fewer than there are values do not pay.
    ///   - note: Told which segment a failure came from.
    static func merge(
        _ name: String, _ contexts: [SegmentContext], rowCount: Int, budget: MemoryBudget,
        note: (SkepError, SegmentReader) -> Void
    ) throws(SkepError) -> MergedNumbers? {
        guard pays(name, contexts, rowCount) else { return nil }
        let merged = MergedNumbers(budget: budget)
        var heads: [Head] = []
        for context in contexts {
            for column in context.reader.columnIndexes(named: name) {
                let dictionary: DictionaryReader
                do throws(SkepError) {
                    dictionary = try context.dictionary(column)
                } catch {
                    note(error, context.reader)
                    throw error
                }
                let size = max(1, dictionary.count) * MemoryLayout<UInt32>.stride
                try budget.reserve(size)
                merged.numberBytes += size
                let numbers = UnsafeMutablePointer<UInt32>.allocate(
                    capacity: max(1, dictionary.count))
                numbers.initialize(repeating: 0, count: max(1, dictionary.count))
                merged.numbers[Place(segment: ObjectIdentifier(context), column: column)] = numbers
                merged.interner.keep(dictionary)
                heads.append(Head(dictionary, numbers))
            }
        }
        merged.merge(&heads)
        try budget.check()
        return merged
    }

    private static func pays(
        _ name: String, _ contexts: [SegmentContext], _ rowCount: Int
    ) -> Bool {
        var entries = 0
        var dictionaries = 0
        var forms: Set<StringForm> = []
        var renderings: Set<HexRendering> = []
        for context in contexts {
            for column in context.reader.columnIndexes(named: name) {
                let descriptor = context.reader.columns[column]
                guard descriptor.form.isCoded else { return false }
                forms.insert(descriptor.form)
                renderings.insert(descriptor.rendering)
                entries += descriptor.dictionaryCount
                dictionaries += 1
            }
        }
        return forms.count == 1 && renderings.count == 1 && dictionaries <= mostDictionaries
            && entries <= min(mostEntries, rowCount)
    }

    /// Where the merge stands in one dictionary.
    private struct Head {
        let dictionary: DictionaryReader
        let numbers: UnsafeMutablePointer<UInt32>
        var code = 0
        var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

        init(_ dictionary: DictionaryReader, _ numbers: UnsafeMutablePointer<UInt32>) {
            self.dictionary = dictionary
            self.numbers = numbers
            load()
        }

        var isAtEnd: Bool { code >= dictionary.count }

        mutating func load() { if !isAtEnd { bytes = dictionary.bytes(code) } }
    }

    private func merge(_ heads: inout [Head]) {
        let form: InternedForm
        if let first = heads.first?.dictionary, first.hexWidth != nil {
            form = InternedForm(first.rendering)
        } else {
            form = .text
        }
        heads.removeAll { $0.isAtEnd }
        while !heads.isEmpty {
            var least = 0
            for index in 1..<max(1, heads.count)
            where ByteOrder.compare(heads[index].bytes, heads[least].bytes) < 0 {
                least = index
            }
            let bytes = heads[least].bytes
            let number = interner.append(bytes, form: form)
            var ended = false
            for index in heads.indices
            where index == least || ByteOrder.compare(heads[index].bytes, bytes) == 0 {
                heads[index].numbers[heads[index].code] = number
                heads[index].code += 1
                heads[index].load()
                ended = ended || heads[index].isAtEnd
            }
            if ended { heads.removeAll { $0.isAtEnd } }
        }
    }
}
