import Inventory
import YAML

/// `BootProfile`, `bootlatch.dev/v1`.
extension FieldReader {
    mutating func bootProfile(_ node: Node) -> BootProfile? {
        guard let (name, spec) = ownManifest(node) else { return nil }
        checkFields(of: spec, known: ["kernel", "initrd", "args", "ipxe"])
        let kernel = artifact("kernel", of: spec)
        let initrd = artifacts("initrd", of: spec)
        let args = bootTexts("args", of: spec)
        let script = bootText("ipxe", of: spec)
        let source: BootProfile.Source
        switch (kernel, script) {
        case (let kernel?, nil): source = .kernel(kernel, initrd: initrd, args: args)
        case (nil, let script?):
            if !initrd.isEmpty || !args.isEmpty {
                error(spec, "initrd and args belong to a kernel: put them into the ipxe script")
            }
            source = .ipxe(script)
        case (nil, nil):
            // A field of a wrong type has its own diagnostic.
            if field("kernel", of: spec) == nil, field("ipxe", of: spec) == nil {
                error(spec, "expected a kernel or an ipxe script")
            }
            return nil
        default:
            error(spec, "a profile boots a kernel or an ipxe script: leave out one of them")
            return nil
        }
        return BootProfile(name: name, location: location(of: node), source: source)
    }
}
