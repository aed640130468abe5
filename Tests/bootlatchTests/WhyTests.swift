import Foundation
import Programs
import Testing

/// What `bootlatch why` says of each guard.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WhyTests {
    private static let uuid = "b0071a7c-0000-4000-8000-525400123401"

    /// node-01 with labels that name its machine.
    private static func node(isOn: Bool) -> String {
        CommandLab.node.replacing("namespace: lab", with: "namespace: lab, labels: {serial: CZ204, uuid: \(uuid)}")
            .replacing("allowPXE: false", with: "allowPXE: \(isOn)")
    }

    /// A host that waits to be seen.
    private static func stranger(isOn: Bool) -> String {
        CommandLab.node.replacing("name: node-01, namespace: lab", with: "name: node-03, labels: {serial: CZ205}")
            .replacing("        mac: 52:54:00:12:34:01\n", with: "").replacing("20.11", with: "20.13")
            .replacing("allowPXE: false", with: "allowPXE: \(isOn)")
    }

    private static func policy(_ fields: String) -> String {
        """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: guard}
        spec:
          selector: {names: ["node-0*"]}
          \(fields)

        """
    }

    private func armed() async throws -> CommandLab {
        let lab = try await CommandLab()
        _ = try await lab.push(
            [
                "inventory/node-01.yaml": Self.node(isOn: false), "inventory/node-03.yaml": Self.stranger(isOn: false),
                "policies/guard.yaml": Self.policy("expireAfter: 1h"),
            ], by: "Ada")
        _ = try await lab.push(
            ["inventory/node-01.yaml": Self.node(isOn: true), "inventory/node-03.yaml": Self.stranger(isOn: true)],
            by: "Ada")
        try await lab.bootlatch("reconcile")
        return lab
    }

    private struct Guard {
        var field: String
        /// Where its value stands in the sixth line.
        var column: Int
        var line: String
        var host = "node-01"
    }

    /// The last one stays in force: nobody here could sign its end.
    private static let guards = [
        Guard(field: "expireAfter: 2h", column: 16, line: "ok the deadline lies ahead"),
        Guard(field: "outdatedAfter: 2h", column: 18, line: "ok the repo was read lately"),
        Guard(field: "attempts: {early: 2}", column: 21, line: "ok a boot is left"),
        Guard(field: "attempts: {full: 2}", column: 20, line: "ok a boot is left"),
        Guard(
            field: "limits: {armedAtOnce: 3}", column: 25,
            line: "ok its turn has come among the hosts that are armed at once"),
        Guard(
            field: "limits: {armedPerCommit: 3}", column: 28, line: "to arm it, its commit may arm 3 hosts at most"),
        Guard(field: "require: {armID: true}", column: 20, line: "to arm it, its commit must change bootlatch.dev/arm"),
        Guard(
            field: "require: {serial: true}", column: 21,
            line: "ok the machine shows the serial and UUID that a policy requires, or will be asked"),
        Guard(
            field: "require: {uuid: true}", column: 19,
            line: "ok the machine shows the serial and UUID that a policy requires, or will be asked"),
        Guard(field: "netboot: never", column: 12, line: "NO no policy says netboot: never: never"),
        Guard(
            field: "freeze: [{from: 2020-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z}]", column: 11,
            line: "NO no policy's freeze holds: held:frozen"),
        Guard(field: "suspend: switch upgrade", column: 12, line: "NO nobody suspended it: held:suspended"),
        Guard(field: "refuse: {pxe: silent}\n  netboot: never", column: 17, line: "refused with pxe: silent"),
        Guard(
            field: "refuse: {bios: [\"sanboot:0\", exit]}\n  netboot: never", column: 18,
            line: "refused with bios: sanboot:0, exit"),
        Guard(field: "introduce: loader", column: 14, line: "NO its MAC is known: waiting", host: "node-03"),
        Guard(field: "require: {signedBy: [ops]}", column: 23, line: "to arm it, its commit must be signed by ops"),
    ]

    @Test func `each guard has its line, with its place and who wrote it`() async throws {
        let lab = try await armed()
        for guarded in Self.guards {
            let commit = try await lab.push(["policies/guard.yaml": Self.policy(guarded.field)], by: "Grace")
            try await lab.bootlatch("reconcile")
            let why = try await lab.bootlatch("why", guarded.host).output
            let place = "(policies/guard.yaml:6:\(guarded.column), \(commit) by Grace, "
            #expect(why.contains("  \(guarded.line) \(place)"), "\(guarded.field):\n\(why)")
            // The other policy is Ada's.
            #expect(
                why.firstMatch(of: /ok manifest or profile say .* \(policies\/lab.yaml:6:1, [0-9a-f]{8} by Ada,/)
                    != nil,
                "\(why)")
            #expect(why.contains("refused with ") == why.contains(": localBoot, "), "\(why)")
        }
        // What no policy says is nobody's.
        #expect(try await lab.bootlatch("why", "node-01").output.contains("\n  ok a boot is left\n"))
        #expect(await lab.stop() == .exit(0))
    }

    @Test func `who suspended a host, and when, is the line's own commit`() async throws {
        let lab = try await armed()
        let stop = try await lab.bootlatch(
            "suspend", "node-01", "--reason", "bad PSU", "--author", "Grace <grace@lab>")
        #expect(stop.status == 0, "\(stop.errors)")
        let tip = try await lab.tip().prefix(8)
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("NO nobody suspended it: held:suspended (inventory/node-01.yaml:3:"), "\(why)")
        #expect(why.contains(", \(tip) by Grace, "), "\(why)")
    }

    @Test func `a broken policy file is shown with who broke it, and its last good rules with who made them`()
        async throws
    {
        let lab = try await armed()
        let frozen = Self.policy("freeze: [{from: 2020-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z}]")
        let grace = try await lab.push(["policies/guard.yaml": frozen], by: "Grace")
        let broken = "# A comment.\n\n" + frozen + "  fleeze: 1\n"
        let linus = try await lab.push(["policies/guard.yaml": broken], by: "Linus")
        try await lab.bootlatch("reconcile")
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("held:frozen (policies/guard.yaml:6:11, \(grace) by Grace, "), "\(why)")
        #expect(why.contains("held:brokenPolicy (policies/guard.yaml:9:3, \(linus) by Linus, "), "\(why)")
    }

    @Test func `an unsigned turn-on says who had to sign, and what its commit bears`() async throws {
        let lab = try await CommandLab()
        _ = try await lab.push(
            [
                "inventory/node-01.yaml": Self.node(isOn: false),
                "policies/guard.yaml": Self.policy("require: {signedBy: [ops], armID: true}"),
            ], by: "Ada")
        _ = try await lab.push(["inventory/node-01.yaml": Self.node(isOn: true)], by: "Ada")
        try await lab.bootlatch("reconcile")
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("node-01 52:54:00:12:34:01: localBoot, held:unsigned\n"), "\(why)")
        #expect(why.contains("  its commit must be signed by ops, and it bears no signature; turn it off and on"))
        #expect(why.contains("  to arm it, its commit must be signed by ops (policies/guard.yaml:6:23, "), "\(why)")
        #expect(why.contains("  to arm it, its commit must change bootlatch.dev/arm (policies/guard.yaml:6:37, "))
        #expect(
            try Self.advice(why)
                == "give ops a key (`inventory.allowedSigners` or `openPGPKeys`); then turn it off and on at inventory/node-01.yaml:10:19 by "
                + "two commits, or change `bootlatch.dev/arm`, by a commit signed by ops, or `bootlatch reconcile --accept lab/node-01`"
        )
        let status = try await lab.bootlatch("status").output
        #expect(
            status.contains(
                "policies/guard.yaml:6:23: warning: policy guard asks for a signature of ops, and no key is known of ops: no commit"
            ),
            "\(status)")
    }

    /// What the last line says to do.
    private static func advice(_ why: String) throws -> String {
        let line = try #require(why.split(separator: "\n").last)
        #expect(line.hasPrefix("  To change this: "), "\(why)")
        return String(line.dropFirst("  To change this: ".count))
    }

    @Test func `whoever follows the last line sees the decision change`() async throws {
        let lab = try await CommandLab()
        func why(_ host: String, _ reason: String) async throws -> String {
            let why = try await lab.bootlatch("why", host).output
            #expect(why.hasPrefix("lab/\(host) ") && why.contains(", \(reason)\n"), "\(why)")
            return try Self.advice(why)
        }
        /// Runs the first command that the advice names.
        func follow(_ advice: String) async throws {
            let commands = advice.split(separator: "`").filter { $0.hasPrefix("bootlatch ") }
            var words = try #require(commands.first, "\(advice)").split(separator: " ").dropFirst().map(String.init)
            if words[0] != "reconcile" { words += ["--author", "Ada <ada@lab>"] }
            let run = try await lab.bootlatch(words)
            #expect(run.status == 0, "\(words): \(run.errors)")
        }
        /// Writes another policy where the advice says that it stands.
        func push(_ fields: String, where advice: String? = nil) async throws {
            if let advice { #expect(advice.contains("policies/guard.yaml:6:"), "\(advice)") }
            _ = try await lab.push(["policies/guard.yaml": Self.policy(fields)], by: "Ada")
            try await lab.bootlatch("reconcile")
        }
        // On since before anybody looked.
        try await follow(why("node-02", "held:firstSight"))
        _ = try await why("node-02", "armed")

        try await push("expireAfter: 1h")
        try await follow(why("node-01", "off"))
        try await follow(why("node-01", "armed"))
        try await follow(why("node-01", "off"))
        _ = try await why("node-01", "armed")
        try await lab.pull()

        try await push("netboot: never")
        try await push("netboot: allow", where: why("node-01", "never"))
        try await push("freeze: [{from: 2020-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z}]")
        try await push("freeze: []", where: why("node-01", "held:frozen"))
        try await push("fleeze: []")
        try await push("expireAfter: 1h", where: why("node-01", "held:brokenPolicy"))
        _ = try await why("node-01", "armed")

        try await lab.bootlatch("suspend", "node-01", "--author", "Grace <grace@lab>")
        try await follow(why("node-01", "held:suspended"))
        _ = try await why("node-01", "armed")
    }

    @Test(arguments: [
        ("serial", ["--serial", "OTHER"], "the serial OTHER, and the manifest names CZ204", "script"),
        ("serial", [], "no serial, and the manifest names CZ204", "script"),
        (
            "uuid", ["--uuid", "b0071a7c-0000-4000-8000-525400123402"],
            "the UUID b0071a7c-0000-4000-8000-525400123402, and the manifest names \(uuid)", "dhcp"
        ),
    ])
    func `a board that is refused at its console is refused in why, status and events, with what it showed`(
        field: String, arguments: [String], text: String, route: String
    ) async throws {
        let lab = try await armed()
        let reason = field == "serial" ? "held:wrongSerial" : "held:wrongUUID"
        _ = try await lab.push(["policies/guard.yaml": Self.policy("require: {\(field): true}")], by: "Grace")
        try await lab.bootlatch("reconcile")
        #expect(try await lab.bootlatch("why", "node-01").output.contains("\(CommandLab.mac): netboot, armed"))
        let boot = try await lab.simulate(arguments, expect: "disk")
        #expect(boot.status == 0, "\(boot.output)")
        try await eventually("the refusal") {
            let events = try await lab.bootlatch("events", "node-01").output
            return events.contains("\(reason) by \(route): it shows \(text)") ? true : nil
        }
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("node-01 \(CommandLab.mac): localBoot, \(reason)\n"), "\(why)")
        #expect(why.contains("or will be asked: \(reason) (policies/guard.yaml:6:"))
        #expect(why.contains("its machine last showed \(text); boot the machine that is meant, or correct the label"))
        for host in [["node-01"], []] {
            let status = try await lab.bootlatch(["status"] + host).output
            #expect(status.firstMatch(of: /node-01 +52:54:00:12:34:01 +held:wrong/) != nil, "\(status)")
        }
        // The machine that is meant is let in all the same.
        let meant = try await lab.simulate(
            ["--serial", "CZ204", "--uuid", Self.uuid, "--report", "none"], expect: "netboot")
        #expect(meant.status == 0, "\(meant.output)")
        try await eventually("what it shows") {
            let why = try await lab.bootlatch("why", "node-01").output
            return why.contains("its machine shows the serial CZ204 and the UUID \(Self.uuid) since ") ? true : nil
        }
        #expect(try await !lab.bootlatch("status", "node-01").output.contains("held:wrong"))
    }
}
