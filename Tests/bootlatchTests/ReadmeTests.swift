import ArgumentParser
import Foundation
import Inventory
import Manifest
import Testing

@testable import bootlatch

/// The page that newcomers copy from must not rot.
struct ReadmeTests {
    private let page: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    }

    @Test func `every manifest in the README loads without a diagnostic, all of them together`() {
        let manifests = blocks.filter { $0.text.contains("apiVersion:") }
        var delta = Delta()
        for block in manifests {
            let path = "README.md:\(block.line)"
            delta.files[path] = .read(parseManifest(Array(block.text.utf8), path: path), content: path)
        }
        let inventory = Inventory().advanced(by: delta, isFirst: true).inventory
        #expect(inventory.diagnostics.map(\.description) == [])
        #expect(manifests.count >= 5)
        #expect(inventory.hostCount >= 2)
    }

    @Test func `every settings file in the README loads`() throws {
        let files = blocks.filter { !$0.text.contains("apiVersion:") } + inlineSettings
        #expect(files.count >= 4)
        for file in files {
            let bytes = Array(file.text.utf8)
            #expect(throws: Never.self, "README.md:\(file.line)") {
                try Settings.load(file: ("README.md:\(file.line)", bytes), environment: [:], flags: [])
            }
        }
    }

    @Test(arguments: Settings.keys)
    func `the README explains each setting`(key: String) {
        #expect(page.contains("| `\(key)` |"))
    }

    @Test func `the README names every placeholder, reason to refuse and hold`() {
        for placeholder in Placeholder.allCases { #expect(page.contains("{{\(placeholder.rawValue)}}")) }
        for hold in Hold.allCases { #expect(page.contains("| `\(hold.rawValue)` |")) }
        for ending in Ending.allCases { #expect(page.contains("`spent:\(ending.rawValue)`")) }
        for suspension in Suspension.allCases { #expect(page.contains("`suspended:\(suspension.rawValue)`")) }
        for word in RefusePolicy.PXE.allCases.map(\.rawValue) + RefusePolicy.HTTP.allCases.map(\.rawValue) {
            #expect(page.contains("`\(word)`"))
        }
    }

    @Test func `the README's sample of why has every rule's sentence, in their order, and the advice`() throws {
        let sample = try #require(
            page.split(separator: "```").first { $0.hasPrefix("\nrack1/node-07 52:54:00:12:34:07: netboot, armed\n") })
        let lines = sample.split(separator: "\n").map(String.init)
        let rules = lines.compactMap { line in line.firstMatch(of: /^  ok (.*?)( \([^()]*\))?$/).map { "\($0.1)" } }
        // A host whose MAC is known is not asked whether it is.
        let known = BootRule.allCases.filter { $0 != .seen }
        #expect(rules == known.map { $0.question(in: .hardwareV1Alpha1) })
        #expect(lines.suffix(2).first == "  \(Decision.netboot(.script("")).explanation(in: .hardwareV1Alpha1))")
        // The advice on the README's own manifest, turned on.
        let path = "inventory/rack1/node-07.yaml"
        let block = try #require(blocks.first { $0.text.contains("52:54:00:12:34:07") })
        let file = parseManifest(Array(block.text.utf8), path: path)
        let inventory = Inventory().advanced(by: Delta([path: .read(file, content: path)])).inventory
        let interface = try #require(MACAddress("52:54:00:12:34:07").flatMap { inventory[$0] })
        let advice = Advice(
            interface, in: Standing(inventory: inventory, ledger: Ledger()), now: Now(Instant(seconds: 0)))
        #expect(lines.last == "  To change this: " + advice.text(on: .netboot(.script(""))))
    }

    @Test func `the README names every command`() {
        for command in Bootlatch.configuration.subcommands {
            let name = command.configuration.commandName ?? String(describing: command).lowercased()
            #expect(page.contains("`bootlatch \(name)"), "\(name)")
        }
    }

    private struct Block {
        var line: Int
        var text: String
    }

    /// The code blocks marked as YAML.
    private var blocks: [Block] {
        var blocks: [Block] = []
        var open: Block?
        for (number, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```yaml" {
                open = Block(line: number + 2, text: "")
            } else if line == "```" {
                if let block = open { blocks.append(block) }
                open = nil
            } else {
                open?.text += line + "\n"
            }
        }
        return blocks
    }

    /// Settings on one indented line.
    private var inlineSettings: [Block] {
        page.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { $0.element.hasPrefix("    boot: {") }
            .map { Block(line: $0.offset + 1, text: $0.element + "\n") }
    }
}
