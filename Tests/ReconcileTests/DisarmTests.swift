import Foundation
import Git
import GitServers
import Inventory
import Journal
import Reconcile
import Testing

/// `bootlatch disarm`: the machine is refused at once, whatever becomes of the commit.
@Suite(.timeLimit(.minutes(10)))
struct DisarmTests {
    private let person = Person(name: "Ada", email: "ada@lab")

    private func mac(_ number: Int) throws -> MACAddress { try #require(MACAddress(Lab.mac(number))) }

    @Test func `the machine is refused before the remote has answered`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...1)
        let gate = lab.site.appending(path: "gate").path
        try #require(mkfifo(gate, 0o600) == 0)
        try lab.installHook("pre-receive", "read line < '\(gate)'")
        let (mac, person) = (try mac(1), person)
        let disarm = Task { try await lab.writeBack.disarm(mac, by: person, reason: "wrong rack") }
        // Opens when the hook does: the push stands still inside the server.
        let descriptor = try await Self.opened(gate)
        #expect(lab.state(1) == .localBoot(.spent(.disarmed)))
        // No commit of ours comes beside the person's; the flush waits for the remote, too.
        let flush = Task { try await lab.writeBack.flush() }
        #expect(write(descriptor, "go\n", 3) == 3)
        close(descriptor)
        let edit = try await disarm.value
        #expect(edit.commit != nil && edit.did == "turned off")
        #expect(try await flush.value == nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().isEmpty)
        let log = try lab.remoteLog("%an: %s").split(separator: "\n")
        #expect(log.first == "Ada: Disable PXE for n1: wrong rack")
        #expect(log.filter { $0.contains("Disable") }.count == 1)
    }

    private static func opened(_ fifo: String) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let descriptor = open(fifo, O_WRONLY)
                if descriptor < 0 {
                    continuation.resume(throwing: POSIXError(.EIO))
                } else {
                    continuation.resume(returning: descriptor)
                }
            }
        }
    }

    @Test func `nothing is owed for a machine that no manifest names any more, and it is owed again when one does`()
        async throws
    {
        let lab = try await Lab()
        try await lab.arm(1...1)
        try await lab.install(1)
        let manifest = Lab.manifest(1, isOn: true)
        try lab.push([Lab.path(1): manifest.replacing(Lab.mac(1), with: Lab.mac(2))])
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().map(\.state) == [.absent])
        #expect(try await lab.journal.intentCounts(naming: 10) == IntentCounts())
        try lab.push([Lab.path(1): manifest])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try await lab.journal.owedIntents().isEmpty)
    }

    @Test func `a commit that the remote refuses is owed, and comes when it is let in`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...1)
        try lab.installHook("pre-receive", "echo 'protected branch' >&2; exit 1")
        let edit = try await lab.writeBack.disarm(try mac(1), by: person, reason: "wrong rack")
        #expect(edit.commit == nil)
        #expect(edit.did.contains("refused from now on; the commit is owed: the remote refuses the commit"))
        #expect(edit.did.contains("protected branch"))
        #expect(lab.state(1) == .localBoot(.spent(.disarmed)))
        try lab.removeHook("pre-receive")
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try lab.remoteLog("%B").contains("by Ada <ada@lab>: wrong rack"))
    }

    @Test(arguments: Route.installed.filter { $0 != .path })
    func `a key that may only read does not keep it armed`(route: Route) async throws {
        let lab = try await Lab(route: route, mayWrite: false)
        try await lab.arm(1...1)
        let edit = try await lab.writeBack.disarm(try mac(1), by: person, reason: nil)
        #expect(edit.commit == nil && edit.did.contains("the commit is owed"))
        #expect(lab.state(1) == .localBoot(.spent(.disarmed)))
    }

    @Test func `an edit that would disarm others, too, is refused, and this machine all the same`() async throws {
        let lab = try await Lab()
        let shared = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: n1}
            spec:
              interfaces:
                - dhcp: {mac: "\(Lab.mac(1))"}
                  netboot: &shared {allowPXE: ON, ipxe: {url: "http://192.0.2.1/x"}}
                - dhcp: {mac: "\(Lab.mac(2))"}
                  netboot: *shared

            """
        try lab.push(["inventory/shared.yaml": shared.replacing("ON", with: "false")])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/shared.yaml": shared.replacing("ON", with: "true")])
        _ = await lab.reconciler.reconcile()
        #expect(lab.isLetIn(1) && lab.isLetIn(2))
        let edit = try await lab.writeBack.disarm(try mac(1), by: person, reason: nil)
        #expect(edit.commit == nil && edit.did.contains("inventory/shared.yaml:7"), "\(edit.did)")
        #expect(lab.state(1) == .localBoot(.spent(.disarmed)) && lab.isLetIn(2))
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().map(\.state) == [.blocked])
    }

    @Test func `what only observes says that the commit is the person's to make`() async throws {
        var settings = WriteBack.Settings()
        settings.isOn = false
        let lab = try await Lab(writeBack: settings, route: .gitDaemon)
        try await lab.arm(1...1)
        try lab.installHook("pre-receive", "exit 1")
        let edit = try await lab.writeBack.disarm(try mac(1), by: person, reason: nil)
        #expect(edit.did.contains("the commit is yours to make"))
        #expect(lab.state(1) == .localBoot(.spent(.disarmed)))
    }
}
