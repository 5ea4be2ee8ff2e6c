internal import Benchmark

let benchmarks: @Sendable () -> Void = {
    encodingBenchmarks()
    kernelBenchmarks()
    sketchBenchmarks()
    readingBenchmarks()
    engineBenchmarks()
}
