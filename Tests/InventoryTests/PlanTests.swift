import Inventory
import Testing

@Suite struct PlanTests {
    private func plan(_ osie: OSIESpec) -> Plan? {
        let spec = InterfaceSpec(
            mac: MACAddress(bits: 1), isOn: true, netbootLocation: SourceLocation(path: "a.yaml"), osie: osie)
        let host = Host(id: Host.ID(name: "a"), interfaces: [spec], location: SourceLocation(path: "a.yaml"))
        return Plan(for: Interface(mac: spec.mac, host: host, spec: spec))
    }

    @Test(arguments: ["{{artifacts}}/hook", "{{artifacts}}/hook/", "{{ artifacts }}/hook", "hook"])
    func `files under the artifacts' base are served as artifacts`(base: String) {
        let plan = plan(OSIESpec(baseURL: base, kernel: "vmlinuz", initrd: "initrd"))
        #expect(plan == .kernel("hook/vmlinuz", initrd: ["hook/initrd"], args: []))
    }

    @Test func `a kernel elsewhere stays where it is`() {
        let plan = plan(OSIESpec(baseURL: "http://files.lab/{{mac}}", kernel: "vmlinuz"))
        #expect(plan == .kernel("http://files.lab/{{mac}}/vmlinuz", initrd: [], args: []))
    }
}
