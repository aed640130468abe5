/// True when the file is fetched elsewhere, where its bytes can't be seen going by.
package func isURL(_ file: String) -> Bool { file.contains("://") }

extension Plan {
    /// Whether we see the kernel go by. Where not, a served script counts as a full boot.
    package var servesKernel: Bool { kernelFile != nil }

    /// The kernel that we serve ourselves, as an artifact path: of a plan's `kernel`, or of the first `kernel` command of a script
    /// that takes it from `{{artifacts}}`.
    package var kernelFile: String? {
        switch self {
        case .kernel(let kernel, _, _): return isURL(kernel) ? nil : kernel
        case .chain: return nil
        case .script(let script):
            for line in script.split(whereSeparator: \.isNewline) {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                guard words.first == "kernel" || words.first == "chain" || words.first == "imgfetch" else { continue }
                guard words.first == "kernel", let file = words.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
                    return nil
                }
                return file.hasPrefix("{{artifacts}}/") ? String(file.dropFirst("{{artifacts}}/".count)) : nil
            }
            return nil
        }
    }
}
