internal import CSkepKernels

/// Which templates some texts have, and which of the templates' texts they are.
///
/// - Note: Belongs to one thread.
package final class TemplateRows {
    /// The template of each text; one behind the last for a text of no template.
    package private(set) var codes: UnsafeMutablePointer<UInt8>
    /// The number of each template's first text among these.
    package let starts: UnsafeMutablePointer<Int>
    /// How many of the texts each template has.
    package let counts: UnsafeMutablePointer<Int>
    /// What the kernels read of each template.
    let patterns: UnsafeMutablePointer<skep_template_rows>

    private let memory = PayloadBuffer()
    /// Picked texts of no template, and where they end.
    private let others = PayloadBuffer(capacity: 64)
    private let otherEnds = PayloadBuffer(capacity: 64)
    private var templateCount = 0
    /// The block that the texts are of, and the number of the one behind the last.
    private var reader: ObjectIdentifier?
    private var end = 0
    private var pickedTexts: [UInt32] = []
    private var pickedStarts: [Int] = []

    private static let capacity = FormatLimits.maxTemplates + 1

    package init() {
        codes = memory.base.assumingMemoryBound(to: UInt8.self)
        starts = .allocate(capacity: Self.capacity)
        starts.initialize(repeating: 0, count: Self.capacity)
        counts = .allocate(capacity: Self.capacity)
        counts.initialize(repeating: 0, count: Self.capacity)
        patterns = .allocate(capacity: Self.capacity)
        patterns.initialize(repeating: skep_template_rows(), count: Self.capacity)
    }

    deinit {
        starts.deallocate()
        counts.deallocate()
        patterns.deallocate()
    }

    /// Makes room for the codes of texts; returns where they go.
    func prepare(_ templateCount: Int, count: Int) -> UnsafeMutablePointer<UInt8> {
        self.templateCount = templateCount
        reader = nil
        memory.removeAll()
        codes = memory.extend(by: count + FormatLimits.slack).assumingMemoryBound(to: UInt8.self)
        patterns.update(repeating: skep_template_rows(), count: templateCount)
        counts.update(repeating: 0, count: templateCount)
        return codes
    }

    /// Whether the texts end before a value of a block.
    func isBehind(_ value: Int, of reader: TemplateBlockReader) -> Bool {
        self.reader == ObjectIdentifier(reader) && end == value
    }

    /// Notes what the texts are, once they are known.
    func note(end: Int, of reader: TemplateBlockReader) {
        self.end = end
        self.reader = ObjectIdentifier(reader)
    }

    /// Lets the texts of each template start behind the present ones.
    func advance() {
        for template in 0..<templateCount { starts[template] &+= counts[template] }
    }

    /// Counts the texts behind the first `before`, by which the starts move.
    func count(before: Int, _ count: Int) {
        for index in 0..<before { starts[Int(codes[index])] &+= 1 }
        codes += before
        for index in 0..<count { counts[Int(codes[index])] &+= 1 }
    }

    /// Forgets all texts; needed when the block changes.
    package func clear() {
        reader = nil
        counts.update(repeating: 0, count: templateCount)
    }

    /// Keeps the codes and counts of some texts only.
    ///
    /// - Parameter positions: Ascending.
    func pick(_ positions: UnsafePointer<UInt16>, count: Int) {
        reader = nil
        var texts = [UInt32](repeating: 0, count: count)
        counts.update(repeating: 0, count: templateCount)
        var next = 0
        for index in 0..<count {
            let position = Int(positions[index])
            while next < position {
                starts[Int(codes[next])] &+= 1
                next &+= 1
            }
            let code = codes[position]
            // In place: a position is never before its index.
            codes[index] = code
            texts[index] = UInt32(truncatingIfNeeded: starts[Int(code)])
            counts[Int(code)] &+= 1
            next = position
        }
        arrange(texts)
    }

    /// Orders picked texts by their templates.
    private func arrange(_ texts: [UInt32]) {
        pickedStarts.removeAll(keepingCapacity: true)
        var start = 0
        for template in 0..<templateCount {
            pickedStarts.append(start)
            start += counts[template]
        }
        pickedTexts = [UInt32](repeating: 0, count: texts.count)
        var places = pickedStarts
        for (index, text) in texts.enumerated() {
            pickedTexts[places[Int(codes[index])]] = text
            places[Int(codes[index])] += 1
        }
    }

    /// The texts of a template that were picked.
    func picked(_ template: Int) -> ArraySlice<UInt32> {
        pickedTexts[pickedStarts[template]..<pickedStarts[template] + counts[template]]
    }

    /// Lets the kernels read the picked texts of no template.
    ///
    /// - Parameter texts: Those from the first picked one on.
    func setOthers(_ picked: ArraySlice<UInt32>, from texts: StringVector, template: Int) {
        others.removeAll()
        otherEnds.removeAll()
        otherEnds.append(UInt32(0))
        for text in picked {
            others.append(UnsafeRawBufferPointer(texts[Int(text - picked[picked.startIndex])]))
            otherEnds.append(UInt32(truncatingIfNeeded: others.count))
        }
        patterns[template] = skep_template_rows(
            numbers: nil, stride: 0,
            texts: UnsafePointer(others.base.assumingMemoryBound(to: UInt8.self)),
            ends: UnsafePointer(otherEnds.base.assumingMemoryBound(to: UInt32.self)), next: 0)
    }
}
