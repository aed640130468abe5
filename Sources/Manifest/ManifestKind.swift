import Inventory
import YAML

/// The kinds of manifests that Bootlatch reads.
enum ManifestKind: Equatable {
    case host(Dialect)
    case bootPolicy
    case bootProfile
    /// Our API group, with a kind or version that does not exist.
    case unknownOfOurs(String)

    static let group = "bootlatch.dev"
    static let ours = ["BootPolicy", "BootProfile"]

    /// nil for everybody else's kinds.
    init?(apiVersion: String, kind: String) {
        switch (apiVersion, kind) {
        case ("tinkerbell.org/v1alpha1", "Hardware"): self = .host(.hardwareV1Alpha1)
        case ("tinkerbell.org/v1alpha2", "Hardware"): self = .host(.hardwareV1Alpha2)
        case ("metal3.io/v1alpha1", "BareMetalHost"): self = .host(.bareMetalHost)
        case ("bootlatch.dev/v1", "BootPolicy"): self = .bootPolicy
        case ("bootlatch.dev/v1", "BootProfile"): self = .bootProfile
        default:
            guard apiVersion.hasPrefix(Self.group + "/") else { return nil }
            self = .unknownOfOurs("\(apiVersion) \(kind)")
        }
    }
}

/// A manifest in a file: a document of its own, or an item of a `List`.
struct ManifestNode {
    var kind: ManifestKind
    var node: Node
    /// The document's own node, where `node` is an item of it.
    var root: Node
    var document: Int
    /// Its number in the `List` that holds it.
    var item: Int?

    /// A patch of this manifest as a patch of its document.
    func wrap(_ patch: Patch) -> Patch {
        guard let item else { return patch }
        return .at("items", set: .item(item, patch))
    }
}

/// The manifests of all documents. The items of a `HardwareList` may leave out their kind, as Kubernetes' own do.
func manifests(in tree: Tree) -> [ManifestNode] {
    var result: [ManifestNode] = []
    for (document, node) in tree.documents.enumerated() {
        guard let apiVersion = node["apiVersion"]?.string, let kind = node["kind"]?.string else { continue }
        guard kind.hasSuffix("List"), let items = node["items"] else {
            if let kind = ManifestKind(apiVersion: apiVersion, kind: kind) {
                result.append(ManifestNode(kind: kind, node: node, root: node, document: document))
            }
            continue
        }
        for (number, item) in items.items.enumerated() {
            let itemVersion = item["apiVersion"]?.string ?? apiVersion
            let itemKind = item["kind"]?.string ?? String(kind.dropLast("List".count))
            guard let kind = ManifestKind(apiVersion: itemVersion, kind: itemKind) else { continue }
            result.append(ManifestNode(kind: kind, node: item, root: node, document: document, item: number))
        }
    }
    return result
}
