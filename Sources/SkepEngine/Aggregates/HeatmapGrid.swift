internal import CSkepKernels
internal import SkepModel
internal import SkepQuery

/// The intervals that a heatmap counts values in: one grid for a whole query.
struct HeatmapGrid: Sendable {
    /// The ends of the intervals, ascending: one more than there are intervals.
    let edges: [Double]
    /// The width of an interval; 0 for a single value or a logarithmic grid.
    let step: Double
    let scale: HeatmapScale
    /// For the linear grid: intervals per unit.
    private let perUnit: Double
    /// How far from a whole number the product of `perUnit` and a value's distance from the first
    /// edge surely tells the interval.
    private let tolerance: Double

    /// Intervals at the most and (but for few values) at the least.
    static let mostIntervals = 100

    var count: Int { max(1, edges.count - 1) }

    /// The grid over matched values between `low` and `high`.
    ///
    /// - Parameters:
    ///   - low: The least matched value.
    ///   - high: The greatest matched value.
    ///   - leastPositive: The least matched value above 0; 0 without one. The logarithmic grid
    ///     begins with it.
    ///   - scale: How the intervals are spaced.
    init(low: Double, high: Double, leastPositive: Double = 0, scale: HeatmapScale) {
        self.scale = scale
        if low == high {
            edges = [low, low]
            step = 0
            perUnit = 0
            tolerance = 0
            return
        }
        if scale == .log {
            edges = Self.logarithmicEdges(
                low: low, leastPositive: leastPositive, high: high)
            step = 0
            perUnit = 0
            tolerance = 0
            return
        }
        let chosen = Self.linearEdges(low: low, high: high)
        edges = chosen.edges
        step = chosen.step
        perUnit = 1 / chosen.step
        // The product is rounded three times, and the edges, which may be far larger than a step,
        // once each.
        tolerance = 0x1p-40 + max(abs(low), abs(high)) * perUnit * 0x1p-50
    }

    /// The smallest step of 1, 2 or 5 × 10^k that needs at most `mostIntervals`.
    ///
    /// Consecutive steps differ by at most 2.5, so at least 40 intervals result.
    private static func linearEdges(low: Double, high: Double) -> (edges: [Double], step: Double) {
        // Half ranges keep the difference of two huge numbers finite.
        let range = high / 2 - low / 2
        var exponent = -324
        var power = Self.power(exponent)
        while exponent < 308, power * 5 * Double(mostIntervals) / 2 < range {
            exponent += 1
            power = Self.power(exponent)
        }
        exponent = max(-323, exponent - 1)
        while exponent <= 308 {
            for factor in [1.0, 2.0, 5.0] {
                if let edges = edges(low: low, high: high, factor: factor, exponent: exponent) {
                    return (edges, factor * Self.power(exponent))
                }
            }
            exponent += 1
        }
        return ([low, high], high - low)
    }

    private static func edges(
        low: Double, high: Double, factor: Double, exponent: Int
    ) -> [Double]? {
        let step = factor * power(exponent)
        guard step > 0, step.isFinite else { return nil }
        // For steps below 1 the exact number of steps in a unit divides without error.
        let inverse = exponent < 0 && exponent > -300 ? power(-exponent) / factor : 0
        // Edges beyond the greatest double are cut off there.
        let most = Double.greatestFiniteMagnitude
        func edge(_ index: Double) -> Double {
            max(-most, min(most, inverse > 0 ? index / inverse : index * step))
        }
        var first = inverse > 0 ? (low * inverse).rounded(.down) : (low / step).rounded(.down)
        guard first.isFinite, abs(first) < 0x1p52 else { return nil }
        while edge(first) > low { first -= 1 }
        while edge(first + 1) <= low { first += 1 }
        var edges = [edge(first)]
        var index = first + 1
        while edges.count <= mostIntervals {
            edges.append(edge(index))
            if edge(index) >= high { return edges }
            index += 1
        }
        return nil
    }

    /// Decades from the least positive to the greatest value divided into equal ratios, as finely
    /// as gives at most `mostIntervals`.
    ///
    /// Values that are not positive share one interval below the others, from the least of them.
    private static func logarithmicEdges(
        low: Double, leastPositive: Double, high: Double
    ) -> [Double] {
        guard high > 0, leastPositive > 0 else { return [low, high] }
        // Powers of ten end at the least normal number.
        let start = max(leastPositive, .leastNormalMagnitude)
        var edges: [Double] = []
        for parts in [50, 20, 10, 5, 2, 1] {
            edges = ratioEdges(from: start, to: high, parts: parts)
            if edges.count <= mostIntervals { break }
        }
        if edges.count > mostIntervals { edges = everyFew(edges) }
        return low < edges[0] ? [low] + edges : edges
    }

    /// Few enough of a grid's edges, each the same number of decades after the one before.
    ///
    /// The last edge stays, so the last interval may be shorter.
    private static func everyFew(_ edges: [Double]) -> [Double] {
        let distance = (edges.count + mostIntervals - 2) / (mostIntervals - 1)
        let last = edges.count - 1
        return stride(from: 0, to: last, by: distance).map { edges[$0] } + [edges[last]]
    }

    /// The edges 10^(k / parts) from the last at or below `low` to the first above `high`.
    private static func ratioEdges(from low: Double, to high: Double, parts: Int) -> [Double] {
        let ratio = root(10, parts)
        var factors = [1.0]
        while factors.count < parts { factors.append(factors[factors.count - 1] * ratio) }
        func edge(_ index: Int) -> Double {
            let decade = index >= 0 ? index / parts : (index - parts + 1) / parts
            return power(decade) * factors[index - decade * parts]
        }
        var index = -307 * parts
        var stride = 512 * parts
        while stride > 0 {
            while index + stride < 308 * parts, edge(index + stride) <= low { index += stride }
            stride /= 2
        }
        var edges: [Double] = []
        // One edge more than allowed is enough to see that there are too many; the coarsest
        // edges are all needed.
        while edges.count <= mostIntervals + 1 || parts == 1 {
            let next = edge(index)
            guard next.isFinite else { return edges + [.greatestFiniteMagnitude] }
            edges.append(next)
            if next > high { break }
            index += 1
        }
        return edges
    }

    /// 10 to a whole power, correctly rounded.
    private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

    /// The n-th root, by Newton's iteration.
    private static func root(_ number: Double, _ degree: Int) -> Double {
        var guess = 1 + (number - 1) / Double(degree)
        for _ in 0..<200 {
            var power = 1.0
            for _ in 1..<max(2, degree) { power *= guess }
            if degree == 1 { return number }
            let next = guess - (power * guess - number) / (Double(degree) * power)
            if next == guess { break }
            guess = next
        }
        return guess
    }

    /// Writes the interval of each value; the values lie on the grid.
    func findIntervals(
        of values: UnsafePointer<Double>, count: Int, into intervals: UnsafeMutablePointer<UInt32>
    ) {
        if self.count == 1 {
            intervals.update(repeating: 0, count: count)
            return
        }
        edges.withUnsafeBufferPointer { buffer in
            guard let edges = buffer.baseAddress else { return }
            if perUnit > 0 {
                var grid = skep_grid(
                    edges: edges, count: UInt32(buffer.count - 1), per_unit: perUnit,
                    tolerance: tolerance)
                skep_grid_intervals(values, count, &grid, intervals)
            } else {
                for index in 0..<count {
                    intervals[index] = Self.search(values[index], edges, buffer.count - 1)
                }
            }
        }
    }

    /// The last interval that starts at or below a value.
    @inline(__always)
    private static func search(
        _ value: Double, _ edges: UnsafePointer<Double>, _ count: Int
    ) -> UInt32 {
        var low = 0
        var high = count &- 1
        while low < high {
            let middle = (low &+ high &+ 1) / 2
            if value >= edges[middle] { low = middle } else { high = middle &- 1 }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    /// The heatmap of one cell's counts.
    func heatmap(_ counts: UnsafePointer<Int64>) -> Heatmap {
        Heatmap(
            counts: (0..<count).map { counts[$0] }, minValue: edges[0],
            maxValue: edges[edges.count - 1], stepSize: step,
            edges: scale == .log && edges.count > 2 ? edges : nil)
    }
}
