import NIOHTTP1

/// One way into the provisioning network's HTTP listener.
package struct Route: Sendable {
    package enum Action: Sendable, Hashable {
        case stub, script, loader, kernel, initrd, artifact, answer
        case hook(HookRequest.Kind)
    }

    package var methods: [HTTPMethod]
    /// `{name}` stands for one segment, `{name...}` for all that follow.
    package var pattern: String
    package var action: Action

    /// Every route there is. The tests walk this list: what it leaves out can't be reached.
    package static let table: [Route] = [
        Route(methods: [.GET, .HEAD], pattern: "/boot.ipxe", action: .stub),
        Route(methods: [.GET], pattern: "/boot/{mac}/script.ipxe", action: .script),
        Route(methods: [.GET, .HEAD], pattern: "/loaders/{mac}/{file}", action: .loader),
        Route(methods: [.GET, .HEAD], pattern: "/loaders/{file}", action: .loader),
        Route(methods: [.GET, .HEAD], pattern: "/b/{token}/kernel", action: .kernel),
        Route(methods: [.GET, .HEAD], pattern: "/b/{token}/initrd/{index}", action: .initrd),
        Route(methods: [.GET, .HEAD], pattern: "/b/{token}/artifacts/{path...}", action: .artifact),
        // Proxmox's installer posts what it knows of the machine, and takes the reply for its answer.
        Route(methods: [.GET, .HEAD, .POST], pattern: "/b/{token}/answers/{name}", action: .answer),
        Route(methods: [.POST], pattern: "/hooks/{token}", action: .hook(.success)),
        Route(methods: [.POST], pattern: "/hooks/{token}/failed", action: .hook(.failed)),
        Route(methods: [.POST], pattern: "/hooks/{token}/progress", action: .hook(.progress)),
    ]

    /// The segments that the pattern names; nil where the path is another one.
    package func match(_ path: [String]) -> [String: String]? {
        var rest = path[...]
        var names: [String: String] = [:]
        for part in pattern.split(separator: "/") {
            if part.hasSuffix("...}") {
                guard !rest.isEmpty else { return nil }
                names[String(part.dropFirst().dropLast(4))] = rest.joined(separator: "/")
                return names
            }
            guard let segment = rest.popFirst() else { return nil }
            if part.hasPrefix("{") {
                names[String(part.dropFirst().dropLast())] = segment
            } else if part != segment {
                return nil
            }
        }
        return rest.isEmpty ? names : nil
    }
}
