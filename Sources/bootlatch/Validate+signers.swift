import Foundation
import Git
import Reconcile

extension Validate {
    /// Under which names there are keys, where they are outside of the repo or in one of these folders; nil where nobody can tell.
    func names(of signers: SignerPaths, in roots: [String]) async -> Set<String>? {
        guard let ssh = Self.place(of: signers.ssh, in: roots), let openPGP = Self.place(of: signers.openPGP, in: roots)
        else { return nil }
        var keys = SigningKeys()
        keys.ssh = FileManager.default.contents(atPath: ssh).map { [UInt8]($0) }
        let names = try? FileManager.default.contentsOfDirectory(atPath: openPGP).filter { $0.hasSuffix(".asc") }
        let files = names.map { $0.sorted().map { "\(openPGP)/\($0)" } } ?? [openPGP]
        keys.openPGP = files.compactMap { FileManager.default.contents(atPath: $0).map { [UInt8]($0) } }
        return try? await signerNames(in: keys)
    }

    /// Where a path of the repo would stand, did one of these folders hold it: `policies/keys` in `/srv/lab/policies`, or in `/srv/lab`.
    private static func place(of path: String, in roots: [String]) -> String? {
        if path.hasPrefix("/") { return path }
        let parts = path.split(separator: "/")
        for root in roots {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
                continue
            }
            let standing = URL(filePath: root).standardizedFileURL.path.split(separator: "/")
            for count in (0..<parts.count).reversed() where standing.suffix(count).elementsEqual(parts.prefix(count)) {
                let rest = parts.dropFirst(count).joined(separator: "/")
                // Of the repo's root nothing is known but what lies in it.
                if count > 0 || FileManager.default.fileExists(atPath: "\(root)/\(parts[0])") {
                    return "\(root)/\(rest)"
                }
            }
        }
        return nil
    }
}
