import Inventory
import Testing

@testable import Manifest

/// Every row of the table of edits, byte for byte, in every dialect that it applies to.
struct PermissionTests {
    private static let mac = MACAddress(bits: 0x5254_0012_3401)

    /// A manifest with this value in the place of the mapping that holds the permission.
    private static func manifest(_ dialect: Dialect, _ block: String, top: String = "") -> String {
        switch dialect {
        case .hardwareV1Alpha1:
            """
            \(top)apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: a}
            spec:
              interfaces:
                - dhcp: {mac: 52:54:00:12:34:01}
                  netboot:\(block.replacing("\n", with: "\n      "))
                # the next

            """
        case .hardwareV1Alpha2:
            """
            \(top)apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: a}
            spec:
              networkInterfaces:
                "52:54:00:12:34:01":
                  netboot:\(block.replacing("\n", with: "\n      "))
                # the next

            """
        case .bareMetalHost:
            """
            \(top)apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata:
              name: a
              annotations:\(block.replacing("\n", with: "\n  "))
            # the rest
            spec:
              bootMACAddress: 52:54:00:12:34:01
              online: true

            """
        }
    }

    private static func key(_ dialect: Dialect) -> String {
        switch dialect {
        case .hardwareV1Alpha1: "allowPXE"
        case .hardwareV1Alpha2: "disabled"
        case .bareMetalHost: "bootlatch.dev/netboot"
        }
    }

    /// A value that is on, and what stands in its place when it is off.
    private static func values(_ dialect: Dialect) -> [(on: String, off: String)] {
        switch dialect {
        case .hardwareV1Alpha1:
            [("true", "false"), ("True", "False"), ("YES", "NO"), ("on", "off"), ("!!bool true", "!!bool false")]
        case .hardwareV1Alpha2:
            [("false", "true"), ("False", "True"), ("NO", "YES"), ("off", "on"), ("!!bool false", "!!bool true")]
        case .bareMetalHost:
            [
                ("allow", "deny"), ("\"allow\"", "\"deny\""), ("'allow'", "'deny'"), ("!!str allow", "!!str deny"),
                ("&here \"allow\"", "&here \"deny\""),
            ]
        }
    }

    /// As an edit writes it where nothing stands.
    private static func written(_ dialect: Dialect, on: Bool) -> String {
        switch dialect {
        case .hardwareV1Alpha1: "\(on)"
        case .hardwareV1Alpha2: "\(!on)"
        case .bareMetalHost: on ? "\"allow\"" : "\"deny\""
        }
    }

    private static let disarm = Change.disarm(mac)
    private static let arm = Change.arm(mac, restoreWorkflow: false)

    private func edited(_ text: String, _ change: Change) throws -> String {
        String(decoding: try editManifest(Array(text.utf8), path: "a.yaml", change), as: UTF8.self)
    }

    private func refusal(_ bytes: [UInt8], _ change: Change = disarm) -> String? {
        do throws(EditRefusal) {
            _ = try editManifest(bytes, path: "a.yaml", change)
            return nil
        } catch {
            return error.description
        }
    }

    private func isOn(_ text: String) -> Bool? {
        let file = parseManifest(Array(text.utf8), path: "a.yaml")
        return file.isBroken ? nil : file.hosts.first?.interfaces.first?.isOn
    }

    @Test(
        arguments: Dialect.allCases,
        ["\n  # why\n  KEY: VALUE   # once\n  other: x", " {other: x , KEY: VALUE}  # why"])
    func `a value is replaced in its own style, with everything around it kept`(dialect: Dialect, block: String) throws
    {
        for value in Self.values(dialect) {
            let texts = [value.on, value.off].map {
                Self.manifest(
                    dialect, block.replacing("KEY", with: Self.key(dialect)).replacing("VALUE", with: $0))
            }
            let forms: [(String) -> String] = [
                { $0 }, { $0.replacing("\n", with: "\r\n") }, { "\u{FEFF}" + $0 }, { String($0.dropLast()) },
            ]
            for form in forms {
                let (on, off) = (form(texts[0]), form(texts[1]))
                #expect(isOn(on) == true && isOn(off) == false, "\(value)")
                #expect(try edited(on, Self.disarm) == off)
                #expect(try edited(off, Self.arm) == on)
                #expect(try edited(off, Self.disarm) == off)
                #expect(try edited(on, Self.arm) == on)
            }
        }
    }

    @Test(arguments: [
        (Dialect.hardwareV1Alpha2, "\"false\"", "true or false", "the text \"false\""),
        (.hardwareV1Alpha2, "!!str false", "true or false", "the text \"false\""),
        (.hardwareV1Alpha2, "0", "true or false", "the number 0"),
        (.hardwareV1Alpha1, "'true'", "true or false", "the text \"true\""),
        (.hardwareV1Alpha1, "1", "true or false", "the number 1"),
        (.bareMetalHost, "true", "\"allow\" or \"deny\"", "true"),
        (.bareMetalHost, "yes", "\"allow\" or \"deny\"", "yes"),
        (.bareMetalHost, "\"true\"", "\"allow\" or \"deny\"", "the text \"true\""),
        (.bareMetalHost, "Allow", "\"allow\" or \"deny\"", "the text \"Allow\""),
        (.bareMetalHost, "\"\"", "\"allow\" or \"deny\"", "the text \"\""),
        (.bareMetalHost, "1", "\"allow\" or \"deny\"", "the number 1"),
        (.bareMetalHost, "[allow]", "\"allow\" or \"deny\"", "a list"),
        (.bareMetalHost, "|\n    allow", "\"allow\" or \"deny\"", "the text \"allow\\n\""),
    ])
    func `what is neither on nor off is an error, arms nothing and is not edited`(
        dialect: Dialect, value: String, expected: String, found: String
    ) throws {
        let text = Self.manifest(dialect, "\n  \(Self.key(dialect)): \(value)")
        let file = parseManifest(Array(text.utf8), path: "a.yaml")
        #expect(file.isBroken && file.diagnostics.count == 1)
        #expect(file.diagnostics.first?.message.contains("expected \(expected)") == true)
        #expect(file.diagnostics.first?.message.hasSuffix("found \(found)") == true)
        #expect(file.hosts.first?.interfaces.first?.isOn == false)
        for change in [Self.disarm, Self.arm] {
            #expect(refusal(Array(text.utf8), change)?.hasSuffix(": expected \(expected), found \(found)") == true)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `a disarm of what is not there does nothing; an arming inserts it`(dialect: Dialect) throws {
        let (key, on) = (Self.key(dialect), Self.written(dialect, on: true))
        let cases = [
            ("", " {\(key): \(on)}"), (" ~", " {\(key): \(on)}"), (" {}", " {\(key): \(on)}"),
            (" {other: x}", " {other: x, \(key): \(on)}"), ("\n  other: x", "\n  other: x\n  \(key): \(on)"),
            ("\n  \(key):\n  other: x", "\n  \(key): \(on)\n  other: x"),
        ]
        for (block, armed) in cases {
            let (before, after) = (Self.manifest(dialect, block), Self.manifest(dialect, armed))
            #expect(isOn(before) == false)
            #expect(try edited(before, Self.disarm) == before)
            #expect(try edited(before, Self.arm) == after)
            #expect(isOn(after) == true)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `a merged value gets one of its own`(dialect: Dialect) throws {
        let (key, off) = (Self.key(dialect), Self.written(dialect, on: false))
        let top = "x: &x {\(key): \(Self.written(dialect, on: true))}\n"
        let block = Self.manifest(dialect, "\n  <<: *x\n  other: x", top: top)
        #expect(isOn(block) == true)
        #expect(
            try edited(block, Self.disarm)
                == Self.manifest(dialect, "\n  <<: *x\n  other: x\n  \(key): \(off)", top: top))
        let flow = Self.manifest(dialect, " {<<: *x}", top: top)
        #expect(try edited(flow, Self.disarm) == Self.manifest(dialect, " {<<: *x, \(key): \(off)}", top: top))
    }

    @Test(arguments: Dialect.allCases)
    func `an alias is replaced by what it stands for with a value of its own`(dialect: Dialect) throws {
        let (key, off) = (Self.key(dialect), Self.written(dialect, on: false))
        let top = "x: &x {\(key): \(Self.written(dialect, on: true))}\n"
        let text = Self.manifest(dialect, " *x  # shared", top: top)
        #expect(isOn(text) == true)
        #expect(
            try edited(text, Self.disarm) == Self.manifest(dialect, " {<<: *x, \(key): \(off)}  # shared", top: top))
        let scalar = "x: &x \(Self.written(dialect, on: true))\n"
        #expect(
            try edited(Self.manifest(dialect, "\n  \(key): *x", top: scalar), Self.disarm)
                == Self.manifest(dialect, "\n  \(key): \(off)", top: scalar))
    }

    @Test(arguments: Dialect.allCases)
    func `an anchor that others use is refused`(dialect: Dialect) {
        let block = " &x {\(Self.key(dialect)): \(Self.written(dialect, on: true))}"
        let text = Self.manifest(dialect, block) + "other: *x\n"
        #expect(
            refusal(Array(text.utf8))?.hasSuffix(
                "&x is used elsewhere by *x: an edit here would change those too. Write the values out there") == true)
    }

    @Test(arguments: Dialect.allCases)
    func `what other YAML readers see otherwise is refused`(dialect: Dialect) throws {
        let (key, on) = (Self.key(dialect), Self.written(dialect, on: true))
        let plain = Self.manifest(dialect, "\n  \(key): \(on)")
        let cases = [
            (Self.manifest(dialect, "\n  \(key): \(on)\n  \(key): \(on)"), "stands already in line"),
            (Self.manifest(dialect, "\n\t\(key): \(on)"), ""), (plain + "{% if x %}\n", ""),
            (plain + "{{ template }}: x\n", ""), (plain + "# a\u{2028}b\n", "U+2028"),
        ]
        for (text, reason) in cases {
            let refusal = try #require(self.refusal(Array(text.utf8)), "\(text)")
            #expect(reason.isEmpty || refusal.contains(reason))
        }
        let wide = plain.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(refusal([0xFF, 0xFE] + wide) != nil)
        let filled = Self.manifest(dialect, "\n  other: \"{{hookURL}}\"\n  \(key): \(on)")
        #expect(
            try edited(filled, Self.disarm)
                == Self.manifest(dialect, "\n  other: \"{{hookURL}}\"\n  \(key): \(Self.written(dialect, on: false))"))
    }

    @Test(arguments: Dialect.allCases)
    func `the arm annotation is set in every dialect`(dialect: Dialect) throws {
        let text = Self.manifest(dialect, "\n  other: x")
        let edited = try edited(text, .annotate(Self.mac, value: "2"))
        let host = try #require(parseManifest(Array(edited.utf8), path: "a.yaml").hosts.first)
        #expect(host.armAnnotation == "2" && host.dialect == dialect)
    }

    @Test(arguments: Dialect.allCases)
    func `each dialect says what on and off look like, and edits write that`(dialect: Dialect) throws {
        let text = Self.manifest(dialect, "\n  other: x")
        let armed = try edited(text, Self.arm)
        let leaf = { (words: String) in words.replacing("netboot.disabled", with: "disabled") }
        #expect(armed.contains(leaf(dialect.on)))
        #expect(try edited(armed, Self.disarm).contains(leaf(dialect.off)))
    }

    @Test(arguments: [
        "52:54:00:12:34:01", "52:54:00:12:34:01 ", "\"52:54:00:12:34:01\"", "'52-54-00-12-34-01'", "5254.0012.3401",
        "\"525400123401\"", "? 52:54:00:12:34:01\n    ",
    ])
    func `a MAC that is a key is found in any spelling`(key: String) throws {
        let text = Self.manifest(.hardwareV1Alpha2, " {disabled: false}").replacing("\"52:54:00:12:34:01\"", with: key)
        #expect(isOn(text) == true)
        #expect(try edited(text, Self.disarm) == text.replacing("disabled: false", with: "disabled: true"))
    }

    @Test func `a MAC that is a key is found in upper case, in an alias and through a merge`() throws {
        let upper = Self.manifest(.hardwareV1Alpha2, " {disabled: false}")
            .replacing("52:54:00:12:34:01", with: "52:54:00:AB:CD:EF")
        let mac = MACAddress(bits: 0x5254_00AB_CDEF)
        #expect(try edited(upper, .disarm(mac)) == upper.replacing("disabled: false", with: "disabled: true"))
        let head = "apiVersion: tinkerbell.org/v1alpha2\nkind: Hardware\nmetadata: {name: a}\n"
        let alias =
            head + "x: &x {netboot: &n {disabled: false}}\nspec:\n  networkInterfaces:\n    52:54:00:12:34:01: *x\n"
        #expect(isOn(alias) == true)
        #expect(
            try edited(alias, Self.disarm)
                == alias.replacing(": *x", with: ": {<<: *x, netboot: {<<: *n, disabled: true}}"))
        let merged =
            head
            + "x: &x\n  \"525400123401\": &i {netboot: &n {disabled: false}}\nspec:\n  networkInterfaces:\n    <<: *x\n"
        #expect(isOn(merged) == true)
        let after = try edited(merged, Self.disarm)
        #expect(after == merged + "    \"525400123401\": {<<: *i, netboot: {<<: *n, disabled: true}}\n")
        #expect(isOn(after) == false)
    }

    @Test func `a MAC under two spellings is not edited`() {
        let text = Self.manifest(.hardwareV1Alpha2, " {disabled: false}") + "    52-54-00-12-34-01: {}\n"
        #expect(
            refusal(Array(text.utf8))
                == "a.yaml:1:1: 2 interfaces here have the MAC 52:54:00:12:34:01: leave it at one of them")
    }
}
