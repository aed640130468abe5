import YAML

/// Whether a value is one that SOPS has encrypted. Its keys stay in clear.
func isEncrypted(_ text: String) -> Bool { text.utf8.starts(with: "ENC[".utf8) && text.utf8.last == UInt8(ascii: "]") }

let encryptedAdvice =
    "SOPS has encrypted this value, and Bootlatch reads what the repo holds: leave it in clear (SOPS' encrypted_regex says what to encrypt)"

extension Node {
    /// Whether SOPS has encrypted something of this document: it signs all of it under a key of its own.
    var isEncryptedBySOPS: Bool {
        guard let sops = self["sops"], sops["mac"] != nil else { return false }
        return sops["lastmodified"] != nil || sops["version"] != nil
    }

    /// Whether SOPS would refuse the document once a value that it left in clear is another.
    var isSealedBySOPS: Bool { isEncryptedBySOPS && self["sops"]?["mac_only_encrypted"]?.bool != true }

    /// Whether the keys of a document whose kind nobody can read are those of a host or a policy.
    var looksLikeManifest: Bool {
        let spec = self["spec"]
        return ["interfaces", "networkInterfaces", "bootMACAddress", "selector", "kernel"].contains { spec?[$0] != nil }
    }
}

extension FieldReader {
    /// Documents of which SOPS has encrypted the kind, so that they are passed over.
    mutating func passOverEncrypted(_ tree: Tree) {
        for document in tree.documents where document.isEncryptedBySOPS {
            guard let kind = document["kind"], let text = kind.string, isEncrypted(text) else { continue }
            if document.looksLikeManifest {
                let mac =
                    document["spec"]?["interfaces"]?.items.first?["dhcp"]?["mac"] ?? document["spec"]?["bootMACAddress"]
                error(
                    mac ?? kind,
                    "SOPS has encrypted this \(mac == nil ? "kind" : "MAC"), so that nobody knows whose file it is: "
                        + "leave apiVersion, kind and what Bootlatch reads in clear (SOPS' encrypted_regex says what to encrypt)"
                )
            } else {
                warning(
                    kind,
                    "SOPS has encrypted the kind, so that this document is passed over; if it is no manifest, "
                        + "keep it out of inventory.paths")
            }
        }
    }
}
