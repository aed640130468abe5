import Foundation
import Inventory
import Reconcile
import Testing

private let mac = "52:54:00:12:34:01"

struct WriteBackHandTests {
    @Test func `while the remote is away disarm refuses at once, and the commit follows`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        _ = await lab.reconciler.reconcile()
        let address = try #require(MACAddress(mac))
        let person = Person(name: "Ada", email: "ada@lab")
        try FileManager.default.moveItem(
            at: lab.folder.appending(path: "remote.git"), to: lab.folder.appending(path: "away.git"))
        let edit = try await lab.writeBack.disarm(address, by: person, reason: "wrong rack")
        #expect(edit.commit == nil && edit.did.contains("the commit follows"))
        #expect(lab.decision(mac) == .localBoot(.spent(.disarmed)))
        // There is nothing to do twice.
        await #expect(throws: HandEditError.self) {
            try await lab.writeBack.disarm(address, by: person, reason: nil)
        }
        try FileManager.default.moveItem(
            at: lab.folder.appending(path: "away.git"), to: lab.folder.appending(path: "remote.git"))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.decision(mac) == .localBoot(.off))
        #expect(try lab.remoteLog("%B").contains("by Ada <ada@lab>: wrong rack"))
    }

    @Test func `what a policy never lets in can't be armed for later`() async throws {
        let lab = try await Lab()
        let policy = """
            apiVersion: bootlatch.dev/v1
            kind: BootPolicy
            metadata: {name: lab}
            spec: {netboot: never}

            """
        try lab.push(["inventory/node-01.yaml": Self.manifest(false), "policies/lab.yaml": policy])
        _ = await lab.reconciler.reconcile()
        let error = await #expect(throws: HandEditError.self) {
            try await lab.writeBack.arm(
                try #require(MACAddress(mac)), by: Person(name: "Ada", email: "ada@lab"), reason: nil)
        }
        #expect(error?.description.contains("a policy says `netboot: never`") == true)
    }

    private static func manifest(_ allow: Bool) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata:
          name: node-01
        spec:
          interfaces:
            - dhcp: {mac: "\(mac)"}
              netboot: {allowPXE: \(allow), ipxe: {url: http://192.0.2.1/x}}

        """
    }

    @Test func `where an arm id is required, arm turns on and changes it by one commit`() async throws {
        let lab = try await Lab()
        let policy = """
            apiVersion: bootlatch.dev/v1
            kind: BootPolicy
            metadata: {name: lab}
            spec: {require: {armID: true}}

            """
        try lab.push(["inventory/node-01.yaml": Self.manifest(false), "policies/lab.yaml": policy])
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision(mac) == .localBoot(.held(.noArmID)))
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])

        let address = try #require(MACAddress(mac))
        let person = Person(name: "Ada", email: "ada@lab")
        let edit = try await lab.writeBack.arm(address, by: person, reason: nil)
        #expect(edit.did == "turned on, with a new bootlatch.dev/arm")
        #expect(lab.decision(mac) == .netboot(.chain("http://192.0.2.1/x")))
        #expect(try lab.remoteLog("%s").split(separator: "\n").count == 4)
    }
}
