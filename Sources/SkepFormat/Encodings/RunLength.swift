internal import CSkepKernels
internal import SkepModel

/// Integers as runs of equal values.
///
/// Payload: count of runs, 4 bytes; bytes taken by the run values, 4 bytes. The run values as
/// packed vectors. For each run the index of its last value, 2 bytes; padded to 8.
struct RunLength {
    /// Shorter runs are not worth the time to find and fill them.
    static let leastMeanRun = 4
    /// Most values of a block: indexes fit 2 bytes.
    static let mostValues = 65_536

    private let values: [UInt64]
    private let lasts: UnsafeRawPointer
    /// The greatest run value, as an unsigned number.
    let greatest: UInt64

    /// Validates a payload.
    ///
    /// - Throws: `corruption`.
    init(_ payload: UnsafeRawBufferPointer, valueCount: Int) throws(SkepError) {
        var reader = ByteReader(payload)
        let runCount = Int(try reader.read(UInt32.self))
        let valueSize = Int(try reader.read(UInt32.self))
        guard runCount <= valueCount, valueCount <= Self.mostValues else {
            throw Damage.found("there are more runs than values")
        }
        let vectors = try PackedVectors(try reader.readBytes(valueSize), valueCount: runCount)
        let ends = try reader.readBytes(runCount * 2)
        guard let first = ends.baseAddress else {
            throw Damage.found("the ends of runs are missing")
        }
        lasts = first
        guard skep_ascends16(first, runCount) != 0 else {
            throw Damage.found("runs do not end in order")
        }
        let end =
            runCount == 0
            ? -1 : Int(first.loadUnaligned(fromByteOffset: runCount * 2 - 2, as: UInt16.self))
        guard end == valueCount - 1 else {
            throw Damage.found("runs do not end with the values")
        }
        values = [UInt64](unsafeUninitializedCapacity: runCount) { buffer, count in
            if let base = buffer.baseAddress {
                FrameOfReference.read(vectors, 0..<runCount, into: base)
            }
            count = runCount
        }
        greatest = values.withUnsafeBufferPointer { values in
            values.baseAddress.map { skep_greatest64($0, values.count) } ?? 0
        }
    }

    /// Bytes that the runs of a plan take besides their values.
    static func size(runCount: Int) -> Int { 8 + (runCount * 2 + 7) / 8 * 8 }

    /// Appends a block with `runCount` runs to `out`.
    static func write(
        _ values: UnsafePointer<Int64>, count: Int, runCount: Int, into out: PayloadBuffer
    ) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: runCount) { runValues in
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: runCount) { lasts in
                guard let first = runValues.baseAddress else { return }
                var run = 0
                for index in 0..<count
                where index + 1 == count || values[index + 1] != values[index] {
                    runValues[run] = values[index]
                    lasts[run] = UInt16(truncatingIfNeeded: index)
                    run += 1
                }
                assert(run == runCount)
                let header = out.count
                out.append(UInt32(runCount))
                out.append(UInt32(0))
                let plan = FrameOfReference.plan(first, count: runCount)
                FrameOfReference.write(first, count: runCount, plan: plan, into: out)
                (out.base + header + 4).storeBytes(
                    of: UInt32(out.count - header - 8), as: UInt32.self)
                out.append(UnsafeRawBufferPointer(lasts))
                out.pad()
            }
        }
    }

    /// Calls `fill` with each run's value and its part of `range`, counted from the range's start.
    @inline(__always)
    func forEachRun(_ range: Range<Int>, _ fill: (UInt64, Range<Int>) -> Void) {
        guard !range.isEmpty else { return }
        values.withUnsafeBufferPointer { values in
            var run = firstRun(reaching: range.lowerBound)
            var next = range.lowerBound
            while next < range.upperBound {
                let end = min(range.upperBound, last(run) &+ 1)
                fill(values[run], next &- range.lowerBound..<end &- range.lowerBound)
                next = end
                run &+= 1
            }
        }
    }

    /// Writes the values of `range`.
    ///
    /// As in `expand`, several values are stored at a time, whether the run is that long or not.
    func read(_ range: Range<Int>, into out: UnsafeMutablePointer<UInt64>) {
        guard !range.isEmpty else { return }
        values.withUnsafeBufferPointer { values in
            var run = firstRun(reaching: range.lowerBound)
            var next = 0
            let count = range.count
            while next < count {
                let end = min(count, last(run) &+ 1 &- range.lowerBound)
                let value = SIMD8<UInt64>(repeating: values[run])
                while next < end, next &+ 8 <= count {
                    UnsafeMutableRawPointer(out + next).storeBytes(
                        of: value, as: SIMD8<UInt64>.self)
                    next &+= 8
                }
                while next < end {
                    out[next] = value[0]
                    next &+= 1
                }
                next = end
                run &+= 1
            }
        }
    }

    /// Writes, for each value of `range`, the number that `list` has for its run's value.
    ///
    /// Runs are short: 16 at a time are stored without asking how long the run is, and the
    /// next run writes over what was too much.
    ///
    /// - Parameters:
    ///   - list: Has a number for each value up to `greatest`.
    ///   - out: Has room for the range.
    /// - Complexity: O(`range` + runs), after a binary search.
    func expand(
        _ range: Range<Int>, list: UnsafePointer<UInt32>, into out: UnsafeMutablePointer<UInt32>
    ) {
        guard !range.isEmpty else { return }
        values.withUnsafeBufferPointer { values in
            var run = firstRun(reaching: range.lowerBound)
            var next = 0
            let count = range.count
            while next < count {
                let end = min(count, last(run) &+ 1 &- range.lowerBound)
                let number = SIMD16<UInt32>(
                    repeating: list[Int(truncatingIfNeeded: values[run])])
                while next < end, next &+ 16 <= count {
                    UnsafeMutableRawPointer(out + next).storeBytes(
                        of: number, as: SIMD16<UInt32>.self)
                    next &+= 16
                }
                while next < end {
                    out[next] = number[0]
                    next &+= 1
                }
                next = end
                run &+= 1
            }
        }
    }

    /// Writes, for each run in `range`, the number that `list` has for its value, and where the
    /// run ends, counted from the start of the range; returns how many runs there are.
    ///
    /// - Parameters:
    ///   - range: At most 65,535 values.
    ///   - list: Has a number for each value up to `greatest`.
    ///   - numbers: Has room for as many as there are values in the range; so has `ends`.
    /// - Complexity: O(runs), after a binary search.
    func readRuns(
        _ range: Range<Int>, list: UnsafePointer<UInt32>,
        numbers: UnsafeMutablePointer<UInt32>, ends: UnsafeMutablePointer<UInt16>
    ) -> Int {
        guard !range.isEmpty else { return 0 }
        return values.withUnsafeBufferPointer { values in
            let first = firstRun(reaching: range.lowerBound)
            var run = first
            var end = 0
            // The last run ends with the last value, which the payload was checked for.
            while end < range.count {
                end = min(range.count, last(run) &+ 1 &- range.lowerBound)
                numbers[run &- first] = list[Int(truncatingIfNeeded: values[run])]
                ends[run &- first] = UInt16(truncatingIfNeeded: end)
                run &+= 1
            }
            return run &- first
        }
    }

    @inline(__always)
    private func last(_ run: Int) -> Int {
        Int(lasts.loadUnaligned(fromByteOffset: run &* 2, as: UInt16.self))
    }

    /// The run that has a value.
    ///
    /// By halves, and without branches, each of which would be guessed wrong half of the time.
    private func firstRun(reaching index: Int) -> Int {
        var first = 0
        var count = values.count
        while count > 1 {
            let half = count &>> 1
            // All bits where that run ends before the value.
            let isBefore = (last(first &+ half &- 1) &- index) &>> 63
            first &+= half & isBefore
            count &-= half
        }
        return first
    }
}
