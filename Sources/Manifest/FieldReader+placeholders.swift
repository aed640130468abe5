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

    /// A file that we serve, by its artifact path, or an http(s) URL. In an URL every placeholder is filled in; a path is looked up as
    /// it stands, but for `{{artifacts}}/` at its start.
    mutating func artifact(_ key: String, under base: String? = nil, of parent: Node?) -> String? {
        guard let node = field(key, of: parent), let name = bootText(key, of: parent) else { return nil }
        checkArtifact(name, under: base, at: node)
        return name
    }

    /// One of them, or a list.
    mutating func artifacts(_ key: String, of parent: Node?) -> [String] {
        guard let node = field(key, of: parent) else { return [] }
        for item in node.scalar == nil ? node.items : [node] { checkArtifact(item.text, under: nil, at: item) }
        return bootTexts(key, of: parent)
    }

    /// What artifact paths stand under.
    mutating func artifactBase(_ key: String, of parent: Node?) -> String? {
        guard let node = field(key, of: parent), let base = bootText(key, of: parent) else { return nil }
        checkArtifact(base.hasSuffix("/") ? base : base + "/", under: nil, at: node)
        return base
    }

    private mutating func checkArtifact(_ name: String, under base: String?, at node: Node) {
        guard !name.contains("://"), base?.contains("://") != true else { return }
        var path = name[...]
        if base == nil, path.hasPrefix("{{"), let slash = path.firstIndex(of: "/"),
            path[..<slash].filter({ $0 != " " }) == "{{\(Placeholder.artifacts.rawValue)}}"
        {
            path = path[slash...]
        }
        // Unknown names have their own diagnostic.
        for name in placeholderNames(in: String(path)) where Placeholder(rawValue: name) != nil {
            error(
                node,
                "{{\(name)}} is not filled in here: an artifact path may only start with {{artifacts}}/; leave it out, or give an http(s) URL"
            )
        }
    }

    mutating func checkPlaceholders(of text: String, at node: Node) {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return }
        for name in placeholderNames(in: text) where Placeholder(rawValue: name) == nil {
            error(
                node,
                "nothing is known under {{\(shown(name))}}\(suggestion(for: name, among: Placeholder.allCases.map(\.rawValue)))"
            )
        }
    }
}

/// The names between `{{` and `}}`, without the spaces that may stand around them.
private func placeholderNames(in text: String) -> [String] {
    var names: [String] = []
    var rest = text.utf8[...]
    while let open = rest.firstPair(UInt8(ascii: "{")) {
        rest = rest[rest.index(open, offsetBy: 2)...]
        guard let close = rest.firstPair(UInt8(ascii: "}")) else { break }
        names.append(String(decoding: rest[..<close].filter { $0 != UInt8(ascii: " ") }, as: UTF8.self))
        rest = rest[rest.index(close, offsetBy: 2)...]
    }
    return names
}

extension Substring.UTF8View {
    fileprivate func firstPair(_ byte: UInt8) -> Index? {
        zip(indices, zip(self, dropFirst())).first { $0.1.0 == byte && $0.1.1 == byte }?.0
    }
}
