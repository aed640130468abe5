import Inventory
import Testing

@testable import Manifest

struct ParseTemplateTests {
    private func parse(_ text: String) -> TemplateFile { parseTemplate(Array(text.utf8)) }

    @Test(
        arguments: [
            ("", []), ("a\nb\n", [.text("a\nb\n")]), ("{ } {\n\"a\": {}}\n", [.text("{ } {\n\"a\": {}}\n")]),
            ("a {{mac}} b", [.text("a "), .value(["mac"]), .text(" b")]),
            ("{{ host }}{{{hookURL}}}{{& serial}}", [.value(["host"]), .value(["hookURL"]), .value(["serial"])]),
            (
                "{{labels.role}}{{labels.topology/rack}}",
                [.value(["labels", "role"]), .value(["labels", "topology/rack"])]
            ),
            ("a{{! no\nword }}b", [.text("a"), .text("b")]),
            (
                "{{#gateway}}via {{.}}{{/gateway}}",
                [.section(["gateway"], isInverted: false, [.text("via "), .value([])])]
            ),
            (
                "{{^labels.role}}x{{/labels.role}}",
                [.section(["labels", "role"], isInverted: true, [.text("x")])]
            ),
            (
                "{{#labels}}{{role}} {{mac}}{{/labels}}",
                [.section(["labels"], isInverted: false, [.value(["role"]), .text(" "), .value(["mac"])])]
            ),
        ] as [(String, [Template.Part])])
    func `text, values, sections and comments are told apart`(text: String, parts: [Template.Part]) {
        #expect(parse(text) == .template(Template(parts)))
    }

    @Test(
        arguments: [
            (
                "a\n{{#gateway}}\nb\n{{/gateway}}\nc\n",
                [.text("a\n"), .section(["gateway"], isInverted: false, [.text("b\n")]), .text("c\n")]
            ),
            ("a\r\n  {{! x }} \r\nc", [.text("a\r\n"), .text("c")]), ("{{! x }}", []), ("a\n  {{!x}}", [.text("a\n")]),
            ("a {{!x}}\nb", [.text("a "), .text("\nb")]), ("  {{!x}}{{!y}}\n", [.text("  "), .text("\n")]),
            ("  {{mac}}\n", [.text("  "), .value(["mac"]), .text("\n")]),
        ] as [(String, [Template.Part])])
    func `the line of a section's tag or a comment that stands alone is no line of the answer`(
        text: String, parts: [Template.Part]
    ) {
        #expect(parse(text) == .template(Template(parts)))
    }

    private static let names =
        "hookURL, failedURL, mac, uuid, serial, hostname, ip, artifacts, answerURL, host, netmask, gateway, nameServers, labels"

    @Test(arguments: [
        ("a\n{{hookUrl}}", 2, "nothing is known under {{hookUrl}} (did you mean hookURL?)"),
        ("{{ds.meta_data.x}}", 1, "nothing is known under {{ds.meta_data.x}}: there are \(names)"),
        ("{{token}}", 1, "nothing is known under {{token}}: there are \(names)"),
        ("\n\n{{#gateway}}x", 3, "the section {{#gateway}} is not closed"),
        ("{{#gateway}}\n{{/netmask}}", 2, "{{/netmask}} closes {{#gateway}} of line 1"),
        ("{{/gateway}}", 1, "{{/gateway}} closes nothing"), ("x {{mac", 1, "{{ without }}"),
        ("{{{mac}}", 1, "{{{ without }}}"), ("{{}}", 1, "{{}} is no name"), ("{{a b}}", 1, "{{a b}} is no name"),
        ("{{> other}}", 1, "{{>}} is not known here: a template includes no other"),
        ("{{$ block}}", 1, "{{$}} is not known here: a template includes no other"),
        ("{{=<% %>=}}", 1, "other delimiters than {{ and }} are not known here"),
        ("{{labels}}", 1, "one label is {{labels.NAME}}; a label with a dot in its name can't be told here"),
        ("{{labels.a.b}}", 1, "one label is {{labels.NAME}}; a label with a dot in its name can't be told here"),
        ("{{nameServers}}", 1, "several may be there: {{#nameServers}}{{.}}{{/nameServers}}"),
        ("{{.}}", 1, "{{.}} stands for one of {{#nameServers}}, or for the text of its section"),
        (
            "{{#nameServers}}{{#nameServers}}{{/nameServers}}{{/nameServers}}", 1, "{{#nameServers}} stands in itself"
        ),
        (String(repeating: "{{#gateway}}", count: 33), 1, "more than 32 sections in one another"),
    ])
    func `what can't be filled in is told with its line`(text: String, line: Int, message: String) {
        #expect(parse(text) == .unusable(message, line: line))
    }

    @Test func `what is no text of ours is not read`() {
        #expect(parseTemplate([0x61, 0xFF]) == .unusable("it is not UTF-8; save it as that"))
        guard case .unusable(let why, nil) = parse("version https://git-lfs.github.com/spec/v1\noid x") else {
            Issue.record("a pointer is a template")
            return
        }
        #expect(why.contains("LFS pointer"))
        let largest =
            [UInt8](repeating: UInt8(ascii: "{"), count: 1) + [UInt8](repeating: 0x20, count: templateLimit - 1)
        guard case .template = parseTemplate(largest) else {
            Issue.record("the limit is too low")
            return
        }
        #expect(parseTemplate(largest + [0x20]) == .unusable("it has 262145 bytes, more than the limit of 262144"))
    }

    @Test(arguments: ["{\"a\": 1}\n", "{{mac}}", "{{! x }}\n", "{", "}", "{{#gateway}}{{/gateway}}\n"])
    func `a template of any sort is read in one go`(unit: String) {
        let text = String(repeating: unit, count: templateLimit / unit.utf8.count)
        let start = ContinuousClock.now
        _ = parse(text)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
