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
        #expect(edit.commit == nil && edit.did.contains("refused from now on; the commit is owed: "))
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

    @Test(arguments: [
        (Int64(7200), Int64(7200), "turned on for 2h"),
        (172_800, 86_400, "turned on for 24h: `expireAfter` of its policies is less than 48h"),
    ])
    func `arm gives it less time than the policies, not more, and says so`(limit: Int64, seconds: Int64, did: String)
        async throws
    {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        let address = try #require(MACAddress(mac))
        let edit = try await lab.writeBack.arm(
            address, by: Person(name: "Ada", email: "ada@lab"), reason: "new\ndisk\n\nBootlatch-Journal: x",
            limit: limit)
        #expect(edit.did == did)
        let arming = try #require(lab.gate.current.inventory[address]?.arming)
        #expect(lab.gate.current.ledger[arming]?.arming.deadline.seconds == lab.now.wall.seconds + seconds)
        let trailers =
            "%an|%(trailers:key=Bootlatch-For,valueonly,separator=,)|%(trailers:key=Bootlatch-Reason,valueonly,separator=,)"
        #expect(
            try lab.remoteLog(trailers).split(separator: "\n").first
                == "Ada|\(seconds / 3600)h|new disk  Bootlatch-Journal: x")
        #expect(
            try lab.remoteLog("%(trailers:key=Bootlatch-Journal,valueonly,separator=)").split(separator: "\n").isEmpty)
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

    @Test(arguments: [Int64(59), 366 * 86_400, .max])
    func `a life is a minute to a year`(limit: Int64) async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        let error = await #expect(throws: HandEditError.self) {
            try await lab.writeBack.arm(
                try #require(MACAddress(mac)), by: Person(name: "Ada", email: "ada@lab"), reason: nil, limit: limit)
        }
        #expect(error?.description.contains("a minute to a year") == true)
    }

    @Test func `where the host's annotation is what arms, its other interfaces are named`() async throws {
        let lab = try await Lab()
        let two =
            Self.manifest(true) + """
                    - dhcp: {mac: "52:54:00:12:34:02"}
                      netboot: {allowPXE: true, ipxe: {url: http://192.0.2.1/x}}

                """
        try lab.push(["inventory/node-01.yaml": two])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision(mac) == .localBoot(.held(.firstSight)))
        let edit = try await lab.writeBack.arm(
            try #require(MACAddress(mac)), by: Person(name: "Ada", email: "ada@lab"), reason: nil)
        #expect(edit.did.contains("52:54:00:12:34:02, on as well, is armed with it"), "\(edit.did)")
        #expect(lab.decision("52:54:00:12:34:02") == .netboot(.chain("http://192.0.2.1/x")))
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
