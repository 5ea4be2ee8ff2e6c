// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who embeds Skep resolves or builds the benchmark library.
// `Sources` links to the sources of Skep, because kernels have `package` access: they can be
// measured only from within one package. Each target may use every target before it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let layers = [
    "SkepModel", "SkepJSON", "SkepSketches", "SkepColumns", "SkepWorkload", "SkepFormat",
    "SkepQuery", "SkepIngest", "SkepStorage", "SkepEngine", "Skep",
]

func names(before end: Int) -> [Target.Dependency] {
    (["CLZ4", "CSkepKernels"] + layers[..<end]).map { .byName(name: $0) } + [
        .product(name: "Logging", package: "swift-log")
    ]
}

func benchmarks(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: names(before: layers.endIndex) + [
            .product(name: "Benchmark", package: "benchmark")
        ],
        path: "Benchmarks/\(name)",
        swiftSettings: settings,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

let package = Package(
    name: "skep-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4"),
        .target(name: "CSkepKernels"),
    ]
        + layers.enumerated().map { index, name in
            .target(name: name, dependencies: names(before: index), swiftSettings: settings)
        } + [benchmarks("SkepBenchmarks")]
)
