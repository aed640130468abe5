import Foundation
import Programs
import Testing

/// Machines whose MAC nobody knows, against a daemon and a repo of their own.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DaemonIntroduceTests {
    private static let mac = "52:54:00:12:34:51"
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"

    private func manifest(_ labels: String, isOn: Bool, mac: String? = nil) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata:
          name: shop-17
          namespace: edge
          labels: {\(labels)}   # printed on the lid
        spec:
          interfaces:
            - dhcp:
                ip: {address: 127.18.52.81, netmask: 255.0.0.0}\(mac.map { "\n        mac: \"\($0)\"" } ?? "")
              netboot:
                allowPXE: \(isOn)   # one install

        """
    }

    private func push(_ lab: CommandLab, _ text: String, policy: String? = nil) async throws {
        let (clone, origin) = (lab.scratch.path + "/clone", lab.scratch.path + "/origin.git")
        try await CommandRun.git("-C", clone, "pull", "--quiet", "--rebase", origin, "main")
        try lab.scratch.write("clone/inventory/shop.yaml", text)
        if let policy { try lab.scratch.write("clone/policies/lab.yaml", policy) }
        try await CommandRun.git("-C", clone, "add", ".")
        try await CommandRun.git("-C", clone, "commit", "--quiet", "-m", "Change shop-17")
        try await CommandRun.git("-C", clone, "push", "--quiet", origin, "HEAD:main")
        try await lab.bootlatch("reconcile")
    }

    /// Registers shop-17 without its MAC, and turns it on.
    private func register(_ labels: String, dhcp: String, writeBack: String = "push", introduce: Bool = false)
        async throws
        -> CommandLab
    {
        let lab = try await CommandLab(dhcp: dhcp, writeBack: writeBack)
        try lab.scratch.write("loaders/snponly.efi", String(repeating: "l", count: 5000))
        let policy = introduce ? CommandLab.policy.replacing("{profile:", with: "{introduce: loader, profile:") : nil
        try await push(lab, manifest(labels, isOn: false), policy: policy)
        try await push(lab, manifest(labels, isOn: true))
        return lab
    }

    private func log(_ lab: CommandLab, _ format: String) async throws -> String {
        try await CommandRun.git("-C", lab.scratch.path + "/origin.git", "log", "--format=\(format)", "main")
    }

    private func inRemote(_ lab: CommandLab) async throws -> String {
        try await CommandRun.git("-C", lab.scratch.path + "/origin.git", "show", "main:inventory/shop.yaml") + "\n"
    }

    @Test(arguments: [
        ("serial: SHOP17", "proxy", "biosPXE", true), ("uuid: \(uuid), serial: shop17", "server", "biosIPXE", false),
        ("uuid: \(uuid)", "server", "uefiHTTP", false),
    ])
    func `a machine is seen, bound by a commit, installed, and disarmed by the next`(
        labels: String, dhcp: String, firmware: String, introduce: Bool
    ) async throws {
        let lab = try await register(labels, dhcp: dhcp, introduce: introduce)
        let status = try await lab.bootlatch("status", "shop-17").output
        #expect(status.contains(#/edge\/shop-17 +- +waiting/#), "\(status)")
        #expect(try await lab.bootlatch("why", "shop-17").output.contains("NO its MAC is known: waiting"))
        let run = try await lab.bootlatch(
            "simulate", Self.mac, "--uuid", Self.uuid, "--serial", "SHOP17", "--firmware", firmware, "--expect",
            "netboot")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("its MAC is being written into the inventory"))
        #expect(run.output.contains("/kernel with 1 initrds, 5500 bytes"))
        let subjects = ["Disable PXE for edge/shop-17: provisioned", "Bind edge/shop-17 to \(Self.mac)"]
        try await eventually("both commits") {
            try await log(lab, "%s").hasPrefix(subjects.joined(separator: "\n")) ? true : nil
        }
        #expect(try await inRemote(lab) == manifest(labels, isOn: false, mac: Self.mac))
        #expect(try await log(lab, "%(trailers:key=Bootlatch-Evidence,valueonly)").contains("serial SHOP17"))
        let events = try await lab.bootlatch("events", "shop-17").output
        for kind in ["armed", "seen", "moved", "boot", "report", "committed"] {
            #expect(events.contains("  \(kind)  "))
        }
        #expect(await lab.stop() == .exit(0))
    }

    @Test(arguments: [
        (uuid, "OTHER", "push", "not bound: it shows the serial OTHER, and the manifest names SHOP17"),
        (uuid, "SHOP17", "off", "not bound: writeBack.mode is off: write the MAC into the manifest"),
    ])
    func `a machine that is not for sure the one is refused, and the events say why`(
        uuid: String, serial: String, writeBack: String, reason: String
    ) async throws {
        let lab = try await register("uuid: \(Self.uuid), serial: SHOP17", dhcp: "server", writeBack: writeBack)
        let tip = try await lab.tip()
        for _ in 1...2 {
            let run = try await lab.bootlatch(
                "simulate", Self.mac, "--uuid", uuid, "--serial", serial, "--expect", "disk")
            #expect(run.status == 0, "\(run.output)\(run.errors)")
        }
        let events = try await lab.bootlatch("events", "shop-17").output
        #expect(events.components(separatedBy: reason).count == 2, "\(events)")
        #expect(try await lab.tip() == tip)
        #expect(try await lab.bootlatch("status", "shop-17").output.contains("waiting"))
    }

    @Test func `the machines of a network that is introduced are told apart by their serial`() async throws {
        let lab = try await register("serial: SHOP17", dhcp: "proxy", introduce: true)
        let tip = try await lab.tip()
        let run = try await lab.bootlatch("simulate", Self.mac, "--serial", "SHOP18", "--expect", "disk")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(
            try await lab.bootlatch("events").output.contains(
                "not bound: no host that waits to be seen has this UUID or serial"))
        #expect(try await lab.tip() == tip)
    }

    @Test func `once nobody waits any more a MAC that nobody knows gets nothing`() async throws {
        let lab = try await register("serial: SHOP17", dhcp: "proxy", introduce: true)
        try await push(lab, manifest("serial: SHOP17", isOn: false))
        let run = try await lab.bootlatch("simulate", Self.mac, "--serial", "SHOP17", "--expect", "disk")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(!run.output.contains("script.ipxe"))
        #expect(try await lab.bootlatch("status", "shop-17").output.contains("off"))
    }
}
