import Foundation
import Git
import Inventory
import Reconcile
import Testing

/// Templates stand outside of the folders that are read for manifests.
struct RepositoryTemplatesTests {
    private static let path = "templates/ubuntu/user-data"
    private static let mac = nodeAddress(1)

    private static let profile = """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: lab}
        spec: {profile: ubuntu}
        ---
        apiVersion: bootlatch.dev/v1
        kind: BootProfile
        metadata: {name: ubuntu}
        spec:
          kernel: vmlinuz
          args: ["s={{answerURL}}/"]
          answers: {user-data: \(path)}

        """

    private static func files(isOn: Bool) -> [String: String] {
        [nodePath(1): node(1, "\(isOn)", boots: "osie: {}"), "policies/lab.yaml": profile, path: "one {{mac}}\n"]
    }

    /// One machine, armed, with a template.
    private func armed() async throws -> Lab {
        let lab = try await Lab()
        for isOn in [false, true] {
            try lab.push(Self.files(isOn: isOn))
            try #require(await lab.reconciler.reconcile().failure == nil)
        }
        try #require(isLetIn(lab), "\(lab.decision(Self.mac))")
        return lab
    }

    private func isLetIn(_ lab: Lab) -> Bool {
        if case .netboot = lab.decision(Self.mac) { true } else { false }
    }

    private func template(_ lab: Lab) throws -> Template? {
        let mac = try #require(MACAddress(Self.mac))
        return lab.gate.current.inventory[mac]?.settings.profile?.answers["user-data"]?.template
    }

    private static func text(_ text: String) -> Template {
        Template([.text(text + " "), .value(["mac"]), .text("\n")])
    }

    @Test func `a template that a later commit changes is the new one, and arms nothing`() async throws {
        let lab = try await armed()
        #expect(try template(lab) == Self.text("one"))
        let arming = lab.gate.current.inventory[try #require(MACAddress(Self.mac))]?.arming
        try lab.push([Self.path: "two {{mac}}\n"])
        let pass = await lab.reconciler.reconcile()
        #expect(pass.failure == nil && pass.diagnostics == [])
        #expect(try template(lab) == Self.text("two"))
        #expect(isLetIn(lab))
        #expect(lab.gate.current.inventory[try #require(MACAddress(Self.mac))]?.arming == arming)
    }

    @Test func `a template that goes or breaks refuses, and its repair lets in, without another arming`() async throws {
        let lab = try await armed()
        let armings = lab.gate.current.ledger.records.count
        try lab.push([Self.path: "x\n{{hookUrl}}"])
        var pass = await lab.reconciler.reconcile()
        #expect(lab.decision(Self.mac) == .localBoot(.noPlan))
        #expect(pass.changed.map(\.after) == [.localBoot(.noPlan)])
        #expect(
            pass.diagnostics.map(\.description) == [
                "policies/lab.yaml:12:24: error: answers.user-data: \(Self.path):2: nothing is known under {{hookUrl}} (did you mean hookURL?). "
                    + "Nothing boots by profile ubuntu until then"
            ])
        try lab.git("rm", "-q", Self.path)
        try lab.push([:], "remove the template")
        pass = await lab.reconciler.reconcile()
        #expect(pass.diagnostics.first?.message.contains("there is no such file") == true)
        #expect(lab.decision(Self.mac) == .localBoot(.noPlan))
        try lab.push([Self.path: "three {{mac}}\n"])
        pass = await lab.reconciler.reconcile()
        #expect(pass.diagnostics == [])
        #expect(isLetIn(lab))
        #expect(try template(lab) == Self.text("three"))
        #expect(lab.gate.current.ledger.records.count == armings)
    }

    @Test func `after a restart, and with another profile file, the templates are those of the tip`() async throws {
        let lab = try await armed()
        try lab.push([Self.path: "two {{mac}}\n"])
        _ = await lab.reconciler.reconcile()
        let again = try await Lab(folder: lab.folder)
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(try template(again) == Self.text("two"))
        // Unchanged itself, and named from another file now.
        let parts = Self.profile.components(separatedBy: "---\n")
        try lab.push(["policies/lab.yaml": parts[0], "policies/p.yaml": parts[1]])
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(try template(again) == Self.text("two"))
        // The file breaks: its last good version is in force, with the template of the tip, also after a restart.
        try lab.push(["policies/p.yaml": parts[1] + "a: [", Self.path: "four {{mac}}\n"])
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(try template(again) == Self.text("four"))
        let third = try await Lab(folder: lab.folder)
        #expect(await third.reconciler.reconcile().failure == nil)
        #expect(try template(third) == Self.text("four"))
    }

    @Test(arguments: ["link", "folder", "large", "latin-1"])
    func `what is no template is told, whatever it is`(what: String) async throws {
        let lab = try await armed()
        let file = lab.site.appending(path: "clone/\(Self.path)")
        try FileManager.default.removeItem(at: file)
        let expected: String
        switch what {
        case "link":
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "elsewhere")
            expected = ": a symbolic link is never followed; commit the file itself"
        case "folder":
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            try "x".write(to: file.appending(path: "a"), atomically: true, encoding: .utf8)
            expected = ": there is no such file; commit it, or correct the path, which begins at the top of the repo"
        case "large":
            try Data(repeating: 0x61, count: 300_000).write(to: file)
            expected = ": it has 300000 bytes, more than the limit of 262144"
        default:
            try Data([0x61, 0xE4]).write(to: file)
            expected = ": it is not UTF-8; save it as that"
        }
        let workTree = try #require(try WorkTree.around(lab.site.appending(path: "clone").path))
        let onDisk = try await preview(lab).preview(workTree, on: head(lab))
        try lab.push([:])
        let pass = await lab.reconciler.reconcile()
        let message = "answers.user-data: \(Self.path)\(expected). Nothing boots by profile ubuntu until then"
        #expect(pass.diagnostics.map(\.message) == [message])
        #expect(lab.decision(Self.mac) == .localBoot(.noPlan))
        #expect(onDisk.diagnostics.map(\.message) == [message])
        #expect(onDisk.changes.map { "\($0.kind) \($0.after.reason)" } == ["held noPlan"])
    }

    @Test(arguments: [false, true])
    func `a preview sees templates as the daemon will`(asOne: Bool) async throws {
        let lab = try await armed()
        let first = try head(lab)
        try lab.push([Self.path: "two {{mac}}\n"])
        let second = try head(lab)
        try lab.push([Self.path: "{{"])
        let third = try head(lab)
        let edited = try await preview(lab).preview(from: first, to: second, asOne: asOne)
        #expect(edited.changes.map { "\($0.kind) \($0.detail)" } == ["changed other answers: user-data"])
        #expect(edited.changes.first?.since.location.path == Self.path)
        let broken = try await preview(lab).preview(from: first, to: third, asOne: asOne)
        #expect(broken.changes.map { "\($0.kind) \($0.after.reason)" } == ["held noPlan"])
        #expect(broken.changes.first?.detail.contains("\(Self.path):1: {{ without }}") == true)
        #expect(broken.diagnostics.count == 1)
        let repaired = try await preview(lab).preview(from: third, to: second, asOne: asOne)
        #expect(repaired.changes.map(\.kind) == [.armed])
        #expect(repaired.diagnostics == [])
    }

    @Test func `a work tree's template counts as it is on disk`() async throws {
        let lab = try await armed()
        let workTree = try #require(try WorkTree.around(lab.site.appending(path: "clone").path))
        #expect(try await preview(lab).preview(workTree, on: head(lab)).changes == [])
        try "three".write(
            to: lab.site.appending(path: "clone/\(Self.path)"), atomically: true, encoding: .utf8)
        let preview = try await preview(lab).preview(workTree, on: head(lab))
        #expect(preview.changes.map(\.detail) == ["other answers: user-data"])
    }

    private func head(_ lab: Lab) throws -> ObjectID {
        try #require(ObjectID(hex: try lab.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)))
    }

    private func preview(_ lab: Lab) throws -> Previewer {
        Previewer(
            repository: try Repository(bareAt: lab.site.appending(path: "clone/.git").path, create: false),
            paths: ["inventory", "policies"], signers: SignerPaths(), now: lab.now.wall)
    }
}
