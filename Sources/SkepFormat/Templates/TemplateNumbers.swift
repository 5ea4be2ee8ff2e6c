internal import SkepModel

/// The numbers in the texts of each template; opened when they are first read.
final class TemplateNumbers {
    private struct Place {
        let encoding: UInt8
        let payload: UnsafeRawBufferPointer
        let count: Int
    }

    private var places: [Place] = []
    private var readers: [IntegerBlockReader?]
    /// The first place of each template.
    private var firsts: [Int] = []

    /// Finds the numbers of all templates.
    ///
    /// - Throws: `corruption` if they do not fit.
    init(
        _ reader: inout ByteReader, templates: TextTemplates, counts: [Int]
    ) throws(SkepError) {
        readers = []
        var entries: [(encoding: UInt8, size: Int, count: Int)] = []
        for template in 0..<templates.count {
            firsts.append(entries.count)
            for _ in 0..<templates.numberCount(template) {
                let encoding = try TemplateBlockReader.encoding(&reader)
                entries.append((encoding, Int(try reader.read(UInt32.self)), counts[template]))
            }
        }
        for entry in entries {
            places.append(
                Place(
                    encoding: entry.encoding, payload: try reader.readBytes(entry.size),
                    count: entry.count))
        }
        readers = .init(repeating: nil, count: places.count)
    }

    /// The reader of a number of a template.
    func reader(_ template: Int, _ number: Int) throws(SkepError) -> IntegerBlockReader {
        let index = firsts[template] + number
        if let known = readers[index] { return known }
        let place = places[index]
        let fresh = try IntegerBlockReader(
            encoding: try EncodingID.known(place.encoding), payload: place.payload,
            valueCount: place.count)
        readers[index] = fresh
        return fresh
    }
}
