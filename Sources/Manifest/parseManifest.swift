import Inventory
import YAML

/// Reads one file of the inventory repo. Kinds that Bootlatch does not know, and YAML that is no manifest, are passed over.
package func parseManifest(_ bytes: [UInt8], path: String) -> ParsedFile {
    var file = ParsedFile(path: path)
    var reader = FieldReader(path: path)
    if bytes.starts(with: lfsPointer.utf8) {
        reader.error(
            at: SourceLocation(path: path),
            "this is a Git LFS pointer, and Bootlatch does not follow it: commit the manifest itself")
    } else {
        do {
            try read(Parser.parse(bytes), with: &reader, into: &file)
        } catch {
            reader.error(
                at: SourceLocation(path: path, line: error.position.line, column: error.position.column), error.message)
        }
    }
    file.diagnostics = reader.diagnostics
    file.isBroken = reader.hasErrors
    // A broken file can't say what it would have held; a policy that nobody can read must hold its hosts all the same.
    file.mentionsPolicy =
        !file.policies.isEmpty || (file.isBroken && mentions("BootPolicy", bytes))
    return file
}

/// Whether an ASCII text stands somewhere, in UTF-8 or UTF-16.
private func mentions(_ text: String, _ bytes: [UInt8]) -> Bool {
    (isUTF16(bytes) ? bytes.filter { $0 != 0 } : bytes).firstRange(of: Array(text.utf8)) != nil
}

let lfsPointer = "version https://git-lfs.github.com/spec/v1"

private func read(_ tree: Tree, with reader: inout FieldReader, into file: inout ParsedFile) {
    reader.passOverEncrypted(tree)
    for manifest in manifests(in: tree) {
        switch manifest.kind {
        case .host(let dialect):
            if let host = reader.host(manifest.node, dialect) { file.hosts.append(host) }
        case .bootPolicy:
            if let policy = reader.bootPolicy(manifest.node) { file.policies.append(policy) }
        case .bootProfile:
            if let profile = reader.bootProfile(manifest.node) { file.profiles.append(profile) }
        case .unknownOfOurs(let name):
            reader.error(
                manifest.node["kind"] ?? manifest.node,
                "no kind \(shown(name))\(suggestion(for: name, among: ManifestKind.ours.map { "\(ManifestKind.group)/v1 \($0)" }))"
            )
        }
    }
    if let position = tree.firstUnicodeLineBreak, !file.hosts.isEmpty {
        reader.warning(
            at: SourceLocation(path: file.path, line: position.line, column: position.column),
            "NEL, U+2028 and U+2029 end a line for some YAML readers only: Bootlatch cannot edit this file until it is removed"
        )
    }
}
