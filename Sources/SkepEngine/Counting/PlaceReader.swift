internal import SkepFormat
internal import SkepModel

/// Reads strings back from their places, for one thread.
///
/// Places are best asked for in ascending order: neighbours lie in one compressed chunk.
final class PlaceReader {
    private let sources: TallySources
    private var source = -1
    private var chunk: ColumnChunk?
    private var dictionary: DictionaryReader?
    private var firstCode = 0
    private let texts = StringVector()
    /// How the bytes given are to be understood.
    private(set) var form = InternedForm.text
    private var hexWidth: Int?

    init(_ sources: TallySources) { self.sources = sources }

    /// The stored bytes of the string at a place; valid until the next call.
    func bytes(_ place: UInt64) throws(SkepError) -> UnsafeBufferPointer<UInt8> {
        if TallySources.source(place) != source { try open(TallySources.source(place)) }
        let value = TallySources.value(place)
        if let dictionary {
            let code = firstCode + value
            guard code < dictionary.count else { throw Self.unknownPlace }
            return dictionary.bytes(code)
        }
        guard let chunk, value < chunk.valueCount else { throw Self.unknownPlace }
        if let hexWidth {
            let start = try chunk.hexBytes(value..<value + 1)
            return UnsafeBufferPointer(
                start: start.assumingMemoryBound(to: UInt8.self), count: hexWidth)
        }
        try chunk.strings(value..<value + 1, into: texts)
        return texts[0]
    }

    private static var unknownPlace: SkepError {
        SkepError(.internalFault, "a counted string is not where it was")
    }

    private func open(_ source: Int) throws(SkepError) {
        guard let (segment, column, kind) = sources.resolve(source) else {
            throw Self.unknownPlace
        }
        chunk = nil
        dictionary = nil
        self.source = -1
        let descriptor = segment.reader.columns[column]
        hexWidth = descriptor.form.hexWidth
        form = hexWidth == nil ? .text : InternedForm(descriptor.rendering)
        switch kind {
        case .block(let block):
            chunk = try segment.reader.openBlock(block).column(column)
        case .dictionary(let first):
            let found = try sources.reader(segment, column)
            form = found.hexWidth == nil ? .text : InternedForm(found.rendering)
            dictionary = found
            firstCode = first
        }
        self.source = source
    }
}
