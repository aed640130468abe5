import Foundation
import Programs
import Testing

/// `bootlatch simulate` against a daemon of its own.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SimulateMachineTests {
    @Test(arguments: ["biosIPXE", "biosPXE"])
    func `an armed machine netboots, reports, and is refused afterwards`(firmware: String) async throws {
        let lab = try await CommandLab()
        try await lab.push(allowPXE: true)
        try await lab.bootlatch("reconcile")
        let first = try await lab.bootlatch(
            "simulate", CommandLab.mac, "--firmware", firmware, "--expect", "netboot", "--serial", "S1")
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.output.contains("DHCP DISCOVER"))
        #expect(first.output.contains("/kernel with 1 initrds, 5500 bytes"))
        #expect(first.output.contains("report success to http://127.0.0.1:"))
        let second = try await lab.bootlatch("simulate", CommandLab.mac, "--expect", "netboot")
        #expect(second.status == 1)
        #expect(second.output.contains("boots its disk"))
        #expect(try await lab.bootlatch("simulate", CommandLab.mac).status == 0)
        #expect(await lab.stop() == .exit(0))
    }

    @Test(arguments: ["5254.0012.3401", "52-54-00-12-34-01"])
    func `a machine that is off boots its disk`(mac: String) async throws {
        let lab = try await CommandLab()
        #expect(try await lab.bootlatch("simulate", mac, "--expect", "disk").status == 0)
        #expect(try await lab.bootlatch("simulate", mac, "--expect", "netboot").status == 1)
    }

    @Test func `beside a proxy the machine has an address from elsewhere`() async throws {
        let lab = try await CommandLab(dhcp: "proxy")
        try await lab.push(allowPXE: true)
        try await lab.bootlatch("reconcile")
        let run = try await lab.bootlatch(
            "simulate", CommandLab.mac, "--firmware", "biosPXE", "--report", "failed", "--expect", "netboot")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("lease 127.18.52.1 from another server (played)"))
        let why = try await lab.bootlatch("why", "node-01")
        #expect(why.output.contains("failed"))
    }

    @Test func `--report none says nothing to the webhook`() async throws {
        let lab = try await CommandLab(writeBack: "off")
        try await lab.push(allowPXE: true)
        try await lab.bootlatch("reconcile")
        let run = try await lab.bootlatch("simulate", CommandLab.mac, "--report", "none")
        #expect(run.status == 0)
        #expect(!run.output.contains("report "))
        #expect(try await lab.bootlatch("events", "node-01").output.contains("  report  ") == false)
        // The kernel is out and the report is not in: the machine has not failed yet.
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("localBoot, installing") && why.contains("its report is awaited until the deadline"))
    }

    @Test func `where DHCP is another server's it has to be named`() async throws {
        let lab = try await CommandLab(dhcp: "off")
        let run = try await lab.bootlatch("simulate", CommandLab.mac)
        #expect(run.status == 2)
        #expect(run.errors.contains("name that one with --server and --dhcp-port"))
    }

    @Test func `without a daemon it says where it looked`() async throws {
        let run = try await CommandRun.bootlatch("simulate", CommandLab.mac, "--set", "state=/nonexistent")
        #expect(run.status == 2)
        #expect(run.errors.contains("no /nonexistent/endpoints.json: is `bootlatch serve` running"))
    }

    @Test(arguments: [["5254"], [CommandLab.mac, "--uuid", "1"], [CommandLab.mac, "--server", "host"]])
    func `what is no MAC, UUID or address is said so`(arguments: [String]) async throws {
        let run = try await CommandRun.run([CommandRun.bootlatch, "simulate"] + arguments)
        #expect(run.status == 2)
        #expect(run.errors.contains("such as"))
    }
}
