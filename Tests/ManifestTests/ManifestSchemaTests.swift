import Foundation
import Inventory
import Testing

@testable import Manifest

struct ManifestSchemaTests {
    private typealias Object = [String: Any]

    private func definitions() throws -> Object {
        let root = try JSONSerialization.jsonObject(with: Data(manifestSchema.utf8)) as? Object
        return try #require(root?["$defs"] as? Object)
    }

    private func properties(of schema: Any?) -> Object { (schema as? Object)?["properties"] as? Object ?? [:] }

    private func spec(of kind: String) throws -> Object {
        properties(of: properties(of: try definitions()[kind])["spec"])
    }

    /// JSON is YAML, so each example is a manifest.
    private func parse(_ kind: String, _ spec: Object) throws -> ParsedFile {
        let manifest: Object = [
            "apiVersion": "bootlatch.dev/v1", "kind": kind, "metadata": ["name": "p"], "spec": spec,
        ]
        let bytes = try JSONSerialization.data(withJSONObject: manifest, options: [.withoutEscapingSlashes])
        return parseManifest([UInt8](bytes), path: "p.yaml")
    }

    @Test func `the decoder takes every example`() throws {
        var examples = 0
        func expectTaken(_ kind: String, _ schema: Object, under path: [String]) throws {
            for (name, field) in schema {
                for value in (field as? Object)?["examples"] as? [Any] ?? [] {
                    var spec: Object = path.first.map { [$0: [name: value]] } ?? [name: value]
                    if kind == "BootProfile", name != "ipxe" { spec["kernel"] = spec["kernel"] ?? "vmlinuz" }
                    let diagnostics = try parse(kind, spec).diagnostics
                    #expect(diagnostics.isEmpty, "\(kind) \(path) \(name): \(diagnostics)")
                    examples += 1
                }
                try expectTaken(kind, properties(of: field), under: path + [name])
            }
        }
        for kind in ["BootPolicy", "BootProfile"] { try expectTaken(kind, try spec(of: kind), under: []) }
        #expect(examples > 30)
    }

    /// The fields that the decoders check for, as their sources list them.
    @Test(arguments: ["BootPolicyV1", "BootProfileV1", "FieldReader+freeze"])
    func `the schema has every field of the decoder, and no other`(file: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let source = try String(contentsOf: root.appending(path: "Sources/Manifest/\(file).swift"), encoding: .utf8)
        var known: Set<String> = []
        for list in source.matches(of: /known: (?:isWeekly \? )?(\[[^\]]*\](?: : \[[^\]]*\])?)/) {
            known.formUnion(list.1.matches(of: /"(\w+)"/).map { String($0.1) })
        }
        var described: Set<String> = []
        func collect(_ schema: Any?) {
            for (name, field) in properties(of: schema) {
                described.insert(name)
                if name != "metadata" { collect(field) }
            }
        }
        let definitions = try definitions()
        let names = ["BootPolicyV1": ["BootPolicy"], "BootProfileV1": ["BootProfile"]][file] ?? ["once", "weekly"]
        for name in names { collect(definitions[name]) }
        // `ownManifest` stands in the policy's file.
        if file == "BootProfileV1" { described.subtract(["apiVersion", "kind", "metadata", "spec"]) }
        #expect(known == described)
    }
}
