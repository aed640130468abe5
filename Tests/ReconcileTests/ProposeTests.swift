import Foundation
import Git
import GitServers
import Inventory
import Journal
import Programs
import Reconcile
import Testing

/// `writeBack.branch` and `writeBack.signingKey`.
struct ProposeTests {
    private static let branch = "bootlatch/disarm"
    private static let macs = ["n1": "52:54:00:12:34:01", "n2": "52:54:00:12:34:02"]

    private func manifest(_ name: String, _ allow: Bool, comment: String = "") -> String {
        """
        # \(comment)
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: \(name)}
        spec:
          interfaces:
            - dhcp: {mac: "\(Self.macs[name] ?? "")"}
              netboot:
                allowPXE: \(allow)
                ipxe: {url: "http://lab/install.ipxe"}

        """
    }

    private func proposing(_ route: Route = .path, options: [String] = []) async throws -> Lab {
        var settings = WriteBack.Settings()
        settings.branch = Self.branch
        settings.pushOptions = options
        let lab = try await Lab(writeBack: settings, route: route)
        try lab.push(["inventory/n1.yaml": manifest("n1", false), "inventory/n2.yaml": manifest("n2", false)])
        _ = await lab.reconciler.reconcile()
        return lab
    }

    /// Arms a host, boots it, and takes its report.
    private func install(_ name: String, _ lab: Lab) async throws {
        try lab.push(["inventory/\(name).yaml": manifest(name, true)])
        _ = await lab.reconciler.reconcile()
        let mac = try #require(MACAddress(Self.macs[name] ?? ""))
        let arming = try #require(lab.gate.current.inventory[mac]?.arming)
        let boot = try await lab.journal.admit(Sighting(mac: mac), arming, at: lab.now)
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
    }

    private func remote(_ lab: Lab, _ arguments: String...) throws -> String {
        try Lab.git(arguments, in: lab.folder.appending(path: "remote.git"), mayFail: true)
    }

    private func proposals(_ lab: Lab) throws -> [String] {
        try remote(lab, "log", "--format=%s", "main..\(Self.branch)").split(separator: "\n").map(String.init)
    }

    @Test(arguments: [["merge", "-q", "--no-ff", "-m", "Merge"], ["merge", "-q", "--squash"]])
    func `what is owed waits in a branch, latched, until somebody merges it`(merge: [String]) async throws {
        let lab = try await proposing()
        try await install("n1", lab)
        let main = try remote(lab, "rev-parse", "main")
        let tip = try #require(try await lab.writeBack.flush())
        #expect(try proposals(lab) == ["Disable PXE for n1: provisioned"])
        #expect(try remote(lab, "rev-parse", "main") == main)
        let owed = try await lab.journal.owedIntents()
        #expect(owed.map(\.state) == [.proposed] && owed.first?.blockedBy?.contains(Self.branch) == true)
        #expect(lab.decision("52:54:00:12:34:01") == .localBoot(.spent(.provisioned)))
        // What waits already is not proposed again.
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try remote(lab, "rev-parse", Self.branch) == tip.hex + "\n")

        try lab.git("fetch", "-q")
        try Lab.git(merge + ["origin/\(Self.branch)"], in: lab.folder.appending(path: "clone"))
        try lab.push(["README": "merged"], "Squash, or what follows the merge")
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().isEmpty)
        #expect(lab.decision("52:54:00:12:34:01") == .localBoot(.off))
        let committed = try await lab.journal.events().contains { $0.event.kind == .committed }
        #expect(committed == merge.contains("--no-ff"))
    }

    @Test func `the branch is replaced when more is owed, or when a file of theirs changes, and not otherwise`()
        async throws
    {
        let lab = try await proposing()
        try await install("n1", lab)
        _ = try await lab.writeBack.flush()
        try await install("n2", lab)
        _ = try await lab.writeBack.flush()
        #expect(try proposals(lab) == ["Disable PXE for n2: provisioned", "Disable PXE for n1: provisioned"])
        try lab.push(["README": "of no concern"])
        #expect(try await lab.writeBack.flush() == nil)
        try lab.push(["inventory/n1.yaml": manifest("n1", true, comment: "a new comment")])
        #expect(try await lab.writeBack.flush() != nil)
        #expect(try remote(lab, "show", "\(Self.branch):inventory/n1.yaml").hasPrefix("# a new comment"))
        #expect(try proposals(lab).count == 2)
    }

    @Test func `a new arming withdraws the disarm of the one before`() async throws {
        let lab = try await proposing()
        try await install("n1", lab)
        _ = try await lab.writeBack.flush()
        try lab.push(["inventory/n1.yaml": manifest("n1", false)])
        try lab.push(["inventory/n1.yaml": manifest("n1", true)])
        _ = try await lab.writeBack.flush()
        #expect(try proposals(lab).isEmpty)
        guard case .netboot = lab.decision("52:54:00:12:34:01") else {
            Issue.record("\(lab.decision("52:54:00:12:34:01"))")
            return
        }
    }

    @Test func `a stranger's commit in the branch is left alone, with what to do`() async throws {
        let lab = try await proposing()
        try await install("n1", lab)
        _ = try await lab.writeBack.flush()
        try lab.git("fetch", "-q")
        try lab.git("checkout", "-q", "-b", "theirs", "origin/\(Self.branch)")
        try lab.git("commit", "-q", "--allow-empty", "-m", "A review")
        try lab.git("push", "-q", "origin", "HEAD:\(Self.branch)")
        try lab.git("checkout", "-q", "main")
        try await install("n2", lab)
        let error = await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(error?.description.contains("which is not ours: merge it or delete the branch") == true)
        #expect(try proposals(lab).first == "A review")
    }

    @Test(arguments: Route.installed)
    func `where main is protected, a push option asks for the merge that the latch waits for`(
        route: Route
    ) async throws {
        let lab = try await proposing(route, options: ["merge_request.create", "merge_request.target=main"])
        try await install("n1", lab)
        // As GitLab does: nobody pushes to main, and an option makes a merge request.
        try lab.installHook(
            "pre-receive",
            """
            while read old new ref; do
                test $ref != refs/heads/main || { echo 'main is protected' >&2; exit 1; }
                echo "$GIT_PUSH_OPTION_0 $GIT_PUSH_OPTION_1 $ref" >> requests
            done
            """)
        let main = try remote(lab, "rev-parse", "main")
        #expect(try await lab.writeBack.flush() != nil)
        let requests = try String(
            contentsOf: lab.site.appending(path: "remote.git/requests"), encoding: .utf8)
        #expect(requests == "merge_request.create merge_request.target=main refs/heads/\(Self.branch)\n")
        #expect(try remote(lab, "rev-parse", "main") == main)
        #expect(lab.decision("52:54:00:12:34:01") == .localBoot(.spent(.provisioned)))
        // The button "Merge": the server moves main by itself, and removes the branch.
        try lab.remote("update-ref", "refs/heads/main", "refs/heads/\(Self.branch)")
        try lab.remote("update-ref", "-d", "refs/heads/\(Self.branch)")
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision("52:54:00:12:34:01") == .localBoot(.off))
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().isEmpty)
        #expect(try lab.remote("for-each-ref", "--format=%(refname)") == "refs/heads/main")
    }

    @Test func `a server that takes no push options is told for one`() async throws {
        let lab = try await proposing(.gitDaemon, options: ["merge_request.create"])
        try lab.remote("config", "receive.advertisePushOptions", "false")
        try await install("n1", lab)
        await #expect(throws: GitError.self) { try await lab.writeBack.flush() }
        let reason = try #require(try await lab.reasons().first)
        #expect(reason.contains("the receiving end does not support push options"), "\(reason)")
        #expect(lab.decision("52:54:00:12:34:01") == .localBoot(.spent(.provisioned)))
    }

    @Test func `commits are signed, and git verifies them`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key").path
        try runToEnd(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        let allowed = folder.appending(path: "allowed").path
        let line = "bootlatch@localhost \(try String(contentsOfFile: key + ".pub", encoding: .utf8))"
        try line.write(toFile: allowed, atomically: true, encoding: .utf8)
        var settings = WriteBack.Settings()
        settings.signer = CommitSigner(key: key)
        let lab = try await Lab(writeBack: settings)
        try lab.push(["inventory/n1.yaml": manifest("n1", false)])
        _ = await lab.reconciler.reconcile()
        try await install("n1", lab)
        _ = try await lab.writeBack.flush()
        let ada = Person(name: "Ada", email: "ada@lab")
        _ = try await lab.writeBack.arm(try #require(MACAddress(Self.macs["n1"] ?? "")), by: ada, reason: nil)
        for commit in ["main~1", "main"] {
            let verified = try Lab.git(
                ["-c", "gpg.ssh.allowedSignersFile=\(allowed)", "verify-commit", commit],
                in: lab.folder.appending(path: "remote.git"))
            #expect(verified.contains("Good \"git\" signature for bootlatch@localhost"))
        }
        #expect(try remote(lab, "log", "-1", "--format=%an %cn", "main") == "Ada Bootlatch\n")
        #expect(try remote(lab, "fsck", "--strict") == "")
        // A key that can't sign leaves the commit owed, and says why.
        settings.signer = CommitSigner(key: folder.appending(path: "none").path)
        let unsigned = try await Lab(writeBack: settings)
        try unsigned.push(["inventory/n1.yaml": manifest("n1", false)])
        _ = await unsigned.reconciler.reconcile()
        try await install("n1", unsigned)
        let error = await #expect(throws: GitError.self) { try await unsigned.writeBack.flush() }
        #expect(error?.description.contains("the commit can't be signed with") == true)
        let owed = try await unsigned.journal.owedIntents()
        #expect(owed.count == 1 && owed.first?.blockedBy?.contains("can't be signed") == true)
    }
}
