// swift-tools-version: 6.2
import PackageDescription

// Layers, lowest first; a target imports only targets of lower layers (see Architecture.md).
// Everything `Skep` reaches is free of Foundation and, swift-log aside, of third-party packages.
let strictness: [SwiftSetting] =
    Context.environment["SKEP_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + strictness

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Readers of untrusted bytes under libFuzzer: Tests/Fuzz/run.sh builds it.
let fuzzing: [Target] =
    Context.environment["SKEP_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "SkepFuzz",
            dependencies: [
                "SkepTestSupport", "SkepModel", "SkepColumns", "SkepFormat", "SkepJSON",
                "SkepQuery", "SkepIngest", "SkepStorage", "SkepEngine",
            ],
            path: "Tests/Fuzz/Sources", swiftSettings: settings)
    ]

let package = Package(
    name: "skep",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Skep", targets: ["Skep"]),
        .executable(name: "skep", targets: ["SkepCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // 0: C
        .systemLibrary(
            name: "CLZ4", pkgConfig: "liblz4",
            providers: [.apt(["liblz4-dev"]), .brew(["lz4"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "CSkepKernels"),
        // 1
        target("SkepModel", ["CSkepKernels"]),
        // 2
        target("SkepJSON", ["SkepModel"]),
        target("SkepSketches", ["SkepModel", "CSkepKernels"]),
        target("SkepColumns", ["SkepModel"]),
        target("SkepWorkload", ["SkepModel"]),
        // 3
        target("SkepFormat", ["SkepModel", "SkepColumns", "CLZ4", "CSkepKernels"]),
        target("SkepQuery", ["SkepModel", "SkepJSON"]),
        target("SkepIngest", ["SkepModel", "SkepJSON", "SkepColumns"]),
        // 4
        target(
            "SkepStorage",
            ["SkepModel", "SkepJSON", "SkepColumns", "SkepFormat", "CSkepKernels", logging]),
        // 5
        target(
            "SkepEngine",
            [
                "SkepModel", "SkepSketches", "SkepColumns", "SkepFormat", "SkepQuery",
                "SkepStorage", "CSkepKernels",
            ]),
        // 6
        target(
            "Skep",
            [
                "SkepModel", "SkepJSON", "SkepColumns", "SkepFormat", "SkepQuery", "SkepIngest",
                "SkepStorage", "SkepEngine", logging,
            ]),
        // 7
        .executableTarget(
            name: "SkepCLI",
            dependencies: [
                "Skep", "SkepModel", "SkepJSON", "SkepQuery", "SkepEngine", "SkepWorkload", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),
        // Durable appends a second: Benchmarks/README.md.
        .executableTarget(
            name: "AppendBenchmark",
            dependencies: [
                "Skep", "SkepModel", "SkepStorage", "SkepWorkload",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/Append", swiftSettings: settings),
        // Killed while it writes, and the check of what is left: Tests/TortureTests.
        .executableTarget(
            name: "Torture",
            dependencies: [
                "SkepTestRandom", "SkepTestSupport", "Skep", "SkepModel", "SkepQuery",
            ],
            path: "Tests/Torture", swiftSettings: settings),
        // The one repeatable random generator of all tests.
        .target(name: "SkepTestRandom", path: "Tests/TestRandom", swiftSettings: settings),
        .testTarget(
            name: "SkepFormatTests",
            dependencies: [
                "BatchReading", "SkepTestRandom", "SkepTestSupport", "SkepFormat", "SkepColumns",
                "SkepModel", "CSkepKernels",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SkepJSONTests", dependencies: ["SkepTestRandom", "SkepJSON", "SkepModel"],
            swiftSettings: settings),
        // Reads batches back, for tests of those who fill them.
        .target(
            name: "BatchReading", dependencies: ["SkepColumns", "SkepModel"],
            path: "Tests/BatchReading", swiftSettings: settings),
        .testTarget(
            name: "SkepColumnsTests",
            dependencies: ["BatchReading", "SkepColumns", "SkepModel"],
            swiftSettings: settings),
        .testTarget(
            name: "SkepIngestTests",
            dependencies: [
                "BatchReading", "SkepIngest", "SkepJSON", "SkepColumns", "SkepModel",
                "SkepWorkload",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SkepStorageTests",
            dependencies: [
                "SkepTestRandom", "SkepTestSupport", "SkepStorage", "SkepFormat", "SkepColumns",
                "SkepModel",
            ],
            swiftSettings: settings),
        // Counts allocations of a whole test program.
        .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
        .testTarget(
            name: "SkepTests",
            dependencies: [
                "AllocationCounting", "SkepTestRandom", "SkepTestSupport", "Skep", "SkepStorage",
                "SkepColumns", "SkepEngine", "SkepFormat", "SkepModel", "SkepQuery", "SkepWorkload",
                logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SkepModelTests", dependencies: ["SkepTestRandom", "SkepModel"],
            swiftSettings: settings),
        .testTarget(
            name: "SkepSketchesTests",
            dependencies: ["SkepTestRandom", "SkepSketches", "SkepModel", "CSkepKernels"],
            swiftSettings: settings),
        .testTarget(
            name: "SkepQueryTests",
            dependencies: ["SkepTestRandom", "SkepQuery", "SkepJSON", "SkepModel"],
            swiftSettings: settings),
        .testTarget(
            name: "SkepWorkloadTests", dependencies: ["SkepWorkload", "SkepModel"],
            swiftSettings: settings),
        .testTarget(
            name: "SkepCLITests", dependencies: ["SkepCLI", "Skep", "SkepJSON"],
            exclude: ["Snapshots"], swiftSettings: settings),
        .target(
            name: "SkepTestSupport",
            dependencies: [
                "SkepTestRandom", "SkepModel", "SkepColumns", "SkepFormat", "SkepQuery",
                "SkepStorage",
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "SkepEngineTests",
            dependencies: [
                "SkepTestRandom", "SkepTestSupport", "SkepEngine", "SkepColumns", "SkepFormat",
                "SkepQuery",
                "SkepModel", "CSkepKernels",
            ],
            swiftSettings: settings),
        // A disk that loses power, fails and fills up.
        .target(
            name: "FaultyStorage", dependencies: ["SkepTestRandom", "SkepModel", "SkepStorage"],
            path: "Tests/FaultyStorage", swiftSettings: settings),
        .testTarget(
            name: "SkepSimulationTests",
            dependencies: [
                "FaultyStorage", "SkepTestRandom", "SkepTestSupport", "Skep", "SkepStorage",
                "SkepModel",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "TortureTests", dependencies: ["SkepTestRandom", "Torture", "SkepCLI"],
            exclude: ["power_cut.py", "full_disk.sh"], swiftSettings: settings),
        .testTarget(name: "RepositoryTests", swiftSettings: settings),
    ] + fuzzing
)
