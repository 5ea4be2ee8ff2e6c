internal import SkepModel

/// The fields of one event while it is read, and all names met so far.
///
/// An event is staged here first and copied into a batch when it is complete: a refused event
/// leaves no trace, and a field that comes twice is simply overwritten. Names are numbered; a
/// reader that expects the name it saw behind the previous one last time compares bytes instead
/// of hashing (`successor`).
///
/// - Note: Belongs to one thread. Strings are kept as pointers: what they point to must live
///   until the event is appended to a builder.
package final class EventFields {
    /// Behind a pointer, because accesses to properties of a class are checked at run time.
    @usableFromInline package let state: UnsafeMutablePointer<FieldStage>
    /// Counts the calls of `forgetNames`.
    package private(set) var generation = 0
    private var texts: [String?] = []

    package init() {
        state = .allocate(capacity: 1)
        state.initialize(to: FieldStage())
    }

    deinit {
        state.pointee.deallocate()
        state.deallocate()
    }

    /// Whether the owner should call `forgetNames`, once its builders are empty.
    package var isOvergrown: Bool { state.pointee.isOvergrown }

    /// Drops all names, so that names that look like ids do not fill the memory.
    ///
    /// Builders that use these fields must be sealed before, and names that were numbered by the
    /// caller have to be numbered again.
    package func forgetNames() {
        state.pointee.deallocate()
        state.pointee = FieldStage()
        texts = []
        generation += 1
    }

    /// The text of a name.
    func text(_ name: UInt32) -> String {
        let index = Int(name)
        if index >= texts.count {
            texts.append(
                contentsOf: repeatElement(nil, count: state.pointee.nameCount - texts.count))
        }
        if let text = texts[index] { return text }
        let entry = state.pointee.names.base[index]
        let text = String(
            decoding: UnsafeBufferPointer(
                start: state.pointee.nameBytes.base + Int(entry.start), count: Int(entry.count)),
            as: UTF8.self)
        texts[index] = text
        return text
    }
}
