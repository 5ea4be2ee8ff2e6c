import Foundation
import Testing

/// Rules for code that the compiler does not check.
@Suite struct CodeRuleTests {
    @Test func filesAreShort() throws {
        for folder in ["Sources", "Tests"] {
            for path in try Repository.files(in: folder, extensions: ["swift", "c", "h"]) {
                let count = try Repository.lines(path).count
                #expect(count <= 600, "\(path) has \(count) lines")
            }
        }
    }

    /// Nothing is committed that a program wrote where it was started.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: Repository.path(".git"))))
    func theRootHoldsNothingElse() throws {
        let known: Set = [
            "Benchmarks", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Package.swift",
            "README.md", "Sources", "Tests", "fixtures",
        ]
        let names = Set(try Repository.committed().map { String($0.prefix { $0 != "/" }) })
        #expect(names.isSuperset(of: known))
        #expect(names.subtracting(known).filter { !$0.hasPrefix(".") }.isEmpty)
    }

    @Test func namesSayWhatIsInside() throws {
        let banned = ["Utils", "Utilities", "Helper", "Common", "Manager", "Misc"]
        for folder in ["Sources", "Tests"] {
            for path in try Repository.files(in: folder, extensions: ["swift", "c", "h", "md"]) {
                for word in banned {
                    #expect(!path.contains(word), "\(path)")
                }
            }
        }
    }

    @Test func sourcesHaveNoTrapsOnPurposeAndNothingUndone() throws {
        let banned = ["fatalError(", "try!", " as! ", "TODO", "FIXME", "unsafeFlags"]
        for path in try Repository.files(in: "Sources", extensions: ["swift", "c", "h"]) {
            for (number, line) in try Repository.lines(path).enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(path):\(number + 1) has \(word)")
                }
            }
        }
    }

    /// A generic function called from another target is slow unless it can be specialized there.
    @Test func genericPackageFunctionsAreInlinable() throws {
        let generic = /\bpackage\s+(?:static\s+|mutating\s+)*(?:func\s+\S+?|init)\s*</
        for path in try Repository.files(in: "Sources") {
            let lines = try Repository.lines(path).map(Repository.code)
            for (number, line) in lines.enumerated() {
                let text = declaration(lines, from: number)
                let isGeneric =
                    line.firstMatch(of: generic) != nil
                    || (isFunction(line) && text.contains("some "))
                if !isGeneric { continue }
                #expect(
                    attributes(lines, above: number).contains("@inlinable")
                        || line.contains("@inlinable"),
                    "\(path):\(number + 1) is generic and not @inlinable")
            }
        }
    }

    private func isFunction(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        return words.contains("package")
            && words.contains { $0 == "func" || $0.hasPrefix("init(") }
    }

    /// The parameters of a function that begins on a line.
    private func declaration(_ lines: [String], from number: Int) -> String {
        var text = ""
        for line in lines[number...].prefix(12) {
            text += line + "\n"
            if line.hasSuffix("{") || line.contains("->") { break }
        }
        return text.components(separatedBy: "->")[0]
    }

    /// The attributes on the lines just above a declaration.
    private func attributes(_ lines: [String], above number: Int) -> String {
        lines[..<number].reversed().prefix { $0.contains("@") }.joined()
    }
}
