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
    let found = manifests(in: tree).filter { $0.kind == .hardwareV1Alpha1 }
        .flatMap { manifest in manifest.node.interfaceNumbers(of: change.mac).map { (manifest, $0) } }
    guard let (manifest, interface) = found.first else {
        throw EditRefusal("no interface here has the MAC \(change.mac) any more", at: SourceLocation(path: path))
    }
    guard found.count == 1 else {
        throw EditRefusal(
            "\(found.count) interfaces here have the MAC \(change.mac): leave it at one of them",
            at: SourceLocation(path: path))
    }
    guard let patch = manifest.node.patchV1Alpha1(for: change, interface: interface) else { return bytes }
    do {
        return try Edit.apply(manifest.wrap(patch), to: manifest.document, of: tree)
    } catch {
        throw EditRefusal(
            error.message, at: SourceLocation(path: path, line: error.position.line, column: error.position.column))
    }
}

extension Change {
    var mac: MACAddress {
        switch self {
        case .disarm(let mac), .arm(let mac, _), .annotate(let mac, _): mac
        }
    }
}

extension Node {
    fileprivate func interfaceNumbers(of mac: MACAddress) -> [Int] {
        (self["spec"]?["interfaces"]?.items ?? []).enumerated().compactMap { number, interface in
            let text = interface["dhcp"]?["mac"]?.string
            return text.flatMap { MACAddress($0) } == mac ? number : nil
        }
    }

    /// The change as values to set in this `Hardware`; nil when there is nothing to do.
    fileprivate func patchV1Alpha1(for change: Change, interface: Int) -> Patch? {
        let netboot = self["spec"]?["interfaces"]?.items[interface]["netboot"]
        var keys: [(key: String, patch: Patch)] = []
        switch change {
        case .annotate(_, let value):
            return .at("metadata", "annotations", "bootlatch.dev/arm", set: .text(value))
        case .disarm:
            guard let allowed = netboot?["allowPXE"], !allowed.isNull, allowed.bool != false else { return nil }
            keys.append(("allowPXE", .bool(false)))
            if netboot?["allowWorkflow"]?.bool == true { keys.append(("allowWorkflow", .bool(false))) }
        case .arm(_, let restoreWorkflow):
            keys.append(("allowPXE", .bool(true)))
            if restoreWorkflow { keys.append(("allowWorkflow", .bool(true))) }
        }
        return .at("spec", "interfaces", set: .item(interface, .at("netboot", set: .keys(keys))))
    }
}
