internal import SkepFormat

/// Makes entries of a tally from the counts of a dictionary's codes.
///
/// Some thousand codes at a time: first those that have events, then the hashes of their strings,
/// then the entries, so that each of these loops is short.
///
/// - Note: For one thread.
final class CodeEntries {
    private let hash: KeyedHash
    private let tally: HashTally
    /// Hashes texts where other segments store them by templates.
    private let texts: TemplateHashes?
    /// Which of the codes have events, how many, and the hashes of all that have.
    private let positions: UnsafeMutablePointer<UInt16>
    private let weights: UnsafeMutablePointer<UInt32>
    private let hashes: UnsafeMutablePointer<KeyedHash.State>

    init(_ hash: KeyedHash, _ tally: HashTally, texts: TemplateHashes?) {
        self.hash = hash
        self.texts = texts
        self.tally = tally
        positions = .allocate(capacity: SelectionKernels.vectorRows)
        weights = .allocate(capacity: SelectionKernels.vectorRows)
        hashes = .allocate(capacity: SelectionKernels.vectorRows)
    }

    deinit {
        positions.deallocate()
        weights.deallocate()
        hashes.deallocate()
    }

    /// Adds an entry for each code that has events.
    ///
    /// - Parameters:
    ///   - codes: Codes of the dictionary, at most as many as a vector has rows.
    ///   - counts: The events of each code of the dictionary.
    ///   - source: The dictionary's (see `TallySources`).
    func add(
        _ codes: Range<Int>, _ counts: UnsafePointer<Int64>, _ dictionary: DictionaryReader,
        source: Int
    ) {
        precondition(codes.count <= SelectionKernels.vectorRows)
        let counts = counts + codes.lowerBound
        var found = 0
        var greatest: Int64 = 0
        for position in 0..<codes.count {
            let events = counts[position]
            positions[found] = UInt16(truncatingIfNeeded: position)
            weights[found] = UInt32(truncatingIfNeeded: events)
            greatest = max(greatest, events)
            // Never beyond `position`.
            found &+= events > 0 ? 1 : 0
        }
        guard found > 0 else { return }
        findHashes(found, from: codes.lowerBound, dictionary)
        let place = TallySources.place(source: source, value: codes.lowerBound)
        if greatest <= UInt32.max {
            tally.append(hashes, at: positions, weights: weights, count: found, place: place)
            return
        }
        for index in 0..<found {
            let position = Int(positions[index])
            tally.append(
                hashes[position], count: UInt64(bitPattern: counts[position]),
                place: place + UInt64(position))
        }
    }

    private func findHashes(_ found: Int, from first: Int, _ dictionary: DictionaryReader) {
        if let width = dictionary.hexWidth, let start = dictionary.bytes(first).baseAddress {
            // Entries of one width follow one another.
            for index in 0..<found {
                let position = Int(positions[index])
                let (high, low) = hash.hash(start + position &* width, count: width)
                hashes[position] = KeyedHash.State(high: high, low: low)
            }
            return
        }
        if let texts {
            for index in 0..<found {
                let position = Int(positions[index])
                hashes[position] = texts.hash(dictionary.bytes(first &+ position))
            }
            return
        }
        guard let (bytes, starts) = dictionary.plainTexts else { return }
        for index in 0..<found {
            let position = Int(positions[index])
            let start = Int(starts[first &+ position])
            let (high, low) = hash.hash(
                bytes + start, count: Int(starts[first &+ position &+ 1]) &- start)
            hashes[position] = KeyedHash.State(high: high, low: low)
        }
    }
}
