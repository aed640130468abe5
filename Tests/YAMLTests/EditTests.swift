import Testing

@testable import YAML

/// Each row of the table of edits; what comes out is compared byte for byte.
struct EditTests {
    private static let disarm = Patch.at(
        "netboot", set: .keys([("allowPXE", .bool(false)), ("allowWorkflow", .bool(false))]))

    private func edited(_ text: String, _ patch: Patch, document: Int = 0) throws -> String {
        String(decoding: try Edit.apply(patch, to: document, of: Array(text.utf8)), as: UTF8.self)
    }

    private func refusal(_ text: String, _ patch: Patch) -> String? {
        do throws(Edit.Refusal) {
            _ = try Edit.apply(patch, to: 0, of: Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), ("Yes", "No"), ("YES", "NO"),
        ("on", "off"),
        ("On", "Off"), ("ON", "OFF"), ("!!bool true", "!!bool false"), ("!!bool   \"true\"", "!!bool   \"false\""),
        ("&p true", "&p false"),
        ("&p !!bool yes", "&p !!bool no"), ("!<tag:yaml.org,2002:bool> True", "!<tag:yaml.org,2002:bool> False"),
    ])
    func `a boolean is replaced in its own style, tag and anchor kept`(old: String, new: String) throws {
        for frame in [
            "netboot:\n  allowPXE: @\n", "netboot:\n  allowPXE: @",
            "\u{FEFF}netboot:\r\n  allowPXE:   @   # why é\r\n  ipxe: {}\r\n",
            "# é\nnetboot: {ipxe: {}, allowPXE: @}\n", "netboot: {allowPXE: @, ipxe: {}} # c",
            "netboot:\n    \"allowPXE\": @\t# c\n\n\n# end",
            "---\n# c\nnetboot: # c\n  ? allowPXE\n  : @\n...\n---\nnetboot: {allowPXE: true}\n",
        ] {
            let before = frame.replacing("@", with: old)
            let after = frame.replacing("@", with: new)
            #expect(try edited(before, .at("netboot", "allowPXE", set: .bool(false))) == after)
            #expect(try edited(after, .at("netboot", "allowPXE", set: .bool(true))) == before)
            #expect(try edited(after, .at("netboot", "allowPXE", set: .bool(false))) == after)
        }
    }

    @Test(arguments: [
        ("\"true\"", "the text \"true\""), ("'true'", "the text \"true\""), ("!!str true", "the text \"true\""),
        ("1", "the number 1"),
        ("[true]", "a list"), ("{a: true}", "a mapping"), ("!x true", "true with the tag !x"),
    ])
    func `what is not a boolean is refused`(old: String, found: String) {
        for frame in ["netboot:\n  allowPXE: @\n", "netboot: {allowPXE: @}\n"] {
            let message = refusal(frame.replacing("@", with: old), .at("netboot", "allowPXE", set: .bool(false)))
            #expect(message?.hasSuffix("netboot.allowPXE: expected true or false, found \(found)") == true)
        }
    }

    @Test(arguments: [
        // After a merge, behind the last entry of one line.
        (
            "x: &x {allowPXE: true}\nnetboot:\n  <<: *x # lab\n",
            "x: &x {allowPXE: true}\nnetboot:\n  <<: *x # lab\n  allowPXE: false\n"
        ),
        (
            "x: &x {allowPXE: true}\r\nnetboot:\r\n  <<: *x",
            "x: &x {allowPXE: true}\r\nnetboot:\r\n  <<: *x\r\n  allowPXE: false"
        ),
        ("x: &x {allowPXE: true}\nnetboot: {<<: *x}\n", "x: &x {allowPXE: true}\nnetboot: {<<: *x, allowPXE: false}\n"),
        (
            "x: &x {allowPXE: true}\nnetboot: {<<: *x, }\n",
            "x: &x {allowPXE: true}\nnetboot: {<<: *x, allowPXE: false, }\n"
        ),
        (
            "x: &x {allowPXE: true}\nnetboot:\n      <<: *x\n      ipxe:\n        contents: |\n          #!ipxe\n",
            "x: &x {allowPXE: true}\nnetboot:\n      <<: *x\n      allowPXE: false\n      ipxe:\n        contents: |\n          #!ipxe\n"
        ),
    ])
    func `a merged key gets an entry of its own, in the block's indentation`(before: String, after: String) throws {
        #expect(try edited(before, .at("netboot", "allowPXE", set: .bool(false))) == after)
    }

    @Test(arguments: [
        ("netboot:\n  a: 1\n", "netboot:\n  a: 1\n  allowPXE: true\n"),
        ("- n:\n  netboot:\n", "- n:\n  netboot: {allowPXE: true}\n"),
        ("netboot:\n  allowPXE: # on again\n", "netboot:\n  allowPXE: true # on again\n"),
        ("netboot:\n  allowPXE: ~\n", "netboot:\n  allowPXE: true\n"),
        ("netboot: # none\nother: 1\n", "netboot: {allowPXE: true} # none\nother: 1\n"),
        ("netboot: null", "netboot: {allowPXE: true}"),
        ("netboot: {}\n", "netboot: {allowPXE: true}\n"),
        ("netboot: {a: }\n", "netboot: {a: , allowPXE: true}\n"),
        ("netboot: &n # none\n", "netboot: &n {allowPXE: true} # none\n"),
        ("netboot: !!map {}\n", "netboot: !!map {allowPXE: true}\n"),
        ("netboot: {allowPXE: , b: 1}\n", "netboot: {allowPXE: true, b: 1}\n"),
        ("netboot: {\n  <<: {a: 1}, # x\n}\n", "netboot: {\n  <<: {a: 1}, allowPXE: true, # x\n}\n"),
        ("netboot: {a}\n", "netboot: {a, allowPXE: true}\n"),
        ("netboot: { a: 1 }\n", "netboot: { a: 1, allowPXE: true }\n"),
        ("netboot: {\n  a: 1, # x\n  b: 2 # y\n}\n", "netboot: {\n  a: 1, # x\n  b: 2, allowPXE: true # y\n}\n"),
        // Behind a nested entry; in front of one that ends in a block scalar.
        (
            "netboot:\n   osie:\n      kernel: k # c\n# end\n",
            "netboot:\n   osie:\n      kernel: k # c\n   allowPXE: true\n# end\n"
        ),
        (
            "netboot:\n  ipxe:\n    contents: |\n      x\n\n",
            "netboot:\n  allowPXE: true\n  ipxe:\n    contents: |\n      x\n\n"
        ),
        // The mapping itself is missing.
        ("dhcp:\n  mac: x\n", "dhcp:\n  mac: x\nnetboot:\n  allowPXE: true\n"),
        ("{dhcp: {mac: x}}", "{dhcp: {mac: x}, netboot: {allowPXE: true}}"),
        ("dhcp: {mac: x}", "dhcp: {mac: x}\nnetboot:\n  allowPXE: true"),
        ("\u{FEFF}dhcp: {mac: x}\r\n", "\u{FEFF}dhcp: {mac: x}\r\nnetboot:\r\n  allowPXE: true\r\n"),
    ])
    func `a missing key is inserted`(before: String, after: String) throws {
        let isList = before.hasPrefix("-")
        let patch = Patch.at("netboot", "allowPXE", set: .bool(true))
        #expect(try edited(before, isList ? .item(0, patch) : patch) == after)
    }

    @Test func `a key goes into a list's compact mapping`() throws {
        let before = "- dhcp:\n    mac: x\n- dhcp:\n    mac: y\n"
        #expect(
            try edited(before, .item(0, .at("netboot", "allowPXE", set: .bool(true))))
                == "- dhcp:\n    mac: x\n  netboot:\n    allowPXE: true\n- dhcp:\n    mac: y\n")
    }

    @Test(arguments: [
        (
            "x: &x {allowPXE: true, allowWorkflow: true}\nnetboot: *x # shared\n",
            "x: &x {allowPXE: true, allowWorkflow: true}\nnetboot: {<<: *x, allowPXE: false, allowWorkflow: false} # shared\n"
        ),
        (
            "x: &x\n  allowPXE: true\n  ipxe: {url: u}\nnetboot: *x",
            "x: &x\n  allowPXE: true\n  ipxe: {url: u}\nnetboot: {<<: *x, allowPXE: false, allowWorkflow: false}"
        ),
        ("x: &x true\nnetboot: {allowPXE: *x}\n", "x: &x true\nnetboot: {allowPXE: false, allowWorkflow: false}\n"),
        // The mapping comes through a merge, and has an anchor of its own.
        (
            "x: &x {netboot: &nb {allowPXE: true, ipxe: {url: u}}}\n<<: *x\n",
            "x: &x {netboot: &nb {allowPXE: true, ipxe: {url: u}}}\n<<: *x\nnetboot: {<<: *nb, allowPXE: false, allowWorkflow: false}\n"
        ),
        (
            "nb: &nb {allowPXE: true}\nx: &x\n  netboot: *nb\n<<: *x\n",
            "nb: &nb {allowPXE: true}\nx: &x\n  netboot: *nb\n<<: *x\nnetboot: {<<: *nb, allowPXE: false, allowWorkflow: false}\n"
        ),
    ])
    func `a value reached through an alias is written beside it`(before: String, after: String) throws {
        #expect(try edited(before, Self.disarm) == after)
    }

    @Test(arguments: [
        (
            "netboot: &x {allowPXE: true}\nother: *x\n",
            "1:13: &x is used elsewhere by *x: an edit here would change those too. Write the values out there"
        ),
        (
            "netboot: {allowPXE: &x true}\nother: *x\n",
            "1:24: &x is used elsewhere by *x: an edit here would change those too. Write the values out there"
        ),
        (
            "netboot: &x\n  allowPXE: true\nother:\n  <<: *x\n",
            "2:3: &x is used elsewhere by *x: an edit here would change those too. Write the values out there"
        ),
        (
            "x: &x {netboot: {allowPXE: true, ipxe: {url: u}}}\n<<: *x\n",
            "1:17: x.netboot is reached through an alias: write it out at this place, so that it can be edited without its other users"
        ),
        ("x: &x\n  netboot: 1nb\n<<: *x\n", "2:12: x.netboot: expected a mapping, found the text \"1nb\""),
        ("x: &x []\nnetboot: *x\n", "2:10: netboot: expected a mapping here"),
    ])
    func `an anchor that others use is refused`(text: String, message: String) {
        #expect(refusal(text, .at("netboot", "allowPXE", set: .bool(false))) == message)
    }

    @Test func `an anchor whose other users have values of their own may change`() throws {
        #expect(
            try edited(
                "netboot: &x {allowPXE: true}\nother: {<<: *x, allowPXE: true}\n",
                .at("netboot", "allowPXE", set: .bool(false)))
                == "netboot: &x {allowPXE: false}\nother: {<<: *x, allowPXE: true}\n")
    }

    @Test(arguments: [
        (
            "netboot: {allowPXE: true}\nnetboot: {allowPXE: true}\n",
            "2:1: the key netboot stands already in line 1: keep one of the two"
        ),
        ("netboot:\n\tallowPXE: true\n", "2:1: a tab indents this line: YAML takes only spaces there"),
        ("netboot:\n{{- if .pxe }}\n  allowPXE: true\n{{- end }}\n", "3:3: \(templateAdvice)"),
        (
            "# a\u{2028}b\nnetboot: {allowPXE: true}\n",
            "1:4: NEL, U+2028 and U+2029 end a line for some YAML readers and not for others: remove this character"
        ),
    ])
    func `what readers disagree on is refused with the reason`(text: String, message: String) {
        #expect(refusal(text, .at("netboot", "allowPXE", set: .bool(false))) == message)
    }

    @Test func `UTF-16 is refused`() {
        let bytes: [UInt8] = [0xFF, 0xFE] + "netboot: {allowPXE: true}".utf8.flatMap { [$0, UInt8(0)] }
        let error = #expect(throws: Edit.Refusal.self) {
            try Edit.apply(.at("netboot", "allowPXE", set: .bool(false)), to: 0, of: bytes)
        }
        #expect(error?.message == "the file is UTF-16: save it as UTF-8")
    }

    @Test func `braces inside a scalar are no template`() throws {
        let before = "netboot:\n  ipxe: {contents: \"{{hookURL}}\"}\n  args: curl {{hookURL}}\n  allowPXE: true\n"
        #expect(
            try edited(before, .at("netboot", "allowPXE", set: .bool(false)))
                == before.replacing("allowPXE: true", with: "allowPXE: false"))
    }

    @Test(arguments: [
        ("metadata:\n  name: n\n", "metadata:\n  name: n\n  annotations:\n    bootlatch.dev/arm: \"7\"\n"),
        ("metadata: {name: n}\n", "metadata: {name: n, annotations: {bootlatch.dev/arm: \"7\"}}\n"),
        (
            "metadata:\n  annotations:\n    a: b\n  name: n\n",
            "metadata:\n  annotations:\n    a: b\n    bootlatch.dev/arm: \"7\"\n  name: n\n"
        ),
        (
            "metadata:\n  annotations: {bootlatch.dev/arm: '6'} # c\n",
            "metadata:\n  annotations: {bootlatch.dev/arm: '7'} # c\n"
        ),
        (
            "metadata:\n  annotations:\n    bootlatch.dev/arm: old\n",
            "metadata:\n  annotations:\n    bootlatch.dev/arm: \"7\"\n"
        ),
        ("metadata:\n  annotations:\n", "metadata:\n  annotations: {bootlatch.dev/arm: \"7\"}\n"),
    ])
    func `a text is set as text`(before: String, after: String) throws {
        #expect(try edited(before, .at("metadata", "annotations", "bootlatch.dev/arm", set: .text("7"))) == after)
    }

    @Test(arguments: [
        "plain", "with \"quotes\" and \\", "tab\tand\nline", "é 😀", "\u{7}\u{2028}\u{85}", "", "true", "# no comment",
    ])
    func `any text survives`(text: String) throws {
        let result = try edited("a: {b: 1}\n", .at("a", "c", set: .text(text)))
        let root = try #require(Parser.parse(Array(result.utf8)).documents.first)
        #expect(root["a"]?["c"]?.string == text)
    }

    @Test func `only the named document is edited`() throws {
        #expect(
            try edited("a: true\n---\na: true\n---\na: true\n", .at("a", set: .bool(false)), document: 1)
                == "a: true\n---\na: false\n---\na: true\n")
    }

    @Test func `the other documents are compared as they are written, whatever their aliases stand for`() throws {
        // Written out, they would be 16 GB.
        let tens = Array(repeating: "*a", count: 10).joined(separator: ", ")
        let other = "---\na: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [\(tens)]\n"
        let before = "x: true\n" + String(repeating: other, count: 900)
        #expect(try edited(before, .at("x", set: .bool(false))) == before.replacing("x: true", with: "x: false"))
    }

    @Test func `an alias of nothing is filled in`() throws {
        #expect(
            try edited("x: &x\nnetboot: *x # none\n", .at("netboot", "allowPXE", set: .bool(true)))
                == "x: &x\nnetboot: {allowPXE: true} # none\n")
    }

    @Test func `a place that is gone is refused`() {
        #expect(
            refusal("a: [1]\n", .at("a", set: .item(1, .bool(true))))?.hasSuffix("no list with an item 1 here any more")
                == true)
        #expect(refusal("a: 5\n", .at("a", "b", set: .bool(true))) == "1:4: a: expected a mapping here")
        #expect(throws: Edit.Refusal.self) { try Edit.apply(.bool(true), to: 3, of: Array("a: 1".utf8)) }
    }

    private static let removal = Patch.at("m", "k", set: .absent)

    @Test(arguments: [
        ("m:\n  a: 1\n  k: x # why\n  b: 2\n", "m:\n  a: 1\n  b: 2\n"), ("m:\n  k: x\n  b: 2", "m:\n  b: 2"),
        ("m:\n  a: 1\n  k: x", "m:\n  a: 1\n"), ("m:\r\n  a: 1\r\n  k: x\r\n", "m:\r\n  a: 1\r\n"),
        // A value of several lines goes with all of them; what stands between entries stays.
        (
            "m:\n  # of a\n  a: 1\n  k:\n    x: 1 # é\n    y: [2,\n      3]\n\n  # of b\n  b: 2\n",
            "m:\n  # of a\n  a: 1\n\n  # of b\n  b: 2\n"
        ),
        ("m: {a: 1, k: x, b: 2} # c\n", "m: {a: 1, b: 2} # c\n"), ("m: {k: x, b: 2}", "m: {b: 2}"),
        ("m: {a: 1, \"k\": {x: y}}", "m: {a: 1}"), ("m: {\n  a: 1,\n  k: x\n}\n", "m: {\n  a: 1\n}\n"),
        ("m:\n  a: 1\n", "m:\n  a: 1\n"),
    ])
    func `an entry is taken out with its lines or its comma`(before: String, after: String) throws {
        #expect(try edited(before, Self.removal) == after)
    }

    @Test(arguments: [
        // The last one, a value whose end is not to be seen, a key and its value on lines of their own, one of somebody else's.
        "m:\n  k: x\n", "m: {k: x}", "m:\n  a: 1\n  k: |\n    x\n", "m:\n  a: 1\n  ? k\n  : x\n",
        "x: &x {k: 1}\nm:\n  <<: *x\n  k: 2\n  a: 3\n", "x: &x {k: 1, a: 2}\nm: *x\n",
    ])
    func `an entry that can't be taken out alone stays`(text: String) {
        #expect(refusal(text, Self.removal) != nil)
    }
}
