internal import SkepColumns
internal import SkepModel

extension ColumnEncoder {
    /// Chooses the form of a string column and encodes it.
    func encodeStrings(_ column: SourceColumn, into result: EncodedColumn) {
        if let shape = fixedShape ?? references?.shape,
            let values = FixedStrings.values(of: column, shape: shape)
        {
            return encodeFixed(values, shape: shape, into: result)
        }
        let binary = FixedStrings.declaredShape(of: column)
        let strings = StringCollection(column, shape: binary)
        if strings.isAdmitted {
            return encodeAdmitted(strings, column, binary: binary, into: result)
        }
        if let shape = binary ?? FixedStrings.commonShape(of: strings.table),
            let values = FixedStrings.values(of: column, shape: shape)
        {
            return encodeFixed(values, shape: shape, into: result)
        }
        encodePlain(column, into: result)
    }

    /// Encodes strings of which a dictionary is worth while, unless bytes of one width are
    /// smaller.
    private func encodeAdmitted(
        _ strings: borrowing StringCollection, _ column: SourceColumn, binary: HexText.Shape?,
        into result: EncodedColumn
    ) {
        let dictionary = SortedDictionary(strings.table)
        let isLarge = dictionary.count >= FormatLimits.minHexDictionary
        let shape = binary ?? (isLarge ? FixedStrings.commonShape(of: dictionary) : nil)
        if isLarge, let shape, !dictionaryPays(dictionary.count, shape.width, column.valueCount),
            let values = FixedStrings.values(of: column, shape: shape)
        {
            return encodeFixed(values, shape: shape, into: result)
        }
        encodeCodes(strings.codes(dictionary.codes), into: result)
        switch shape {
        case let shape? where isLarge:
            let form = binary == nil ? dictionary.parsed(shape) : dictionary
            appendBinary(form, shape: shape, to: result)
        case let shape?: appendTexts(dictionary.rendered(shape), to: result)
        case nil: appendTexts(dictionary, to: result)
        }
    }

    /// Whether codes and a dictionary of binary strings take fewer bytes than the strings.
    private func dictionaryPays(_ distinct: Int, _ width: Int, _ valueCount: Int) -> Bool {
        let codeBits = Int.bitWidth - (distinct - 1).leadingZeroBitCount
        return distinct * width + valueCount * codeBits / 8 < valueCount * width
    }

    private func appendTexts(_ dictionary: SortedDictionary, to result: EncodedColumn) {
        let start = result.bytes.count
        DictionaryPayload.encode(dictionary, into: result.bytes)
        result.form = .dictionary
        result.dictionary = start..<result.bytes.count
        result.dictionaryCount = dictionary.count
    }

    private func appendBinary(
        _ dictionary: SortedDictionary, shape: HexText.Shape, to result: EncodedColumn
    ) {
        let start = result.bytes.count
        DictionaryPayload.encode(binary: dictionary, into: result.bytes)
        result.form = .hexDictionary
        result.shape = shape
        result.dictionary = start..<result.bytes.count
        result.dictionaryCount = dictionary.count
    }

    private func encodeCodes(_ all: AlignedBytes, into result: EncodedColumn) {
        defer { withExtendedLifetime(all) {} }
        let codes = UnsafePointer(all.base.assumingMemoryBound(to: UInt32.self))
        eachBlock(result) { range, entry in
            var values = codes + range.lowerBound
            if let source = plan.source {
                let target = scratch.memory(range.count * 4).assumingMemoryBound(to: UInt32.self)
                source.withUnsafeBufferPointer { source in
                    guard let positions = source.baseAddress else { return }
                    GatherKernels.gather(
                        codes, at: positions + range.lowerBound, count: range.count, into: target)
                }
                values = UnsafePointer(target)
            }
            var least = values[0]
            var greatest = least
            for index in 0..<range.count {
                least = min(least, values[index])
                greatest = max(greatest, values[index])
            }
            entry.setRange(UInt64(least), UInt64(greatest))
            if least == greatest { return }
            let buffer = UnsafeBufferPointer(start: values, count: range.count)
            entry.encoding = CodeBlock.encode(buffer, into: result.bytes).rawValue
        }
    }

    private func encodeFixed(
        _ all: AlignedBytes, shape: HexText.Shape, into result: EncodedColumn
    ) {
        let width = shape.width
        defer { withExtendedLifetime(all) {} }
        var hashes = FilterHashes(isWanted: filters)
        eachBlock(result) { range, entry in
            var values = UnsafeRawPointer(all.base + range.lowerBound * width)
            if let source = plan.source {
                let target = scratch.memory(range.count * width)
                source.withUnsafeBufferPointer { source in
                    guard let positions = source.baseAddress else { return }
                    GatherKernels.gather(
                        all.base, width: width, at: positions + range.lowerBound,
                        count: range.count, into: target)
                }
                values = UnsafeRawPointer(target)
            }
            if encodeReferences(values, count: range.count, into: result, &entry, &hashes) {
                return
            }
            let buffer = UnsafeRawBufferPointer(start: values, count: range.count * width)
            entry.encoding = FixedBytesBlock.encode(buffer, into: result.bytes).rawValue
            hashes.add(fixed: values, width: width, count: range.count)
        }
        hashes.appendFilters(to: result)
        result.form = result.referenced == nil ? .hex : .references
        result.shape = shape
    }

    /// Encodes a block as references, if the column has any and they pay.
    ///
    /// Only the other values need a filter: the column referred to has one for its own. They are
    /// few, so their filter is small, and without it no search could leave out the block.
    private func encodeReferences(
        _ values: UnsafeRawPointer, count: Int, into result: EncodedColumn,
        _ entry: inout BlockEntry, _ hashes: inout FilterHashes
    ) -> Bool {
        guard let references,
            references.encode(
                values, count: count, block: Int(entry.block), plan: plan, into: result.bytes)
        else { return false }
        result.referenced = references.target
        entry.encoding = EncodingID.references.rawValue
        let others = references.others
        if others.isEmpty { entry.flags |= BlockEntry.onlyReferencesFlag }
        let width = references.shape.width
        hashes.add(
            fixed: others.baseAddress ?? values, width: width, count: others.count / width,
            always: true)
        return true
    }

    private func encodePlain(_ column: SourceColumn, into result: EncodedColumn) {
        var hashes = FilterHashes(isWanted: filters)
        let texts = TextGatherer(column)
        eachBlock(result) { range, entry in
            texts.gather(range, source: plan.source)
            guard !texts.isTooLong else { return }
            entry.encoding = encode(texts, block: Int(entry.block), into: result.bytes).rawValue
            hashes.add(texts)
        }
        hashes.appendFilters(to: result)
        result.form = .plain
        if texts.isTooLong {
            result.failure = SkepError(
                .limitReached,
                "the texts of one field in \(FormatLimits.blockRows) events exceed 2 GiB")
        }
    }

    /// Encodes the texts of a block, without what their shapes tell where that pays.
    private func encode(
        _ texts: TextGatherer, block: Int, into out: PayloadBuffer
    ) -> EncodingID {
        texts.ends.withUnsafeBufferPointer { ends in
            let bytes = texts.bytes.bytes
            let groups = scratch.memory(ends.count + 1).assumingMemoryBound(to: UInt8.self)
            let groupCount =
                storesPresence ? nil : plan.groups(block: block, layout: layout, into: groups)
            if let encoding = TemplateBlock.encode(
                ends: ends, bytes: bytes, groups: groupCount == nil ? nil : UnsafePointer(groups),
                groupCount: groupCount ?? 0, into: out)
            {
                return encoding
            }
            if let groupCount,
                let encoding = AffixedStringBlock.encode(
                    ends: ends, bytes: bytes, groups: groups, groupCount: groupCount, into: out)
            {
                return encoding
            }
            return StringBlock.encode(ends: ends, bytes: bytes, into: out)
        }
    }
}
