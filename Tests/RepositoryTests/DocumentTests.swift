import Foundation
import Testing

/// Documents, fixtures and scripts agree with one another.
@Suite struct DocumentTests {
    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Repository.root.appending(path: path).path)
    }

    @Test func theUsualFilesAreThere() {
        for path in [
            "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".swift-format",
            ".editorconfig", ".gitignore", ".ci/run", "fixtures/README.md",
        ] {
            #expect(exists(path), "\(path) is missing")
        }
    }

    @Test func everyFixtureIsDescribed() throws {
        let readme = try Repository.text("fixtures/README.md")
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appending(path: "fixtures").path)
        for name in names where name != "README.md" && !name.hasPrefix(".") {
            #expect(readme.contains(name), "fixtures/README.md says nothing of \(name)")
        }
    }

    /// Links between documents: `[text](path)` and DocC's `<doc:Page>`.
    @Test func linksLeadSomewhere() throws {
        let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "fixtures/README.md"]
        let pages = try Repository.files(in: "Sources", extensions: ["md"])
        let pageNames = Set(pages.map { ($0 as NSString).lastPathComponent })
        for path in top.filter(exists) + pages {
            let text = try Repository.text(path)
            let folder = (path as NSString).deletingLastPathComponent
            for match in text.matches(of: /\]\(([^)\s#]+)[^)]*\)/) {
                let link = String(match.1)
                if link.contains("://") || link.hasPrefix("mailto:") { continue }
                let target = folder.isEmpty ? link : "\(folder)/\(link)"
                #expect(exists(target), "\(path) links to \(link)")
            }
            for match in text.matches(of: /<doc:([A-Za-z0-9\-]+)/) {
                #expect(pageNames.contains("\(match.1).md"), "\(path) links to \(match.1)")
            }
        }
    }

    /// What a newcomer is told to run is what every submission has run.
    @Test func theReadmesTestCommandIsThatOfContinuousIntegration() throws {
        let readme = try Repository.lines("README.md").map { line in
            line.trimmingCharacters(in: CharacterSet(charactersIn: " $"))
        }
        let runs = try Repository.lines(".ci/run")
        let heading = try #require(runs.firstIndex { $0.contains("the command of the README") })
        let command = runs[heading + 1]
        #expect(command.contains("swift test"))
        let isThere = readme.contains { line in
            Repository.withoutRemark(line).components(separatedBy: "&&").contains {
                $0.trimmingCharacters(in: .whitespaces) == command
            }
        }
        #expect(isThere, "README.md does not say `\(command)`")
    }
}

extension Repository {
    /// A shell line without its remark.
    static func withoutRemark(_ line: String) -> String {
        line.components(separatedBy: " #")[0].trimmingCharacters(in: .whitespaces)
    }
}
