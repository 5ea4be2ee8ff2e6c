public import SkepModel
internal import SkepStorage

/// The inputs of one load, which follow one another and end together.
///
/// A load that was cut off is gone on with when the same inputs are loaded again: those that it
/// had stored to their end are passed over, the one it stood at goes on. Once a load has ended
/// as a whole, the same inputs are stored once more.
public final class LoadSeries: Sendable {
    /// An input that will be loaded.
    public struct Input: Sendable {
        /// What messages call it.
        public var name: String
        /// What tells it from others; `nil` when it cannot be read from the start again.
        public var identity: InputIdentity?
        /// The identity that the input would have if it ended after this many bytes.
        var identityOfFirst: @Sendable (UInt64) throws(SkepError) -> InputIdentity?

        /// Takes what is to be known from the input itself, which is kept open.
        public init(_ source: any ByteSource) {
            self.init(name: source.name, identity: source.identity) {
                (count) throws(SkepError) in try source.identity(ofFirst: count)
            }
        }

        /// Describes an input.
        ///
        /// - Parameters:
        ///   - name: What messages call it.
        ///   - identity: What tells it from others.
        ///   - identityOfFirst: The identity of its first bytes.
        public init(
            name: String, identity: InputIdentity?,
            identityOfFirst: @escaping @Sendable (UInt64) throws(SkepError) -> InputIdentity?
        ) {
            self.name = name
            self.identity = identity
            self.identityOfFirst = identityOfFirst
        }
    }

    private struct State: Sendable {
        /// One for each input, then those of inputs that only the load gone on with had.
        var records: [LoadRecord]
        /// What the manifest lists of this load, or of those it goes on with.
        var listed: Set<LoadRecord.Key>
        /// Segments that the inputs so far went to.
        var segments: Set<UInt64> = []
        /// Inputs whose turn is over.
        var done: Set<Int> = []
    }

    /// What the load that this one goes on with added to every event time, in nanoseconds.
    ///
    /// It holds for every input of the series; `nil` when it does not go on with any.
    public let storedTimeShift: Int64?
    /// Where each input begins.
    let starts: [LoadStart]
    private let state: Locked<State>

    init(_ match: LoadMatch) {
        starts = match.starts
        storedTimeShift = match.storedTimeShift
        state = Locked(State(records: match.records, listed: match.listed))
    }

    /// Whether it goes on with a load that was cut off.
    var isContinuation: Bool { storedTimeShift != nil }

    func record(_ index: Int) -> LoadRecord { state.withLock { $0.records[index] } }

    /// Notes how far an input has got.
    func update(_ index: Int, _ record: LoadRecord) {
        state.withLock { $0.records[index] = record }
    }

    /// Ends an input's turn.
    ///
    /// - Returns: The segments of the whole series if it was the last one.
    func finish(_ index: Int, segments: Set<UInt64>) -> Set<UInt64>? {
        state.withLock { state in
            state.records[index].isComplete = true
            state.done.insert(index)
            state.segments.formUnion(segments)
            return state.done.count == starts.count ? state.segments : nil
        }
    }

    /// Whether the manifest lists any input of the series.
    var isListed: Bool { state.withLock { !$0.listed.isEmpty } }

    /// Puts the inputs into a manifest.
    func list(in manifest: inout Manifest) {
        state.withLock { state in
            // An input that cannot be read again is listed for the sake of the others only.
            guard state.records.contains(where: { $0.fingerprint != 0 }) else { return }
            manifest.loads.removeAll { state.listed.contains($0.key) }
            manifest.loads.append(contentsOf: state.records)
            state.listed = Set(state.records.map(\.key))
        }
    }

    /// Takes the inputs out of a manifest.
    func unlist(from manifest: inout Manifest) {
        state.withLock { state in
            manifest.loads.removeAll { state.listed.contains($0.key) }
            state.listed = []
        }
    }
}

extension Dataset {
    /// Begins a load of several inputs, which may go on with one that was cut off.
    ///
    /// - Parameter inputs: All of them, in the order in which they will be loaded.
    /// - Throws: `inputOutput` when an input cannot be read.
    public func beginLoad(of inputs: [LoadSeries.Input]) async throws(SkepError) -> LoadSeries {
        try await BlockingWork.run { (_) throws(SkepError) in try self.seriesNow(inputs) }
    }

    func seriesNow(_ inputs: [LoadSeries.Input]) throws(SkepError) -> LoadSeries {
        try loading { (files) throws(SkepError) in
            LoadSeries(try LoadMatch(inputs, listed: files.manifest.loads))
        }
    }
}
