import Inventory
import YAML

/// `BootProfile`, `bootlatch.dev/v1`.
extension FieldReader {
    mutating func bootProfile(_ node: Node) -> BootProfile? {
        guard let (name, spec) = ownManifest(node) else { return nil }
        checkFields(of: spec, known: ["kernel", "initrd", "args", "ipxe", "answers"])
        let kernel = artifact("kernel", of: spec)
        let initrd = artifacts("initrd", of: spec)
        let args = bootTexts("args", of: spec)
        let script = bootText("ipxe", of: spec)
        let answers = answers(of: spec)
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
        return BootProfile(name: name, location: location(of: node), source: source, answers: answers)
    }

    /// Whether the templates can be used is found out by whoever reads them: they are files of their own.
    private mutating func answers(of spec: Node?) -> [String: Answer] {
        guard let node = mapping("answers", of: spec) else { return [:] }
        var answers: [String: Answer] = [:]
        for entry in node.mergedEntries {
            let name = entry.key.text
            if name.isEmpty || name == "." || name == ".." || name.contains("/") {
                error(entry.key, "an answer's name is one part of an URL: no slash, and neither . nor ..")
            } else if let path = text(entry.value) {
                if isInRepo(path) {
                    answers[name] = Answer(path: path, location: location(of: entry.value))
                } else {
                    error(
                        entry.value,
                        "a template's path begins at the top of the repo and stays in it: no / at either end, no empty part, . or .., and not .git"
                    )
                }
            }
        }
        return answers
    }
}

private func isInRepo(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && parts.first != ".git"
        && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
}
