import SkepModel
import SkepStorage
import Testing

@Suite struct RegionCacheTests {
    private func bytes(_ count: Int, _ value: UInt8) -> AlignedBytes {
        [UInt8](repeating: value, count: count).withUnsafeBytes { AlignedBytes(copying: $0) }
    }

    @Test func findsWhatWasPutInAndNothingElse() {
        let cache = RegionCache(capacity: 1 << 20)
        let region = bytes(100, 1)
        #expect(cache.insert(region, file: 1, offset: 64) === region)
        #expect(cache.region(file: 1, offset: 64) === region)
        #expect(cache.region(file: 2, offset: 64) == nil)
        #expect(cache.region(file: 1, offset: 0) == nil)
        #expect(cache.heldBytes == 100)
    }

    @Test func keepsTheFirstOfTwoCopies() {
        let cache = RegionCache(capacity: 1 << 20)
        let first = bytes(10, 1)
        _ = cache.insert(first, file: 1, offset: 0)
        #expect(cache.insert(bytes(10, 1), file: 1, offset: 0) === first)
        #expect(cache.heldBytes == 10)
    }

    @Test func staysBelowItsCapacity() {
        let cache = RegionCache(capacity: 10_000)
        for offset in 0..<1_000 {
            _ = cache.insert(bytes(100, 0), file: 7, offset: UInt64(offset))
            #expect(cache.heldBytes <= 10_000)
        }
        let held = (0..<1_000).filter { cache.region(file: 7, offset: UInt64($0)) != nil }.count
        #expect(held == 100)
    }

    /// Reads regions of 100 bytes one after the other, as a query does.
    ///
    /// - Returns: How many were found.
    private func scan(_ offsets: Range<Int>, in cache: RegionCache) -> Int {
        cache.beginTurn()
        return offsets.count { offset in
            if cache.region(file: 7, offset: UInt64(offset)) != nil { return true }
            _ = cache.insert(bytes(100, 0), file: 7, offset: UInt64(offset))
            return false
        }
    }

    @Test func repeatedScansOfMoreThanFitsFindWhatFits() {
        let cache = RegionCache(capacity: 10_000)
        #expect(scan(0..<150, in: cache) == 0)
        for _ in 0..<5 {
            #expect(scan(0..<150, in: cache) == 100)
            #expect(cache.heldBytes == 10_000)
        }
    }

    @Test func aScanTakesThePlaceOfEarlierOnes() {
        let cache = RegionCache(capacity: 10_000)
        for _ in 0..<5 { _ = scan(0..<100, in: cache) }
        #expect(scan(200..<300, in: cache) == 0)
        #expect(scan(200..<300, in: cache) == 100)
        #expect(scan(0..<100, in: cache) == 0)
    }

    @Test func regionsFoundOftenStayLonger() {
        let cache = RegionCache(capacity: 10_000)
        for _ in 0..<3 { _ = scan(0..<50, in: cache) }
        _ = scan(100..<150, in: cache)
        _ = scan(200..<250, in: cache)
        #expect(scan(0..<50, in: cache) > scan(100..<150, in: cache))
    }

    @Test func regionsInUseOutliveOthers() {
        let cache = RegionCache(capacity: 10_000)
        _ = cache.insert(bytes(100, 9), file: 1, offset: 0)
        for offset in 0..<5_000 {
            cache.beginTurn()
            _ = cache.insert(bytes(100, 0), file: 7, offset: UInt64(offset))
            #expect(cache.region(file: 1, offset: 0) != nil)
        }
    }

    @Test func regionsTooLargeToKeepAreHandedBack() {
        let cache = RegionCache(capacity: 100)
        let region = bytes(60, 1)
        #expect(cache.insert(region, file: 1, offset: 0) === region)
        #expect(cache.heldBytes == 0)
    }

    @Test func manyThreadsSeeTheRightBytes() throws {
        let cache = RegionCache(capacity: 20_000)
        try WorkerThreads.run(64, threads: 4) { item throws(SkepError) in
            for step in 0..<500 {
                let offset = UInt64((item * 31 + step * 17) % 400)
                if let found = cache.region(file: 1, offset: offset) {
                    guard found.bytes[0] == UInt8(offset & 0xFF) else {
                        throw SkepError(.internalFault, "wrong bytes at \(offset)")
                    }
                } else {
                    _ = cache.insert(
                        self.bytes(100, UInt8(offset & 0xFF)), file: 1, offset: offset)
                }
            }
        }
        #expect(cache.heldBytes <= 20_000)
        cache.removeAll()
        #expect(cache.heldBytes == 0)
    }
}
