import Testing

/// Targets import downwards only, and little from outside.
@Suite struct LayerTests {
    /// The layers, lowest first; a target may import those of lower layers.
    private static let layers: [[String]] = [
        ["CLZ4", "CZlib", "CSkepKernels"],
        ["SkepModel"],
        ["SkepJSON", "SkepSketches", "SkepColumns", "SkepWorkload"],
        ["SkepFormat", "SkepQuery", "SkepIngest"],
        ["SkepStorage"],
        ["SkepEngine"],
        ["Skep"],
        ["SkepCLI"],
    ]
    /// What every target may use of the system.
    private static let system: Set<String> = [
        "Swift", "Synchronization", "Glibc", "Musl", "Darwin", "Logging",
    ]
    /// What only the command line may use besides.
    private static let commandLine: Set<String> = ["ArgumentParser", "Foundation", "CZlib"]

    private func layer(of target: String) -> Int? {
        Self.layers.firstIndex { $0.contains(target) }
    }

    /// The modules that a file imports, with the line of each.
    private func imports(_ path: String) throws -> [(module: String, line: String)] {
        try Repository.lines(path).compactMap { line in
            let words = Repository.code(line).split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place < words.count - 1,
                words[..<place].allSatisfy({ Self.modifiers.contains($0) })
            else { return nil }
            return (String(words[place + 1].prefix { $0 != "." }), line)
        }
    }

    private static let modifiers: Set<String> = [
        "internal", "package", "public", "private", "fileprivate", "@testable", "@_exported",
        "@preconcurrency",
    ]

    @Test func everyTargetHasItsLayer() throws {
        for target in try Repository.targets() {
            #expect(layer(of: target) != nil, "\(target) stands in no layer")
        }
    }

    @Test func targetsImportOnlyLowerLayers() throws {
        var count = 0
        for path in try Repository.files(in: "Sources") {
            let target = String(path.split(separator: "/")[1])
            guard let own = layer(of: target) else { continue }
            for (module, _) in try imports(path) {
                count += 1
                if let other = layer(of: module) {
                    #expect(other < own, "\(path) imports \(module)")
                } else if target == "SkepCLI" {
                    let isAllowed =
                        Self.system.contains(module) || Self.commandLine.contains(module)
                    #expect(isAllowed, "\(path) imports \(module)")
                } else {
                    #expect(Self.system.contains(module), "\(path) imports \(module)")
                }
            }
        }
        #expect(count > 100)
    }

    @Test func importsSayTheirAccess() throws {
        for path in try Repository.files(in: "Sources") {
            for (_, line) in try imports(path) {
                #expect(!line.hasPrefix("import "), "\(path): \(line)")
            }
        }
    }

    @Test func theReferenceEvaluatorKnowsNothingOfTheEngine() throws {
        for name in ["Evaluator", "Number", "Key", "Result"] {
            let path = "Tests/TestSupport/Reference\(name).swift"
            let modules = Set(try imports(path).map(\.module))
            #expect(modules.isSubset(of: ["SkepModel", "SkepQuery"]), "\(path)")
        }
    }
}
