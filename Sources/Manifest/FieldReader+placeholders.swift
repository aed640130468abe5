import Inventory
import YAML

/// Text that goes to the machine. Its `{{names}}` are filled in for each boot, so an unknown one shows when the repo is loaded.
extension FieldReader {
    /// nil for an empty text too.
    mutating func bootText(_ key: String, of parent: Node?) -> String? {
        guard let node = field(key, of: parent), let text = text(node), !text.isEmpty else { return nil }
        checkPlaceholders(of: text, at: node)
        return text
    }

    mutating func bootTexts(_ key: String, of parent: Node?) -> [String] {
        for item in field(key, of: parent)?.items ?? [] { checkPlaceholders(of: item.text, at: item) }
        if let node = field(key, of: parent), node.scalar != nil { checkPlaceholders(of: node.text, at: node) }
        return oneOrMoreTexts(key, of: parent)
    }

    mutating func checkPlaceholders(of text: String, at node: Node) {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return }
        for name in placeholderNames(in: text) where Placeholder(rawValue: name) == nil {
            error(
                node,
                "nothing is known under {{\(name)}}\(suggestion(for: name, among: Placeholder.allCases.map(\.rawValue)))"
            )
        }
    }
}

/// The names between `{{` and `}}`, as written.
private func placeholderNames(in text: String) -> [String] {
    var names: [String] = []
    var rest = text.utf8[...]
    while let open = rest.firstPair(UInt8(ascii: "{")) {
        rest = rest[rest.index(open, offsetBy: 2)...]
        guard let close = rest.firstPair(UInt8(ascii: "}")) else { break }
        names.append(String(decoding: rest[..<close], as: UTF8.self))
        rest = rest[rest.index(close, offsetBy: 2)...]
    }
    return names
}

extension Substring.UTF8View {
    fileprivate func firstPair(_ byte: UInt8) -> Index? {
        zip(indices, zip(self, dropFirst())).first { $0.1.0 == byte && $0.1.1 == byte }?.0
    }
}
