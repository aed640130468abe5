import Inventory

/// The iPXE script for a plan.
///
/// - Parameters:
///   - kernelURL: where a kernel that we serve is fetched; a kernel with a URL of its own is fetched there.
///   - initrdURL: the same for the initrd of that index.
package func bootScript(
    for plan: Plan, _ text: BootText, kernelURL: String, initrdURL: (Int) -> String
) -> String {
    switch plan {
    case .script(let script):
        let filled = text.fill(script)
        // iPXE takes a file for a script by its first line.
        return filled.hasPrefix("#!ipxe") ? filled : "#!ipxe\n" + filled
    case .chain(let url):
        return """
            #!ipxe
            chain --replace \(text.fill(url)) || exit 1

            """
    case .kernel(let kernel, let initrd, let args):
        // UEFI kernels find their initrd by its name on the command line; BIOS ones ignore it.
        let names = initrd.indices.map { "initrd=initrd\($0)" }
        let arguments = (names + args.map { text.fill($0) }).joined(separator: " ")
        var lines = ["#!ipxe", "kernel \(isURL(kernel) ? text.fill(kernel) : kernelURL) \(arguments) || goto failed"]
        for (index, file) in initrd.enumerated() {
            lines.append(
                "initrd --name initrd\(index) \(isURL(file) ? text.fill(file) : initrdURL(index)) || goto failed")
        }
        // A refusal half way must reach the disk, not a prompt.
        lines += ["boot || goto failed", ":failed", "exit 1", ""]
        return lines.joined(separator: "\n")
    }
}
