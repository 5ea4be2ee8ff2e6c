internal import Benchmark
internal import SkepSketches

/// Adding a block of values to the states of result cells.
func sketchBenchmarks() {
    let data = SampleBlock()
    guard let values = data.durations().baseAddress, let weights = data.rates().baseAddress,
        let cells = data.codes(distinct: 100).baseAddress,
        let hashes = data.hashes(distinct: 50_000).baseAddress
    else { return }
    let count = SampleBlock.count
    let rate = Rate(valueCount: count, byteCount: count * 8)
    rate.benchmark("percentile, one cell") {
        let states = QuantileCells()
        states.grow(to: 1)
        return { states.addRun(cell: 0, values: values, count: count) }
    }
    rate.benchmark("percentile, 100 cells, weighted") {
        let states = QuantileCells()
        states.grow(to: 100)
        return { states.add(cells: cells, values: values, weights: weights, count: count) }
    }
    rate.benchmark("distinct, one cell") {
        let states = DistinctCells()
        states.grow(to: 1)
        return { states.addRun(cell: 0, hashes: hashes, count: count) }
    }
    rate.benchmark("distinct, 100 cells") {
        let states = DistinctCells()
        states.grow(to: 100)
        return { states.add(cells: cells, hashes: hashes, count: count) }
    }
}
