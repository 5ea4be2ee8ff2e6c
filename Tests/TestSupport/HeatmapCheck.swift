package import SkepQuery

/// Checks a heatmap against the values it must count, whatever grid was chosen.
package enum HeatmapCheck {
    /// Whether two heatmaps divide values alike.
    package static func haveSameGrid(_ left: Heatmap, _ right: Heatmap) -> Bool {
        left.minValue == right.minValue && left.maxValue == right.maxValue
            && left.stepSize == right.stepSize && left.edges == right.edges
            && left.counts.count == right.counts.count
    }

    /// What is wrong with a heatmap's counts or grid; `nil` when nothing is.
    package static func problem(
        _ heatmap: Heatmap, _ values: [ReferenceCell.WeightedValue], scale: HeatmapScale
    ) -> String? {
        let total = values.reduce(0) { $0 + $1.weight }
        if heatmap.total != total { return "counts \(heatmap.total), not \(total)" }
        if let problem = gridProblem(heatmap, scale: scale) { return problem }
        let edges = edges(of: heatmap)
        for value in values where value.value < edges[0] || value.value > edges[edges.count - 1] {
            return "\(value.value) is not between \(edges[0]) and \(edges[edges.count - 1])"
        }
        if scale == .log, heatmap.counts.count > 1, edges[0] <= 0 {
            let least = values.map(\.value).filter { $0 > 0 }.min() ?? .infinity
            // Powers of ten begin at 1e-307: what is less is no longer told from 0.
            if edges[1] > max(least, 1e-307) { return "\(least) is below \(edges[1])" }
            if edges[1] <= 0 { return "the second edge is \(edges[1])" }
        }
        // Values that rounding may put on either side of an edge count for both.
        var below: Int64 = 0
        for (index, count) in heatmap.counts.enumerated().dropLast() {
            below += count
            let edge = edges[index + 1]
            let slack = scale == .log ? 0 : 4 * max(edge.ulp, edges[0].ulp)
            let least = values.reduce(0) { $0 + ($1.value < edge - slack ? $1.weight : 0) }
            let most = values.reduce(0) { $0 + ($1.value < edge + slack ? $1.weight : 0) }
            if below < least || below > most {
                return "\(below) are below \(edge), not \(least)...\(most)"
            }
        }
        return nil
    }

    private static func edges(of heatmap: Heatmap) -> [Double] {
        if let edges = heatmap.edges { return edges }
        // Halves keep the multiples of huge steps finite.
        let inner = heatmap.counts.indices.map {
            (heatmap.minValue / 2 + Double($0) * (heatmap.stepSize / 2)) * 2
        }
        return inner + [heatmap.maxValue]
    }

    private static func gridProblem(_ heatmap: Heatmap, scale: HeatmapScale) -> String? {
        let count = heatmap.counts.count
        if count == 1, heatmap.stepSize == 0 {
            let isOneValue = heatmap.minValue == heatmap.maxValue
            return isOneValue || scale == .log ? nil : "one bucket for several values"
        }
        if scale == .log {
            guard let edges = heatmap.edges else { return "no edges" }
            if edges.count != count + 1 { return "\(edges.count) edges of \(count) buckets" }
            let isAscending = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
            return isAscending ? nil : "edges do not ascend"
        }
        if heatmap.edges != nil { return "edges on a linear scale" }
        guard heatmap.minValue.isFinite, heatmap.maxValue.isFinite else { return "infinite ends" }
        if count > 100 { return "\(count) buckets" }
        // At the ends of what doubles hold, edges are cut off and steps lose their digits.
        if heatmap.stepSize < 1e-300 || heatmap.stepSize > 1e305 { return nil }
        if !isRound(heatmap.stepSize) { return "step \(heatmap.stepSize)" }
        // Where doubles lie further apart than a fine grid's edges, it has to be coarser.
        let spacing = max(heatmap.minValue.ulp, heatmap.maxValue.ulp)
        if count < 40, heatmap.stepSize > 8 * spacing { return "\(count) buckets" }
        let end = heatmap.minValue + Double(count) * heatmap.stepSize
        return abs(end - heatmap.maxValue) <= 8 * spacing
            ? nil : "ends at \(heatmap.maxValue), not \(end)"
    }

    /// Whether a step is 1, 2 or 5 times a power of ten.
    private static func isRound(_ step: Double) -> Bool {
        guard step > 0, step.isFinite else { return false }
        var digit = step
        while digit >= 9.5 { digit /= 10 }
        while digit < 0.95 { digit *= 10 }
        return [1.0, 2, 5].contains { abs(digit - $0) < 1e-6 }
    }
}
