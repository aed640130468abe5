import Foundation
import Inventory
import Journal
import Programs
import Reconcile
import Testing

let signedMAC = "52:54:00:12:34:01"

func isInstalled(_ program: String) -> Bool {
    ["/usr/bin", "/usr/local/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
}

/// A host in rack a.
func signedNode(_ allow: Bool, labels: String = "rack: a", name: String = "node-01", note: String = "-") -> String {
    """
    apiVersion: tinkerbell.org/v1alpha1
    kind: Hardware
    metadata: {name: \(name), labels: {\(labels)}}  # \(note)
    spec:
      interfaces:
        - dhcp: {mac: "\(signedMAC)"}
          netboot: {allowPXE: \(allow), ipxe: {url: http://192.0.2.1/x}}

    """
}

func signingPolicy(_ spec: String, name: String = "lab") -> String {
    "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: \(name)}\nspec: {\(spec)}\n"
}

extension Lab {
    static let signersFile = "policies/allowed_signers"

    /// A lab whose repo knows ops' ssh key, and these files.
    static func signed(_ files: [String: String]) async throws -> Lab {
        let lab = try await Lab()
        for name in ["ops", "eve"] { try lab.makeKey(name) }
        try lab.edit(files.merging([signersFile: "ops \(try lab.key("ops"))\n"]) { $1 })
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab
    }

    func isArmed() async -> Bool {
        #expect(await reconciler.reconcile().failure == nil)
        return decision(signedMAC) == .netboot(.chain("http://192.0.2.1/x"))
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// A new ssh key.
    func makeKey(_ name: String) throws {
        try run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path(name))
    }

    /// Its public line.
    func key(_ name: String) throws -> String {
        try String(contentsOfFile: path(name) + ".pub", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    /// The commits from here on are signed with this ssh key.
    func sign(as name: String?) throws {
        try git("config", "gpg.format", "ssh")
        try git("config", "commit.gpgSign", "\(name != nil)")
        if let name { try git("config", "user.signingKey", path(name)) }
    }

    /// Pushes a commit of these files; those that are nil are removed.
    func edit(_ files: [String: String?]) throws {
        for (path, text) in files where text == nil {
            try FileManager.default.removeItem(atPath: self.path("clone/\(path)"))
        }
        try push(files.compactMapValues { $0 })
    }

    func alerts() async throws -> [String] {
        try await journal.events(of: nil, after: 0, limit: 1000).filter { $0.event.kind == .alert }.map(\.event.detail)
    }

    func run(_ arguments: String..., environment: [String: String] = [:]) throws {
        let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try runToEnd(arguments, environment: environment)
    }
}
