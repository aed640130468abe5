import Foundation
import Programs
import Testing
import YAML

/// A validator of JSON Schemas that knows nothing of us: Python's.
enum JSONSchema {
    /// With its library, which Debian's python3 has; another one in the search path may have it, too.
    private static let python = ["python3", "/usr/bin/python3"].first { python in
        (try? runToEnd([python, "-c", "import jsonschema"])) != nil
    }

    static var isThere: Bool { python != nil }
    static let missing: Comment = "needs Python's jsonschema (Debian: python3-jsonschema)"

    /// What the documents do against the schema, a line for each; empty when they follow it.
    static func errors(in documents: [Node], by schema: String) async throws -> String {
        let scratch = try Scratch()
        let text = try JSONSerialization.data(withJSONObject: documents.map(value))
        try scratch.write("documents.json", String(decoding: text, as: UTF8.self))
        let program = """
            import json, sys, jsonschema
            schema, documents = (json.load(open(path)) for path in sys.argv[1:])
            kind = jsonschema.validators.validator_for(schema)
            kind.check_schema(schema)
            for number, document in enumerate(documents):
                for error in kind(schema).iter_errors(document):
                    print(number, list(error.absolute_path), error.message[:200])
            """
        let run = try await CommandRun.run(
            ["/usr/bin/env", python ?? "python3", "-c", program, schema, scratch.path + "/documents.json"])
        guard run.status == 0 else { throw CommandFailed(description: run.errors) }
        return run.output
    }

    private static func value(_ node: Node) -> Any {
        switch node.resolved.kind {
        case .mapping: return Dictionary(node.mergedFields.map { ($0.0, value($0.1)) }) { first, _ in first }
        case .sequence: return node.items.map(value)
        default: break
        }
        if node.isNull { return NSNull() }
        if let text = node.string { return text }
        if let bool = node.bool { return bool }
        if let integer = node.integer { return integer }
        return Double(node.text) ?? node.text
    }
}

extension Node {
    fileprivate var mergedFields: [(String, Node)] { entries.map { ($0.key.text, $0.value) } }
}
