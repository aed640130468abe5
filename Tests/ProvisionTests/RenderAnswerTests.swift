import Inventory
import Manifest
import Provision
import Testing

struct RenderAnswerTests {
    private let text = BootText(
        hookURL: "http://10.0.0.1:8080/hooks/ab12", failedURL: "http://10.0.0.1:8080/hooks/ab12/failed",
        mac: "52:54:00:12:34:01", uuid: "4c4c4544-0042-3510-8052-b2c04f4b3232", serial: "ABC123", hostname: "node-01",
        ip: "10.0.0.14", artifacts: "http://10.0.0.1:8080/b/cd34/artifacts",
        answerURL: "http://10.0.0.1:8080/b/cd34/answers")

    private func interface(_ fill: (inout DHCPSpec) -> Void = { _ in }, labels: [String: String] = [:]) -> Interface {
        var dhcp = DHCPSpec()
        fill(&dhcp)
        let place = SourceLocation(path: "a.yaml")
        let spec = InterfaceSpec(mac: MACAddress(bits: 1), isOn: true, netbootLocation: place, dhcp: dhcp)
        let host = Host(
            id: Host.ID(namespace: "lab", name: "node-01"), labels: labels, interfaces: [spec], location: place)
        return Interface(mac: spec.mac, host: host, spec: spec)
    }

    private func render(_ template: String, _ text: BootText? = nil, for interface: Interface? = nil) throws -> String?
    {
        guard case .template(let template) = parseTemplate(Array(template.utf8)) else {
            Issue.record("\(parseTemplate(Array(template.utf8)))")
            return nil
        }
        return renderAnswer(template, text ?? self.text, for: interface ?? self.interface())
    }

    @Test(arguments: Placeholder.allCases)
    func `every placeholder is filled in`(placeholder: Placeholder) throws {
        #expect(try render("a {{\(placeholder.rawValue)}} b") == "a \(text[placeholder]) b")
        #expect(try render("{{{ \(placeholder.rawValue) }}}") == text[placeholder])
    }

    @Test(arguments: TemplateName.all.filter { !["labels", "nameServers"].contains($0) })
    func `every name that a template may have is known here, or says nothing`(name: String) throws {
        #expect(try render("{{\(name)}}") != nil)
    }

    @Test func `host, network and labels are the manifest's`() throws {
        let full = interface(
            {
                $0.netmask = IPv4Address("255.255.255.0")
                $0.gateway = IPv4Address("10.0.0.1")
                $0.nameServers = ["10.0.0.2", "10.0.0.3"].compactMap { IPv4Address($0) }
            }, labels: ["role": "a <db> & \"more\"", "topology/rack": "7"])
        let template = """
            {{host}} {{netmask}} {{labels.role}} {{labels.topology/rack}}{{labels.none}}
            {{#gateway}}
            via {{gateway}}
            {{/gateway}}
            {{^gateway}}
            alone
            {{/gateway}}
            dns: [{{#nameServers}}{{.}},{{/nameServers}}]
            {{#labels}}{{role}} of {{host}}{{/labels}}

            """
        #expect(
            try render(template, for: full) == """
                node-01 255.255.255.0 a <db> & "more" 7
                via 10.0.0.1
                dns: [10.0.0.2,10.0.0.3,]
                a <db> & "more" of node-01

                """)
        #expect(try render(template) == "node-01   \nalone\ndns: []\n\n")
    }

    @Test(arguments: ["", "role"])
    func `a section is about what is there`(label: String) throws {
        let interface = interface(labels: label.isEmpty ? [:] : [label: "db"])
        #expect(
            try render("{{#labels.role}}is {{.}}{{/labels.role}}{{^labels.role}}none{{/labels.role}}", for: interface)
                == (label.isEmpty ? "none" : "is db"))
    }

    @Test(arguments: [
        "x\nlate-commands: [rm]", "x\r\ny", "a: b", "\"'", "\u{2028}x", "a\u{85}b", "{{hookURL}}", "\u{1B}[2J",
    ])
    func `what a machine says of itself starts no line, and is no template`(shown: String) throws {
        var text = text
        text.serial = shown
        text.uuid = shown
        let answer = try #require(try render("serial: {{serial}}\nuuid: {{{uuid}}}\nend\n", text))
        let lines = answer.split(whereSeparator: \.isNewline)
        #expect(lines.count == 3)
        #expect(lines.dropFirst(0).first?.hasPrefix("serial: ") == true && lines.last == "end")
        #expect(!answer.contains("hooks"))
        let value = lines[0].dropFirst("serial: ".count)
        #expect(value.allSatisfy { $0.isASCII && !$0.isWhitespace && !"|&${};`\\\"'<>".contains($0) }, "\(answer)")
    }

    @Test func `an answer has an end`() throws {
        let long = interface(labels: ["long": String(repeating: "x", count: 1 << 20)])
        #expect(try render("{{labels.long}}", for: long)?.utf8.count == 1 << 20)
        #expect(try render(String(repeating: "{{labels.long}}", count: 5), for: long) == nil)
        let template = String(repeating: "{{labels.long}}", count: 10_000)
        #expect(try render(template, for: long) == nil)
    }
}
