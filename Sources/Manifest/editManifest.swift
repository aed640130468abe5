import Inventory
import YAML

/// Why an edit was not made, where, and what to do about it. The file stays as it is.
package struct EditRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package var location: SourceLocation
    package var message: String

    package init(_ message: String, at location: SourceLocation) {
        self.message = message
        self.location = location
    }

    package var description: String { "\(location): \(message)" }
}

/// A manifest's bytes with the change made, and nothing else; the same bytes when there is nothing to change.
///
/// The interface is looked up by its MAC in these bytes, so they may be newer than what the change was planned on.
package func editManifest(_ bytes: [UInt8], path: String, _ change: Change) throws(EditRefusal) -> [UInt8] {
    let tree: Tree
    do {
        tree = try Parser.parse(bytes)
    } catch {
        throw EditRefusal(
            error.message, at: SourceLocation(path: path, line: error.position.line, column: error.position.column))
    }
    var found: [(manifest: ManifestNode, permission: Permission)] = []
    for manifest in manifests(in: tree) {
        guard case .host(let dialect) = manifest.kind else { continue }
        found += manifest.node.permissions(of: change.mac, dialect).map { (manifest, $0) }
    }
    guard let (manifest, permission) = found.first else {
        let what = change.mac.isUnseen ? "waits for its MAC" : "has the MAC \(change.mac)"
        throw EditRefusal("no interface here \(what) any more", at: SourceLocation(path: path))
    }
    guard found.count == 1 else {
        throw EditRefusal(
            change.mac.isUnseen
                ? "\(found.count) interfaces here wait for the MAC of one machine: leave one of them without"
                : "\(found.count) interfaces here have the MAC \(change.mac): leave it at one of them",
            at: SourceLocation(path: path))
    }
    if manifest.root.isSealedBySOPS {
        let position = manifest.root["sops"]?["mac"]?.position ?? manifest.root.position
        throw EditRefusal(
            "SOPS signs this document as a whole and could not decrypt it any more after an edit: let it sign the encrypted values only "
                + "(mac_only_encrypted)",
            at: SourceLocation(path: path, line: position.line, column: position.column))
    }
    do {
        guard let patch = try permission.patch(for: change, of: manifest.node) else { return bytes }
        return try Edit.apply(manifest.wrap(patch), to: manifest.document, of: tree)
    } catch {
        throw EditRefusal(
            error.message, at: SourceLocation(path: path, line: error.position.line, column: error.position.column))
    }
}

extension Change {
    var mac: MACAddress {
        switch self {
        case .disarm(let mac), .arm(let mac, _), .annotate(let mac, _), .bind(let mac, _), .suspend(let mac, _),
            .resume(let mac):
            mac
        }
    }
}
