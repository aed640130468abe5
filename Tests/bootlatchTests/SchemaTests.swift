import Foundation
import Testing
import YAML

/// The schema that `bootlatch schema` prints, by a validator that knows nothing of us.
@Suite(.enabled(if: JSONSchema.isThere, JSONSchema.missing))
struct SchemaTests {
    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func errors(in documents: [Node]) async throws -> String {
        let scratch = try Scratch()
        try scratch.write("schema.json", try await CommandRun.bootlatch("schema").output)
        return try await JSONSchema.errors(in: documents, by: scratch.path + "/schema.json")
    }

    private static func documents(_ text: String) throws -> [Node] { try Parser.parse(Array(text.utf8)).documents }

    @Test func `it takes the policies and profiles of the sample lab and the examples`() async throws {
        let names = FileManager.default.enumerator(atPath: Self.root.path)?.compactMap { $0 as? String } ?? []
        let files = names.filter {
            ($0.hasPrefix("policies/") || $0.hasPrefix("examples/") && $0.contains("/policies/"))
                && $0.hasSuffix(".yaml")
        }
        #expect(files.count > 3, "\(files)")
        for file in files {
            let text = try String(contentsOf: Self.root.appending(path: file), encoding: .utf8)
            let documents = try Self.documents(text)
            #expect(!documents.isEmpty)
            #expect(try await errors(in: documents) == "", "\(file)")
        }
    }

    @Test func `it takes what the README shows`() async throws {
        let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        let documents = blocks.flatMap { (try? Self.documents($0)) ?? [] }
        let ours = documents.filter { $0["apiVersion"]?.text == "bootlatch.dev/v1" }
        #expect(ours.count > 3)
        #expect(try await errors(in: ours) == "")
    }

    static let wrong = [
        "{}", "a", "[]", "metadata: {name: a}", "spec: {netboot: never}", "spec: {netboot: maybe}",
        "spec: {unknown: 1}",
        "spec: {expireAfter: 24}", "spec: {expireAfter: soon}", "spec: {attempts: {full: none}}",
        "spec: {freeze: always}",
        "spec: {freeze: [{from: 2026-12-20}]}", "spec: {require: {signedBy: 1}}", "spec: {require: {serial: \"yes\"}}",
        "spec: {selector: {labels: {}}}", "spec: {limits: {armedAtOnce: -1}}", "spec: {refuse: {pxe: loud}}",
        "spec: {introduce: everybody}", "spec: []",
    ]

    @Test(arguments: wrong)
    func `it refuses what is wrong, as the decoder does`(text: String) async throws {
        let isWhole = !text.hasPrefix("spec: ") || text == "spec: {netboot: never}"
        let head = isWhole ? "" : "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: a}\n"
        #expect(try await errors(in: Self.documents(head + text + "\n")) != "")
        let scratch = try Scratch()
        try scratch.write("wrong.yaml", head + text + "\n")
        let run = try await CommandRun.bootlatch("validate", scratch.path + "/wrong.yaml")
        #expect(run.status == 1 || isWhole, "\(run.output)")
    }

    @Test func `it refuses a profile that boots nothing, and another version`() async throws {
        let head = "apiVersion: bootlatch.dev/v1\nkind: BootProfile\nmetadata: {name: a}\n"
        for text in [head, head + "spec: {kernel: [a]}\n", head.replacing("/v1", with: "/v2") + "spec: {kernel: a}\n"] {
            #expect(try await errors(in: Self.documents(text)) != "", "\(text)")
        }
        #expect(try await errors(in: Self.documents(head + "spec: {kernel: a}\n")) == "")
    }
}
