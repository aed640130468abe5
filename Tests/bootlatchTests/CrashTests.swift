import Foundation
import NIOHTTP1
import Simulate
import Web
import Programs
import Testing

/// `kill -9` of a daemon of its own process, and what the next one makes of the state that it leaves.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CrashTests {
    private static let points = ["latched", "committed", "pushed", "recorded"]

    /// A machine is let in and reports; the daemon dies at that point.
    private func crash(_ lab: ServedLab, at point: String) async throws {
        let daemon = try await lab.start(crashAt: point)
        let hook = try await lab.boot(on: daemon)
        // It may die before it answers.
        let answer = try? await daemon.report(hook)
        #expect(try await daemon.process.ended() == .signal(SIGKILL))
        if point == "latched" { #expect(answer == nil) } else { #expect(answer?.status ?? 200 == 200) }
    }

    @Test(arguments: points)
    func `killed at a named point, the machine stays refused and the commit arrives exactly once`(
        point: String
    ) async throws {
        let lab = try ServedLab()
        try await crash(lab, at: point)
        #expect(try lab.disarms() == (point == "pushed" || point == "recorded" ? 1 : 0))
        for _ in 0..<2 {
            let daemon = try await lab.start()
            #expect(try await !daemon.script().contains("/hooks/"))
            try await daemon.until("nothing owed") { try await daemon.status().intents.isEmpty && lab.disarms() == 1 }
            try await daemon.until("off") { try await daemon.reason() == "off" }
            #expect(try await !daemon.script().contains("/hooks/"))
            #expect(try lab.disarms() == 1)
            daemon.process.send(SIGKILL)
            try await daemon.process.ended()
        }
    }

    @Test(arguments: points)
    func `armed again by a human before the restart, the machine netboots and no commit takes that away`(
        point: String
    ) async throws {
        let lab = try ServedLab()
        try await crash(lab, at: point)
        let disarms = try lab.disarms()
        // After our push an edit turns it on again; before it, the tip is on and the annotation says so.
        try lab.push(isOn: true, annotation: "again", "once more")
        let daemon = try await lab.start()
        try await daemon.until("armed and nothing owed") {
            let status = try await daemon.status()
            return status.hosts.first?.interfaces.first?.reason == "armed" && status.intents.isEmpty
        }
        let hook = try await daemon.boot()
        #expect(try lab.disarms() == disarms)
        #expect(try lab.isOnInRemote())
        // The new permission ends as any other.
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.until("disarmed") { try lab.disarms() == disarms + 1 }
    }

    /// A machine that is known by its UUID: `script` asks as it does, by a MAC that no manifest names.
    private static let stranger = (mac: "52:54:00:12:34:51", uuid: "4c4c4544-0042-3510-8052-b2c04f4b3232")

    private func script(ofStranger daemon: Served) async throws -> String {
        let (mac, uuid) = (Self.stranger.mac.replacing(":", with: "-"), Self.stranger.uuid)
        return try await HTTPClient().request(
            .GET, .tcp(host: "127.0.0.1", port: daemon.port),
            path: "/boot/\(mac)/script.ipxe?platform=efi&uuid=\(uuid)",
            deadline: .now.advanced(by: .seconds(20))
        ).text
    }

    private func pushShop(_ lab: ServedLab, isOn: Bool) throws {
        let text = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: shop, labels: {uuid: \(Self.stranger.uuid)}}
            spec:
              interfaces:
                - dhcp: {hostname: shop}
                  netboot:
                    allowPXE: \(isOn)
                    ipxe: {contents: "#!ipxe\\nkernel {{artifacts}}/vmlinuz hook={{hookURL}}\\n"}

            """
        try text.write(
            to: lab.folder.appending(path: "clone/inventory/shop.yaml"), atomically: true, encoding: .utf8)
        try lab.git("add", "-A")
        try lab.git("commit", "-qm", "shop \(isOn)")
        try lab.git("push", "-q", "origin", "HEAD:main")
    }

    @Test(arguments: ["committed", "pushed", "recorded"])
    func `killed while it binds a machine, the MAC arrives exactly once, and the machine netboots`(
        point: String
    ) async throws {
        let lab = try ServedLab()
        let dying = try await lab.start(crashAt: point)
        try await dying.reconcile()
        for isOn in [false, true] {
            try pushShop(lab, isOn: isOn)
            try await dying.reconcile()
        }
        // It may die before it answers.
        if let answer = try? await script(ofStranger: dying) { #expect(!answer.contains("/hooks/")) }
        #expect(try await dying.process.ended() == .signal(SIGKILL))
        func binds() throws -> Int {
            try lab.git("--git-dir", lab.path("remote.git"), "log", "--format=%s", "main").split(separator: "\n")
                .filter { $0 == "Bind shop to \(Self.stranger.mac)" }.count
        }
        #expect(try binds() == (point == "committed" ? 0 : 1))
        for _ in 0..<2 {
            let daemon = try await lab.start()
            try await daemon.until("nothing owed") { try await daemon.status().intents.isEmpty && binds() == 1 }
            try await daemon.until("armed") {
                let shop = try await daemon.status().hosts.first { $0.host == "shop" }
                return shop?.interfaces.map(\.mac) == [Self.stranger.mac] && shop?.interfaces.first?.reason == "armed"
            }
            #expect(try await script(ofStranger: daemon).contains("/hooks/"))
            #expect(try binds() == 1)
            daemon.process.send(SIGKILL)
            try await daemon.process.ended()
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `killed at random times, no report is forgotten and no commit is doubled`(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let lab = try ServedLab()
        var daemon = try await lab.start()
        try await daemon.reconcile()
        for round in 1...3 {
            try lab.push(isOn: true, annotation: "\(round)", "install \(round)")
            try await daemon.until("armed") { try await daemon.reason() == "armed" }
            let hook = try await daemon.boot()
            let dying = daemon
            async let answer = try? dying.report(hook)
            // The time of death is the input of this test, not a wait for something.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...120, using: &random)))
            daemon.process.send(SIGKILL)
            try await daemon.process.ended()
            let status = await answer?.status
            daemon = try await lab.start()
            if status == 200 { #expect(try await !daemon.script().contains("/hooks/")) }
            // A machine without an answer asks again.
            #expect(try await daemon.report(hook).status == 200)
            #expect(try await !daemon.script().contains("/hooks/"))
            try await daemon.until("committed once") {
                try await daemon.status().intents.isEmpty && lab.disarms() == round
            }
            #expect(try lab.disarms() == round)
        }
    }

    @Test func `a lock that a killed daemon left in its mirror does not stop the next one, nor do parts of packs stay`()
        async throws
    {
        let lab = try ServedLab()
        var daemon = try await lab.start()
        try await daemon.reconcile()
        daemon.process.send(SIGKILL)
        try await daemon.process.ended()
        let parts = ["objects/pack/pack_git2_a1b2c3", "objects/pack/.tmp-1-pack-a1b2c3.pack", "objects/tmp_obj_a1b2c3"]
        for name in parts + ["refs/remotes/origin/main.lock", "packed-refs.lock", "config.lock", "HEAD.lock"] {
            try Data().write(to: lab.folder.appending(path: "state/mirror.git/\(name)"))
        }
        try lab.push(isOn: true, "reinstall node-01")
        daemon = try await lab.start()
        try await daemon.reconcile()
        #expect(try await daemon.reason() == "armed", "\(daemon.process.log)")
        for name in parts {
            #expect(!FileManager.default.fileExists(atPath: lab.path("state/mirror.git/\(name)")), "\(name)")
        }
    }

    @Test func `with the remote gone the machine is refused at once, and the commit comes when it is back`()
        async throws
    {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        try FileManager.default.moveItem(atPath: lab.path("remote.git"), toPath: lab.path("away.git"))
        #expect(try await daemon.report(hook).status == 200)
        #expect(try await daemon.reason() == "spent:provisioned")
        #expect(try await !daemon.script().contains("/hooks/"))
        try await daemon.reconcile()
        #expect(try await daemon.status().remote.trouble != nil)
        #expect(try await daemon.reason() == "spent:provisioned")
        try FileManager.default.moveItem(atPath: lab.path("away.git"), toPath: lab.path("remote.git"))
        // By itself: nobody asks for a pass here.
        try await daemon.process.line(" pushed", within: .seconds(30))
        #expect(try lab.disarms() == 1)
    }
}

/// SplitMix64, so that a seed names a run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
