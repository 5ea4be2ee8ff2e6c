internal import Benchmark

/// What one pass of a benchmark handles, and so what it reports beside its time.
struct Rate {
    private static let values = BenchmarkMetric.custom(
        "values/s", polarity: .prefersLarger, useScalingFactor: false)
    private static let bytes = BenchmarkMetric.custom(
        "bytes/s", polarity: .prefersLarger, useScalingFactor: false)

    /// Values, rows or events of a pass.
    let valueCount: Int
    /// Bytes of a pass, in the form that the pass decodes, reads or writes; `nil` where it depends.
    let byteCount: Int?

    /// Registers a benchmark.
    ///
    /// - Parameter makePass: Prepares the data, once, and returns what is measured.
    func benchmark(_ name: String, makePass: @escaping () throws -> () throws -> Void) {
        let configuration = Benchmark.Configuration(
            metrics: [.wallClock, Self.values] + (byteCount == nil ? [] : [Self.bytes]),
            warmupIterations: 3,
            maxDuration: .seconds(1), maxIterations: 10_000)
        var pass: (() throws -> Void)?
        Benchmark(name, configuration: configuration) { benchmark in
            let run: () throws -> Void
            if let pass {
                run = pass
            } else {
                run = try makePass()
                pass = run
                try run()
            }
            let clock = ContinuousClock()
            benchmark.startMeasurement()
            let start = clock.now
            try run()
            let duration = clock.now - start
            benchmark.stopMeasurement()
            let seconds = duration / .seconds(1)
            benchmark.measurement(Self.values, Int(Double(valueCount) / seconds))
            if let byteCount {
                benchmark.measurement(Self.bytes, Int(Double(byteCount) / seconds))
            }
        }
    }
}
