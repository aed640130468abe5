import Foundation
import GitServers
import Inventory
import Journal
import Reconcile
import Testing

/// Machines by number: 7 is the host `n7` with the MAC 52:54:00:12:34:07.
extension Lab {
    static func mac(_ number: Int) -> String { "52:54:00:12:34:" + (number < 10 ? "0" : "") + "\(number)" }

    static func path(_ number: Int) -> String { "inventory/n\(number).yaml" }

    static func manifest(_ number: Int, isOn: Bool, comment: String = "one install only") -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: n\(number), annotations: {bootlatch.dev/arm: never}}
        spec:
          interfaces:
            - dhcp: {mac: "\(mac(number))"}
              netboot:
                allowPXE: \(isOn)  # \(comment)
                ipxe: {url: "http://lab/install.ipxe"}

        """
    }

    static func files(_ numbers: ClosedRange<Int>, isOn: Bool) -> [String: String] {
        Dictionary(uniqueKeysWithValues: numbers.map { (path($0), manifest($0, isOn: isOn)) })
    }

    /// Machines that were off, and are armed now.
    func arm(_ numbers: ClosedRange<Int>) async throws {
        for isOn in [false, true] {
            try push(Self.files(numbers, isOn: isOn), isOn ? "arm" : "take stock")
            try #require(await reconciler.reconcile().failure == nil)
        }
    }

    /// A machine is let in, and reports that it is installed.
    func install(_ number: Int) async throws {
        let mac = try #require(MACAddress(Self.mac(number)))
        let arming = try #require(gate.current.inventory[mac]?.arming)
        let boot = try await journal.admit(Sighting(mac: mac), arming, at: now)
        let reported = try await journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: now.wall)
        #expect(reported == .spent([arming]))
    }

    func state(_ number: Int) -> Decision { decision(Self.mac(number)) }

    func isLetIn(_ number: Int) -> Bool {
        if case .netboot = state(number) { true } else { false }
    }

    /// In the bare repository; fails as git does.
    @discardableResult
    func remote(_ arguments: String...) throws -> String {
        try Self.git(arguments, in: site.appending(path: "remote.git")).trimmingCharacters(in: .newlines)
    }

    /// A commit of a person's with exactly these bytes, past every work tree.
    func store(_ files: [String: String], in branch: String = "main") throws {
        let ref = "refs/heads/\(branch)"
        var stream = "commit \(ref)\ncommitter Ada <ada@lab> 1800000000 +0000\ndata 1\nx\n"
        if try !remote("for-each-ref", ref).isEmpty { stream += "from \(ref)^0\n" }
        for (path, text) in files { stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n" }
        let bare = site.appending(path: "remote.git").path
        try program("git", ["-C", bare, "fast-import", "--quiet"], input: Data(stream.utf8))
    }

    /// Subjects of the branch's disarm commits, in order of their hosts.
    func disarms() throws -> [String] {
        try remoteLog("%s").split(separator: "\n").map(String.init).filter { $0.hasPrefix("Disable PXE") }.sorted()
    }

    /// Why the repo does not have it yet.
    func reasons() async throws -> [String] { try await journal.owedIntents().map { $0.blockedBy ?? "" } }

    /// A hook of the remote's; by a program, so that nobody who forks meanwhile keeps it open for writing.
    func installHook(_ name: String, _ script: String) throws {
        let file = site.appending(path: "remote.git/hooks/\(name)")
        try "#!/bin/sh\n\(script)\n".write(to: file.appendingPathExtension("text"), atomically: true, encoding: .utf8)
        try Self.run(["install", "-m", "755", file.path + ".text", file.path], in: site)
    }

    func removeHook(_ name: String) throws {
        try FileManager.default.removeItem(at: site.appending(path: "remote.git/hooks/\(name)"))
    }
}
