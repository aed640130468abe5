import Inventory
import Testing

@testable import Manifest

struct BootPolicyV1Tests {
    private func parse(_ spec: String) -> ParsedFile {
        parseManifest(
            Array("apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: p}\nspec: \(spec)\n".utf8),
            path: "p.yaml")
    }

    @Test func `who is introduced is read, and nobody where nothing says so`() {
        #expect(parse("{introduce: loader}").policies.map(\.introduce) == [.loader])
        #expect(parse("{introduce: nothing}").policies.map(\.introduce) == [.nothing])
        #expect(parse("{}").policies.map(\.introduce) == [nil])
    }

    @Test func `every field is read`() throws {
        let day = try #require(Instant("2026-12-20T00:00:00Z"))
        let file = parse(
            """

              selector: {matchLabels: {site: lab}, names: ["node-*"], paths: [inventory/rack1/*]}
              netboot: never
              profile: ubuntu
              attempts: {full: 2, early: 5}
              expireAfter: 1h30m
              refuse: {pxe: tftpError, http: 404, bios: ["sanboot:0x80", "sanboot:0", exit, poweroff], uefi: ["exit:1", grub-local, "#!ipxe\\nexit"]}
              limits: {armedAtOnce: 10, armedPerCommit: 5}
              outdatedAfter: 10m
              freeze: [{from: 2026-12-20T00:00:00Z, until: 2026-12-21T00:00:00Z}]
              require: {signedBy: [ops, lead, ops], serial: true, uuid: false, armID: true}
              suspend: switch upgrade
            """)
        #expect(file.diagnostics == [])
        let refuse = RefusePolicy(
            pxe: .tftpError, http: .notFound,
            bios: [.sanboot(drive: "0x80"), .sanboot(drive: "0"), .exit(status: nil), .poweroff],
            uefi: [.exit(status: 1), .grubLocal, .script("#!ipxe\nexit")])
        #expect(
            file.policies.map(\.withoutFields) == [
                BootPolicy(
                    name: "p", location: SourceLocation(path: "p.yaml", line: 1, column: 1),
                    selector: BootPolicy.Selector(
                        matchLabels: ["site": "lab"], names: ["node-*"], paths: ["inventory/rack1/*"]),
                    netboot: .never, profile: "ubuntu", attempts: AttemptsPolicy(full: 2, early: 5), expireAfter: 5400,
                    refuse: refuse,
                    armedPerCommit: 5,
                    freeze: [Freeze(.once(from: day, until: day.advanced(by: .seconds(86_400))))], outdatedAfter: 600,
                    armedAtOnce: 10,
                    require: RequirePolicy(serial: true, uuid: false, armID: true, signedBy: ["ops", "lead"]),
                    suspend: Stop(
                        reason: "switch upgrade", location: SourceLocation(path: "p.yaml", line: 15, column: 12)))
            ])
    }

    @Test(arguments: ["x", "", "a: \"b\"\n#c", "on", "é\u{2028}"])
    func `what suspend writes is read as such a policy, whatever the reason`(reason: String) {
        let file = parseManifest(Array(stopPolicy(reason: reason).utf8), path: "p.yaml")
        #expect(file.diagnostics == [] && file.isStopPolicy && file.policies.first?.suspend?.reason == reason)
        let more = parseManifest(
            Array((stopPolicy(reason: reason) + "---\n" + stopPolicy(reason: "")).utf8), path: "p.yaml")
        #expect(!more.isStopPolicy && !parse("{selector: {}}").isStopPolicy)
    }

    @Test(arguments: ["true", "{a: b}", "[a]", "12"])
    func `a suspension without a text is an error, which holds`(value: String) {
        #expect(parse("{suspend: \(value)}").isBroken)
    }

    @Test func `each field's place is known`() {
        let policy = parse(
            "{netboot: never, require: {serial: true, signedBy: [ops]}, limits: {armedAtOnce: 2}, "
                + "attempts: {early: 5}, introduce: loader, refuse: {pxe: silent, uefi: [exit]}}"
        ).policies.first
        #expect(
            policy?.fields.mapValues(\.column) == [
                "netboot": 17, "require.serial": 42, "require.signedBy": 58, "limits.armedAtOnce": 88,
                "attempts.early": 110, "introduce": 125, "refuse.pxe": 147, "refuse.uefi": 161,
            ])
        #expect(Set(policy?.fields.values.map(\.line) ?? []) == [4])
    }

    @Test func `what is left out says nothing`() {
        let file = parse("{selector: {}, attempts: {full: 4}}")
        #expect(file.diagnostics == [])
        #expect(
            file.policies.map(\.withoutFields) == [
                BootPolicy(
                    name: "p", location: SourceLocation(path: "p.yaml", line: 1, column: 1),
                    attempts: AttemptsPolicy(full: 4))
            ])
    }

    @Test(arguments: [
        ("{atempts: {full: 1}}", "4:8: error: spec.atempts: no such field (did you mean attempts?)"),
        ("{attempts: {ful: 1}}", "4:19: error: spec.attempts.ful: no such field (did you mean full?)"),
        (
            "{limits: {perCommit: 1}}",
            "4:17: error: spec.limits.perCommit: no such field: there are armedAtOnce, armedPerCommit"
        ),
        (
            "{selector: {label: {}}}",
            "4:19: error: spec.selector.label: no such field: there are matchLabels, names, paths"
        ),
        ("{refuse: {efi: []}}", "4:17: error: spec.refuse.efi: no such field (did you mean uefi?)"),
        ("{introduce: script}", "4:19: error: spec.introduce: expected loader, nothing, found the text \"script\""),
        ("{netboot: maybe}", "4:17: error: spec.netboot: expected allow, never, found the text \"maybe\""),
        (
            "{expireAfter: 24}",
            "4:21: error: spec.expireAfter: expected a duration such as 24h, 30m, 90s or 7d, found the number 24"
        ),
        (
            "{expireAfter: 5s}",
            "4:21: error: spec.expireAfter: expected a duration of 60s or more, found the text \"5s\""
        ),
        (
            "{attempts: {full: 0}}",
            "4:25: error: spec.attempts.full: expected a whole number, 1 or more, found the number 0"
        ),
        (
            "{selector: {matchLabels: {a: 1}}}",
            "4:36: error: spec.selector.matchLabels.a: expected a text (put it in quotes), found the number 1"
        ),
        (
            "{refuse: {pxe: loud}}",
            "4:22: error: spec.refuse.pxe: expected auto, silent, offer, tftpError, loader, found the text \"loud\""
        ),
        (
            "{refuse: {bios: [reboot]}}",
            "4:24: error: spec.refuse.bios[0]: expected sanboot:0x80, sanboot:0, exit, exit:1, grub-local, poweroff, or a script that starts with #!ipxe, found the text \"reboot\""
        ),
        (
            "{outdatedAfter: 30s}",
            "4:23: error: spec.outdatedAfter: expected a duration of 60s or more, found the text \"30s\""
        ),
        (
            "{limits: {armedAtOnce: 0}}",
            "4:30: error: spec.limits.armedAtOnce: expected a whole number, 1 or more, found the number 0"
        ),
        (
            "{require: {serial: \"true\"}}",
            "4:26: error: spec.require.serial: expected true or false, without quotes, found the text \"true\""
        ),
        ("{require: {armId: true}}", "4:18: error: spec.require.armId: no such field (did you mean armID?)"),
        ("{require: {signedBy: ops}}", "4:28: error: spec.require.signedBy: expected a list, found the text \"ops\""),
        (
            "{require: {signedBy: []}}",
            "4:28: error: spec.require.signedBy: expected one or more names of signers, such as [ops], found a list"
        ),
        (
            "{require: {signedBy: [1]}}",
            "4:29: error: spec.require.signedBy[0]: expected a text (put it in quotes), found the number 1"
        ),
        ("{freeze: never}", "4:16: error: spec.freeze: expected a list, found the text \"never\""),
        ("[]", "4:7: error: spec: expected a mapping, found a list"),
        ("", "1:1: error: expected a spec"),
        ("{}\nstatus: {}", "5:1: error: status: no such field: there are apiVersion, kind, metadata, spec"),
    ])
    func `what is not understood is an error`(spec: String, message: String) {
        let file = parse(spec)
        #expect(file.diagnostics.map(\.description) == ["p.yaml:\(message)"])
        #expect(file.isBroken)
    }

    @Test func `freezes are read, recurring ones with the changes of their zone`() throws {
        let file = parse(
            """

              freeze:
                - {from: 2026-12-20T00:00:00Z, until: "2027-01-03T00:00:00+01:00", reason: holidays}
                - {every: [Fri, Sat], from: "18:00", until: "06:00", zone: Europe/Paris}
                - {every: [Sun], from: 00:00, until: "24:00", zone: UTC, reason: "nobody is here"}
            """)
        #expect(file.diagnostics == [])
        let freeze = try #require(file.policies.first?.freeze)
        let (from, until) = (try #require(Instant("2026-12-20T00:00Z")), try #require(Instant("2027-01-02T23:00Z")))
        #expect(freeze.first == Freeze(.once(from: from, until: until), reason: "holidays"))
        let paris = try #require(Zone(named: "Europe/Paris"))
        #expect(
            freeze.dropFirst().first
                == Freeze(.weekly(.init(days: [.Fri, .Sat], from: 64_800, until: 21_600, zone: paris))))
        #expect(
            freeze.last
                == Freeze(
                    .weekly(.init(days: [.Sun], from: 0, until: 86_400, zone: Zone(name: "UTC", offset: 0))),
                    reason: "nobody is here"))
        #expect(parse("{freeze: []}").policies.first?.freeze == [])
        #expect(parse("{}").policies.first?.freeze == nil)
    }

    /// Moments, and the hours that clocks there are ahead of UTC.
    @Test(arguments: [
        ("Europe/Paris", "2026-03-29T00:59:59Z", 1.0), ("Europe/Paris", "2026-03-29T01:00:00Z", 2),
        ("Europe/Paris", "2051-07-01T00:00:00Z", 2), ("Europe/Paris", "2099-12-31T00:00:00Z", 1),
        ("America/New_York", "2026-11-01T05:59:59Z", -4), ("America/New_York", "2026-11-01T06:00:00Z", -5),
        ("Pacific/Auckland", "2026-09-26T13:59:59Z", 12), ("Pacific/Auckland", "2026-09-26T14:00:00Z", 13),
        ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 11), ("Australia/Lord_Howe", "2026-06-01T00:00:00Z", 10.5),
        ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 5.75), ("UTC", "2026-01-01T00:00:00Z", 0),
        // A change that is no summer time.
        ("Asia/Almaty", "2024-02-29T17:59:59Z", 6), ("Asia/Almaty", "2024-02-29T19:00:00Z", 5),
    ])
    func `clocks of zones`(name: String, moment: String, hours: Double) throws {
        let zone = try #require(Zone(named: name))
        #expect(Double(zone.offset(at: try #require(Instant(moment)))) == hours * 3600)
    }

    @Test(arguments: [
        (
            "{from: 2026-12-20}",
            "4:24: error: spec.freeze[0].from: expected a moment such as 2026-12-20T00:00:00Z or 2026-12-20T00:00:00+01:00, found the text \"2026-12-20\""
        ),
        (
            "{until: 2026-12-20T00:00:00Z}",
            "4:17: error: spec.freeze[0]: a freeze needs from, a moment such as 2026-12-20T00:00:00Z, or every, for one that recurs"
        ),
        (
            "{from: 2026-12-20T00:00:00Z, until: 2026-12-20T00:00:00Z}",
            "4:53: error: spec.freeze[0].until: expected a moment after from, 2026-12-20T00:00:00Z, found the text \"2026-12-20T00:00:00Z\""
        ),
        (
            "{every: [], from: \"18:00\", until: \"06:00\", zone: UTC}",
            "4:25: error: spec.freeze[0].every: expected one or more of Sun, Mon, Tue, Wed, Thu, Fri, Sat, such as [Fri, Sat], found a list"
        ),
        (
            "{every: [Friday], from: \"18:00\", until: \"06:00\", zone: UTC}",
            "4:26: error: spec.freeze[0].every[0]: expected one of Sun, Mon, Tue, Wed, Thu, Fri, Sat, found the text \"Friday\""
        ),
        (
            "{every: [Fri], from: \"24:00\", until: \"06:00\", zone: UTC}",
            "4:38: error: spec.freeze[0].from: expected a time of day from \"00:00\" to \"23:59\", in quotes, found the text \"24:00\""
        ),
        (
            "{every: [Fri], from: \"18:00\", until: 6, zone: UTC}",
            "4:54: error: spec.freeze[0].until: expected a time of day from \"00:00\" to \"24:00\", in quotes, found the number 6"
        ),
        (
            "{every: [Fri], from: \"18:00\", until: \"06:00\"}",
            "4:17: error: spec.freeze[0]: a freeze that recurs needs a zone, such as Europe/Paris or UTC"
        ),
        (
            "{every: [Fri], from: \"18:00\", until: \"06:00\", zone: Europe/Pariss}",
            "4:69: error: spec.freeze[0].zone: no time zone Europe/Pariss (did you mean Europe/Paris?)"
        ),
        (
            "{every: [Fri], from: \"18:00\", until: \"06:00\", zone: Middle-earth/Bree-and-beyond}",
            "4:69: error: spec.freeze[0].zone: no time zone Middle-earth/Bree-and-beyond: expected a name such as Europe/Paris or UTC"
        ),
        (
            "{from: 2026-12-20T00:00:00Z, until: 2026-12-21T00:00:00Z, zone: UTC}",
            "4:75: error: spec.freeze[0].zone: no such field: there are from, until, reason"
        ),
        (
            "x",
            "4:17: error: spec.freeze[0]: expected a mapping such as {from: 2026-12-20T00:00:00Z, until: 2027-01-03T00:00:00Z}, found the text \"x\""
        ),
    ])
    func `a freeze that is not understood is an error that says what to write`(freeze: String, message: String) {
        let file = parse("{freeze: [\(freeze)]}")
        #expect(file.diagnostics.first?.description == "p.yaml:\(message)")
        #expect(file.isBroken)
    }

    @Test(arguments: [("24h", 86400), ("30m", 1800), ("90s", 90), ("1h30m", 5400), ("7d", 604800), ("1d12h", 129600)])
    func `durations`(text: String, count: Int64) { #expect(seconds(in: text) == count) }

    @Test(arguments: ["", "24", "h", "1h30", "-1h", "1.5h", "1 h", "1w", "99999999999999999999h", "٣h"])
    func `no durations`(text: String) { #expect(seconds(in: text) == nil) }
}

extension BootPolicy {
    fileprivate var withoutFields: BootPolicy {
        var policy = self
        policy.fields = [:]
        return policy
    }
}
