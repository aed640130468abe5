import Foundation
import Testing

/// What `bootlatch why` says of machines that might be one that waits to be seen.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OperatorsWhyTests {
    private func push(_ lab: CommandLab, _ files: [String: String]) async throws {
        let (clone, origin) = (lab.scratch.path + "/clone", lab.scratch.path + "/origin.git")
        try await CommandRun.git("-C", clone, "pull", "--quiet", "--rebase", origin, "main")
        for (path, text) in files { try lab.scratch.write("clone/" + path, text) }
        try await CommandRun.git("-C", clone, "add", ".")
        try await CommandRun.git("-C", clone, "commit", "--quiet", "-m", "Change the lab")
        try await CommandRun.git("-C", clone, "push", "--quiet", origin, "HEAD:main")
        try await lab.bootlatch("reconcile")
    }

    /// The daemon looks at what it saw after it has answered.
    private func why(_ lab: CommandLab, _ host: String, until says: (String) -> Bool) async throws -> String {
        try await eventually("why \(host) says so", within: .seconds(20)) {
            let output = try await lab.bootlatch("why", host).output
            return says(output) ? output : nil
        }
    }

    @Test func `a machine that asks from another network than its host's is told of where it is waited for`()
        async throws
    {
        let lab = try await CommandLab(dhcp: "proxy")
        let node = CommandLab.node.replacing("node-01", with: "shop-17").replacing(
            "    mac: 52:54:00:12:34:01\n        ", with: "    "
        )
        .replacing("namespace: lab}", with: "namespace: lab, labels: {serial: SHOP17}}")
        let policy = CommandLab.policy.replacing("{profile:", with: "{introduce: loader, profile:")
        try await push(lab, ["policies/lab.yaml": policy, "inventory/shop.yaml": node])
        try await push(lab, ["inventory/shop.yaml": node.replacing("allowPXE: false", with: "allowPXE: true")])
        let mac = "52:54:00:12:34:51"
        let run = try await lab.bootlatch("simulate", mac, "--serial", "SHOP17", "--expect", "disk")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let says = "an unknown machine, \(mac), asked from the network of 127."
        let text = try await why(lab, "shop-17") { $0.contains(says) }
        #expect(text.contains("waiting") && text.contains(says) && text.contains("outside of the host's"), "\(text)")
    }
}
