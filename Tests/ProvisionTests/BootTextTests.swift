import Inventory
import Provision
import Testing

struct BootTextTests {
    private let text = BootText(
        hookURL: "http://10.0.0.1:8080/hooks/ab12", failedURL: "http://10.0.0.1:8080/hooks/ab12/failed",
        mac: "52:54:00:12:34:01", uuid: "4c4c4544-0042-3510-8052-b2c04f4b3232", serial: "ABC123", hostname: "node-01",
        ip: "10.0.0.14", artifacts: "http://10.0.0.1:8080/b/cd34/artifacts")

    @Test(arguments: Placeholder.allCases)
    func `every placeholder is filled in, with or without spaces`(placeholder: Placeholder) {
        #expect(text.fill("a {{\(placeholder.rawValue)}} b") == "a \(text[placeholder]) b")
        #expect(text.fill("{{ \(placeholder.rawValue) }}") == text[placeholder])
    }

    @Test(arguments: [
        ("no placeholder", "no placeholder"), ("{{unknown}}", "{{unknown}}"), ("{{mac", "{{mac"), ("}} {{", "}} {{"),
        ("{{{{mac}}}}", "{{{{mac}}}}"), ("{{mac}}{{ip}}", "52:54:00:12:34:0110.0.0.14"), ("", ""),
        ("${net0/mac} {mac}", "${net0/mac} {mac}"),
    ])
    func `everything else stays as it is`(template: String, expected: String) {
        #expect(text.fill(template) == expected)
    }

    @Test(arguments: [
        "x\nkernel http://evil/", "a b", "a|b", "a&&b", "${shell}", "a;b", "\u{1B}[2J", "a\u{00A0}b", "`id`",
        "{{hookURL}}",
    ])
    func `what a machine says of itself starts no line, word or setting of a script`(serial: String) {
        var text = text
        text.serial = serial
        let filled = text.fill("serial={{serial}} end")
        #expect(filled.hasPrefix("serial=") && filled.hasSuffix(" end"))
        let value = filled.dropFirst("serial=".count).dropLast(" end".count)
        #expect(value.allSatisfy { $0.isASCII && !$0.isWhitespace && !"|&${};`\\\"'<>".contains($0) }, "\(filled)")
    }

    @Test func `a script is filled in and begins as iPXE needs it`() {
        let script = bootScript(for: .script("#!ipxe\nkernel x hook={{hookURL}}\n"), text, kernelURL: "k") { "i\($0)" }
        #expect(script == "#!ipxe\nkernel x hook=http://10.0.0.1:8080/hooks/ab12\n")
        #expect(bootScript(for: .script("boot"), text, kernelURL: "k") { "i\($0)" } == "#!ipxe\nboot")
    }

    @Test func `a chain hands on, and goes to the disk where that fails`() {
        let script = bootScript(for: .chain("http://x/{{mac}}.ipxe"), text, kernelURL: "k") { "i\($0)" }
        #expect(script == "#!ipxe\nchain --replace http://x/52:54:00:12:34:01.ipxe || exit 1\n")
    }

    @Test func `a kernel of ours is fetched by its boot's token, one from elsewhere at its own place`() {
        let plan = Plan.kernel(
            "ubuntu/vmlinuz", initrd: ["ubuntu/initrd", "http://x/{{hostname}}.img"],
            args: ["ip=dhcp", "hook={{hookURL}}"])
        let script = bootScript(for: plan, text, kernelURL: "http://s/b/t/kernel") { "http://s/b/t/initrd/\($0)" }
        #expect(
            script == """
                #!ipxe
                kernel http://s/b/t/kernel initrd=initrd0 initrd=initrd1 ip=dhcp hook=http://10.0.0.1:8080/hooks/ab12 || goto failed
                initrd --name initrd0 http://s/b/t/initrd/0 || goto failed
                initrd --name initrd1 http://x/node-01.img || goto failed
                boot || goto failed
                :failed
                exit 1

                """)
        let chained = bootScript(for: .kernel("https://x/k", initrd: [], args: []), text, kernelURL: "k") { "i\($0)" }
        #expect(chained.contains("\nkernel https://x/k"))
    }
}
