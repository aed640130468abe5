import Inventory

/// An answer as one machine gets it; nil where it grows beyond `largestAnswer`.
///
/// Nothing is escaped: what a machine shows of itself is made harmless as in `BootText.fill`, and all else is the repo's.
package func renderAnswer(_ template: Template, _ text: BootText, for interface: Interface) -> String? {
    var renderer = Renderer(root: root(text, interface))
    renderer.render(template.parts)
    return renderer.result.utf8.count > largestAnswer ? nil : renderer.result
}

/// Bytes. A short template may name a long label thousands of times.
package let largestAnswer = 4 << 20

private enum Value {
    case text(String)
    case list([Value])
    case map([String: Value])

    /// A section about it is left out.
    var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .list(let values): values.isEmpty
        case .map(let values): values.isEmpty
        }
    }
}

private func root(_ text: BootText, _ interface: Interface) -> [String: Value] {
    let dhcp = interface.spec.dhcp
    var root: [String: Value] = [:]
    for placeholder in Placeholder.allCases { root[placeholder.rawValue] = .text(text.harmless(placeholder)) }
    root["host"] = .text(interface.host.id.name)
    root["netmask"] = dhcp.netmask.map { .text("\($0)") }
    root["gateway"] = dhcp.gateway.map { .text("\($0)") }
    root[TemplateName.nameServers] = .list(dhcp.nameServers.map { .text("\($0)") })
    root[TemplateName.labels] = .map(interface.host.labels.mapValues { .text($0) })
    return root
}

private struct Renderer {
    private(set) var result = ""
    /// What the sections are about, outermost first.
    private var stack: [Value]

    init(root: [String: Value]) { stack = [.map(root)] }

    mutating func render(_ parts: [Template.Part]) {
        for part in parts {
            guard result.utf8.count <= largestAnswer else { return }
            switch part {
            case .text(let text): result += text
            case .value(let name):
                if case .text(let text) = value(of: name) { result += text }
            case .section(let name, let isInverted, let inner):
                let value = value(of: name)
                let isThere = value.map { !$0.isEmpty } ?? false
                if isInverted {
                    if !isThere { render(inner) }
                } else if let value, isThere {
                    guard case .list(let elements) = value else {
                        render(inner, about: value)
                        continue
                    }
                    for element in elements { render(inner, about: element) }
                }
            }
        }
    }

    private mutating func render(_ parts: [Template.Part], about value: Value) {
        stack.append(value)
        render(parts)
        stack.removeLast()
    }

    /// The innermost section that has the name's first part decides.
    private func value(of name: [String]) -> Value? {
        guard let first = name.first else { return stack.last }
        for case .map(let values) in stack.reversed() {
            guard let found = values[first] else { continue }
            return name.dropFirst().reduce(found) { value, part in
                if case .map(let values)? = value { values[part] } else { nil }
            }
        }
        return nil
    }
}
