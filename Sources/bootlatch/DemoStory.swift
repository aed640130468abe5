import Foundation
import Inventory
import Manifest
import Simulate
import Web

/// One run of the loop, told step by step. What a step claims is seen from outside the daemon: by `git` in the remote, and by what
/// the software machine received.
struct DemoStory: Sendable {
    let machine: DemoMachine
    let repo: DemoRepo
    let daemon: DemoDaemon
    let endpoints: EndpointsFile

    private var client: Client { Client(socket: daemon.settings.socket) }
    private var name: String { machine.host }

    /// - Throws: `DemoFailure` with the step that was not as it should be.
    func tellLoop() async throws {
        try await step(.off, bootWhileOff)
        let armed = try await step(.push, pushAnArmingCommit)
        try await step(.armed) { try await waitUntilArmed(by: armed) }
        let hook = try await step(.netboot, install)
        let reported = try await step(.report) { try await report(to: hook) }
        try await step(.refused) { try await bootAgain(since: reported, armedBy: armed) }
        let disarm = try await step(.commit) { try await waitForDisarm(of: armed) }
        try await step(.disk, bootAfterwards)
        tell("")
        tell("What Bootlatch wrote, as `git show` has it:")
        tell("")
        tell(try repo.show(disarm))
    }

    private func bootWhileOff() async throws {
        let reason = try await bootDisk()
        tell(.off, "\(name) powers on: DHCP leases it \(machine.address), and it boots its disk")
        tell("            \(reason)")
    }

    private func pushAnArmingCommit() async throws -> String {
        let bytes = try editManifest(
            try repo.read(machine.path), path: machine.path, .arm(machine.machine.mac, restoreWorkflow: false))
        let commit = try repo.change(machine.path, to: bytes, "Reinstall \(machine.name)")
        try repo.push()
        let tip = try repo.tip()
        guard tip == commit else {
            throw DemoUnmet("the remote is at \(tip.prefix(8)), not at Ada's \(commit.prefix(8))")
        }
        guard try repo.commit(tip).author == DemoRepo.ada.name else { throw DemoUnmet("the commit is not Ada's") }
        tell(.push, "Ada sets allowPXE: true in \(machine.path), commits \(commit.prefix(8)) and pushes")
        return commit
    }

    private func waitUntilArmed(by commit: String) async throws {
        let pass: ReconcileReply = try await client.post("/v1/reconcile", ReconcileRequest())
        let status: StatusReply = try await client.get("/v1/status", ["host": "\(machine.machine.mac)"])
        let interface = status.hosts.first?.interfaces.first { $0.mac == "\(machine.machine.mac)" }
        guard let arming = interface?.arming, interface?.decision == "netboot", arming.armedBy.commit == commit else {
            let seen = pass.failure ?? interface.map { "\($0.reason), \($0.explanation)" } ?? "unknown to the daemon"
            throw DemoUnmet("\(name) is not armed by \(commit.prefix(8)): \(seen)")
        }
        tell(
            .armed,
            "it may netboot once, by \(arming.armedBy.location), \(arming.armedBy.author), until \(arming.deadline)")
    }

    private func install() async throws -> Hook {
        let (outcome, steps) = try await boot()
        guard case .booted(let kernel) = outcome else {
            let last = steps.last { $0.direction == .received }?.text ?? "none"
            throw DemoUnmet("\(name) was to boot an installer, but \(outcome.summary); the last answer it got: \(last)")
        }
        let expected = DemoSettings.sizes.kernel + machine.initrds.count * DemoSettings.sizes.initrd
        let loader = steps.filter { $0.layer == .tftp && $0.direction == .received }.map(\.bytes).max() ?? 0
        guard kernel.bytes == expected, loader == DemoSettings.sizes.loader else {
            throw DemoUnmet("\(kernel.bytes) of \(expected) bytes came, and \(loader) of the loader")
        }
        guard let hook = kernel.hook else {
            throw DemoUnmet(
                "the installer is told no webhook: its kernel arguments lack {{hookURL}}: \(kernel.arguments)")
        }
        tell(
            .netboot, "\(name) powers on: DHCP names \(machine.loader), TFTP sends its \(loader) bytes, HTTP a script,")
        tell("            kernel and initrd, \(kernel.bytes) bytes; the kernel is told where to report")
        return hook
    }

    private func report(to hook: Hook) async throws -> ContinuousClock.Instant {
        let answer = try await hook.send()
        guard answer.status == 200 else { throw DemoUnmet("the webhook answered \(answer.status): \(answer.text)") }
        tell(.report, "the installer has written the disk and posts the webhook: 200, the arming is spent")
        return .now
    }

    private func bootAgain(since reported: ContinuousClock.Instant, armedBy armed: String) async throws {
        let reason = try await bootDisk()
        let milliseconds = Int((ContinuousClock.now - reported) / .milliseconds(1))
        let manifest = try repo.tip() == armed ? "the remote still says allowPXE: true, and " : ""
        tell(.refused, "\(manifest)\(name) boots its disk, \(milliseconds) ms after the report")
        tell("            \(reason)")
    }

    private func waitForDisarm(of armed: String) async throws -> String {
        note("waiting for the disarm to arrive in the remote")
        let found = try await eventually(within: .seconds(15)) {
            try repo.tip() == armed ? nil : try repo.commit("main")
        }
        guard let commit = found else { throw DemoUnmet("nobody has committed the disarm to the remote within 15 s") }
        let manifest = parseManifest(try repo.blob(machine.path, at: commit.id), path: machine.path)
        let interface = manifest.hosts.flatMap(\.interfaces).first { $0.mac == machine.machine.mac }
        guard commit.parents == [armed], commit.files == [machine.path], commit.trailers["Host"] == name,
            commit.trailers["Reason"] == "provisioned", interface?.isOn == false
        else {
            throw DemoUnmet(
                "the commit \(commit.id.prefix(8)) `\(commit.subject)` on \(commit.parents) is no disarm of \(name): \(commit.files), \(commit.trailers)"
            )
        }
        tell(.commit, "\(commit.id.prefix(8)) by \(commit.author) is in the remote: \(commit.subject)")
        return commit.id
    }

    private func bootAfterwards() async throws {
        let pass: ReconcileReply = try await client.post("/v1/reconcile", ReconcileRequest())
        if let failure = pass.failure { throw DemoUnmet(failure) }
        let reason = try await bootDisk()
        tell(.disk, "\(name) reboots, and boots its disk, now and until somebody turns it on again")
        tell("            \(reason)")
    }

    /// Boots the machine, and sees to it that our DHCP server leased its address: silence would lead to the disk too.
    ///
    /// - Returns: why it went there.
    private func bootDisk() async throws -> String {
        let (outcome, steps) = try await boot()
        guard case .localDisk(let reason) = outcome else {
            throw DemoUnmet("\(name) was to boot its disk, but \(outcome.summary)")
        }
        let lease = "yiaddr=\(machine.address)"
        let isLeased = steps.contains {
            $0.layer == .dhcp && $0.direction == .received && $0.text.split(separator: " ").contains { $0 == lease }
        }
        guard isLeased else { throw DemoUnmet("\(name) got no lease of \(machine.address): \(reason)") }
        return reason
    }

    private func boot() async throws -> (BootOutcome, [Transcript.Step]) {
        guard let listener = endpoints.boot.first, let address = IPv4Address(listener.address), let dhcp = listener.dhcp
        else { throw DemoUnmet("the daemon serves no DHCP") }
        var network = Network()
        // A busy computer may answer late; one that never answers fails the step anyway.
        network.timing.tries = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
        let transcript = Transcript()
        let outcome = try await machine.machine.boot(
            against: .init(address: address, dhcpPort: dhcp, tftpPort: listener.tftp, httpPort: listener.http),
            over: network, transcript: transcript)
        return (outcome, transcript.steps)
    }
}

extension DemoStory {
    private func step<Result>(_ step: DemoStep, _ body: () async throws -> Result) async throws -> Result {
        try await Demo.step(step, body)
    }
}

/// One line of the story, with the name of its step.
func tell(_ step: DemoStep, _ text: String) {
    let number = (DemoStep.allCases.firstIndex(of: step) ?? 0) + 1
    let label = (number < 10 ? " " : "") + "\(number) \(step.rawValue)"
    tell(label.padding(toLength: 12, withPad: " ", startingAt: 0) + text)
}
