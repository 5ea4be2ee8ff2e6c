internal import SkepFormat
package import SkepModel

// The bytes of a manifest; StoreFiles.md lists the fields.
extension Manifest {
    /// The file's bytes.
    package func encoded() -> [UInt8] {
        var payload = ByteWriter()
        payload.writeEntry { entry in
            entry.write(sequence)
            entry.write(storeID.high)
            entry.write(storeID.low)
            entry.write(datasetID)
            entry.write(text: datasetName)
            entry.write(nextSegmentNumber)
            entry.write(highWaterTime)
            entry.write(coveredSequence)
            mergeCost.encode(into: &entry)
        }
        payload.write(UInt32(truncatingIfNeeded: segments.count))
        for segment in segments { payload.writeEntry { segment.encode(into: &$0) } }
        payload.write(UInt32(truncatingIfNeeded: quarantine.count))
        for file in quarantine {
            payload.writeEntry { entry in
                entry.write(text: file.fileName)
                entry.write(text: file.reason)
                entry.write(file.rowCount)
                entry.write(UInt8(file.isKnown ? 1 : 0))
            }
        }
        payload.write(UInt32(truncatingIfNeeded: loads.count))
        for load in loads { payload.writeEntry { load.encode(into: &$0) } }
        return StoreFileEnvelope.seal(payload.bytes, as: .manifest)
    }

    /// Reads the file's bytes.
    ///
    /// - Throws: `corruption` or `unsupportedFormat`.
    package init(decoding file: [UInt8]) throws(SkepError) {
        self = try file.withUnsafeBufferPointer { bytes throws(SkepError) in
            try Manifest(
                payload: StoreFileEnvelope.open(UnsafeRawBufferPointer(bytes), as: .manifest))
        }
    }

    private init(payload: UnsafeRawBufferPointer) throws(SkepError) {
        var reader = ByteReader(payload)
        var head = try reader.readEntry()
        sequence = try head.read()
        storeID = StoreID(high: try head.read(), low: try head.read())
        datasetID = try head.read()
        datasetName = try head.readText()
        nextSegmentNumber = try head.read()
        highWaterTime = try head.read()
        coveredSequence = try head.read()
        mergeCost = try MergeCost(decoding: &head)
        guard sequence < Self.limit, nextSegmentNumber < Self.limit, coveredSequence < Self.limit
        else { throw SkepError(.corruption, "the manifest has an impossible number") }
        segments = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            var entry = try reader.readEntry()
            segments.append(try SegmentEntry(decoding: &entry))
        }
        quarantine = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            var entry = try reader.readEntry()
            quarantine.append(
                QuarantineEntry(
                    fileName: try entry.readText(), reason: try entry.readText(),
                    rowCount: try entry.read(),
                    isKnown: try entry.read(UInt8.self) != 0))
        }
        loads = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            var entry = try reader.readEntry()
            loads.append(try LoadRecord(decoding: &entry))
        }
    }
}

extension SegmentEntry {
    fileprivate func encode(into entry: inout ByteWriter) {
        entry.write(number)
        entry.write(id.low)
        entry.write(id.high)
        entry.write(length)
        entry.write(checksum)
        entry.write(rowCount)
        entry.write(minTime)
        entry.write(maxTime)
        entry.write(minReceipt)
        entry.write(maxReceipt)
    }

    fileprivate init(decoding entry: inout ByteReader) throws(SkepError) {
        number = try entry.read()
        id = SegmentID(low: try entry.read(), high: try entry.read())
        length = try entry.read()
        checksum = try entry.read()
        rowCount = try entry.read()
        minTime = try entry.read()
        maxTime = try entry.read()
        minReceipt = try entry.read()
        maxReceipt = try entry.read()
        guard length < Manifest.limit, rowCount < Manifest.limit else {
            throw SkepError(.corruption, "the manifest has a segment of impossible size")
        }
    }
}

extension MergeCost {
    fileprivate func encode(into entry: inout ByteWriter) {
        entry.write(mergedSegments)
        entry.write(newSegments)
        entry.write(readBytes)
        entry.write(writtenBytes)
        entry.write(nanoseconds)
    }

    fileprivate init(decoding entry: inout ByteReader) throws(SkepError) {
        mergedSegments = try entry.read()
        newSegments = try entry.read()
        readBytes = try entry.read()
        writtenBytes = try entry.read()
        nanoseconds = try entry.read()
    }
}
