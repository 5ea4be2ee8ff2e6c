internal import SkepColumns
package import SkepFormat
package import SkepModel
internal import SkepTestRandom

/// Segments in memory made of events.
package enum SegmentFixture {
    /// One segment of the events, which arrive in their order, in batches of up to `batchSize`.
    package static func segment(
        _ events: [Event], id: UInt64 = 1, batchSize: Int = 65_536
    ) throws(SkepError) -> SegmentReader {
        var batches: [EventBatch] = []
        var start = 0
        while start < events.count {
            let end = min(start + batchSize, events.count)
            batches.append(EventBatch(events: Array(events[start..<end])))
            start = end
        }
        let segment = MemorySegment()
        let settings = SegmentSettings(
            id: SegmentID(low: id, high: 7), createdTime: RandomEvents.now.nanoseconds)
        _ = try SegmentWriter(settings: settings).write(batches, to: segment)
        return try SegmentReader(source: MemoryRegionSource(segment.image(), name: "s\(id)"))
    }

    /// Several segments: the events are dealt out at random, so their times overlap.
    package static func segments(
        _ events: [Event], count: Int, seed: UInt64
    ) throws(SkepError) -> [SegmentReader] {
        var random = SplitMix(seed: seed)
        var parts = [[Event]](repeating: [], count: count)
        for event in events { parts[random.below(count)].append(event) }
        var segments: [SegmentReader] = []
        for part in parts where !part.isEmpty {
            let batchSize = random.pick([1, 7, 300, 65_536])
            segments.append(
                try segment(
                    part, id: UInt64(segments.count + 1), batchSize: max(batchSize, part.count / 50)
                ))
        }
        return segments
    }
}
