internal import SkepFormat
internal import SkepModel

/// The events of one append as the log holds them.
struct LoggedEvents: Sendable {
    /// The frame's sequence.
    let sequence: UInt64
    /// The dataset they belong to.
    let datasetID: UInt32
    private let payload: [UInt8]

    /// Events that are being appended.
    init(sequence: UInt64, datasetID: UInt32, payload: [UInt8]) {
        self.sequence = sequence
        self.datasetID = datasetID
        self.payload = payload
    }

    /// The events of a frame.
    ///
    /// - Throws: `corruption` when they cannot all be read.
    init(_ frame: LogFrameReader.Frame) throws(SkepError) {
        sequence = frame.sequence
        payload = frame.payload
        datasetID = try payload.withUnsafeBufferPointer { bytes throws(SkepError) in
            let reader = try LogEventsReader(payload: UnsafeRawBufferPointer(bytes))
            try reader.validate()
            return reader.datasetID
        }
    }

    /// Makes the events visible to queries, unless they are there or in segments.
    func publish(to memory: MemoryTable) throws(SkepError) {
        try payload.withUnsafeBufferPointer { bytes throws(SkepError) in
            let reader = try LogEventsReader(payload: UnsafeRawBufferPointer(bytes))
            try memory.publish(
                sequence: sequence, rows: reader.eventCount, receiptTime: reader.receiptTime
            ) { builder throws(SkepError) in try reader.append(to: builder) }
        }
    }
}
