internal import SkepFormat
internal import SkepModel

/// The states of some of each template's texts, which follow one another.
///
/// - Note: For one thread.
final class HashWindows {
    typealias State = KeyedHash.State

    private struct Window: BitwiseCopyable {
        /// Which of the template's texts are held.
        var first = 0
        var end = 0
        /// Where their states are, and for how many there is room.
        var place = 0
        var capacity = 0
    }

    private let windows: UnsafeMutablePointer<Window>
    private let memory: GrowingArray<State>
    private var end = 0

    init(budget: MemoryBudget) {
        memory = GrowingArray(budget: budget)
        windows = .allocate(capacity: FormatLimits.maxTemplates + 1)
        windows.initialize(repeating: Window(), count: FormatLimits.maxTemplates + 1)
    }

    deinit { windows.deallocate() }

    /// Forgets all, for the templates of another block.
    func clear() {
        windows.update(repeating: Window(), count: FormatLimits.maxTemplates + 1)
        end = 0
    }

    /// Whether the states of some texts are held.
    func hold(_ texts: Range<Int>, of template: Int) -> Bool {
        texts.lowerBound >= windows[template].first && texts.upperBound <= windows[template].end
    }

    /// The states from a text on that is held; valid until a window moves.
    func states(_ template: Int, from text: Int) -> UnsafePointer<State> {
        let window = windows[template]
        assert(text >= window.first && text <= window.end)
        return UnsafePointer(memory.base) + (window.place + text - window.first)
    }

    /// Makes room for the states of other texts of a template, which the caller writes.
    func move(_ template: Int, to texts: Range<Int>) -> UnsafeMutablePointer<State> {
        var window = windows[template]
        if texts.count > window.capacity {
            // Its old room is lost until the next block: it doubles, so that this is little.
            window.capacity = max(texts.count, window.capacity * 2)
            window.place = end
            end += window.capacity
            memory.grow(to: end)
        }
        (window.first, window.end) = (texts.lowerBound, texts.upperBound)
        windows[template] = window
        return memory.base + window.place
    }
}
