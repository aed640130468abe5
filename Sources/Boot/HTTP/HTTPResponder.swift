import Inventory
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Requests in, replies out: finds the route, asks the gate, opens what it may.
struct HTTPResponder: Sendable {
    let plane: BootPlane
    let urls: BootURLs
    let loaders: Directory
    let artifacts: Artifacts
    let progress: KernelProgress

    /// `progress` is shared by all that serve one boot.
    init(plane: BootPlane, urls: BootURLs, loaders: Directory, artifacts: Artifacts, progress: KernelProgress) {
        self.plane = plane
        self.urls = urls
        self.loaders = loaders
        self.artifacts = artifacts
        self.progress = progress
    }

    func respond(to request: HTTPRequest) async -> HTTPReply {
        var isThere = false
        for route in Route.table {
            guard let names = route.match(request.path) else { continue }
            isThere = true
            guard route.methods.contains(request.method) else { continue }
            return await respond(to: request, by: route.action, names)
        }
        return isThere
            ? .text(.methodNotAllowed, "this method is not served here\n") : .text(.notFound, "nothing here\n")
    }

    private func respond(
        to request: HTTPRequest, by action: Route.Action, _ names: [String: String]
    ) async -> HTTPReply {
        let token = Token(names["token"] ?? "")
        switch action {
        case .stub: return .text(.ok, urls.stub())
        case .script: return await script(for: request, names)
        case .loader: return await loader(for: request, names)
        case .kernel, .initrd, .artifact: return await bytes(for: request, by: action, token, names)
        case .answer: return answer(token, named: names["name"] ?? "")
        case .hook(let kind):
            let response = await plane.actions.report(
                HookRequest(
                    token: token, kind: kind, contentType: request.headers.first(name: "content-type"),
                    body: Array(request.body.readableBytesView), source: request.source))
            return .text(HTTPResponseStatus(statusCode: response.status), response.body)
        }
    }
}

extension HTTPResponder {
    /// The machine's script: the attempt goes to disk, the gate is asked again, and only its permit makes the script.
    private func script(for request: HTTPRequest, _ names: [String: String]) async -> HTTPReply {
        guard let mac = names["mac"].flatMap({ MACAddress($0) }) else { return .text(.notFound, "not a MAC\n") }
        let platform = request.query["platform"]
        let sighting = Sighting(
            mac: mac, architecture: platform == "pcbios" ? Architecture.bios.rawValue : nil,
            uuid: request.query["uuid"]?.lowercased(), serial: request.query["serial"], address: request.source,
            isComplete: true)
        plane.addresses.visited(by: mac)
        let standing = plane.gate.current
        guard let interface = standing.inventory[mac] else {
            _ = plane.decide(sighting, on: .script, in: standing)
            return await introduce(sighting, platform, tries: request.query["try"].flatMap { Int($0) } ?? 0)
        }
        let isUEFI = platform.map { $0 == "efi" } ?? interface.spec.dhcp.uefi ?? false
        func refuse(_ decision: Decision) -> HTTPReply {
            guard case .localBoot(let refusal) = decision else { return .text(.notFound, decision.reason + "\n") }
            plane.log.info("script refused", metadata: ["mac": "\(mac)", "reason": "\(refusal.reason)"])
            return .text(.ok, refusingScript(refusal, interface.settings.refuse, isUEFI: isUEFI))
        }
        let decision = plane.decide(sighting, on: .script, in: standing)
        guard case .netboot = decision else { return refuse(decision) }
        let boot: Boot
        switch await plane.actions.admit(sighting) {
        case .boot(let admitted): boot = admitted
        case .refused(let decision): return refuse(decision)
        }
        switch plane.gate.permitScript(sighting, boot: boot, now: plane.actions.now()) {
        case .refused(let decision): return refuse(decision)
        case .granted(let permit):
            // Nobody will see this kernel go by; on disk before the script's first byte, like the attempt.
            if KernelLocation(permit.plan) == .elsewhere { await plane.actions.kernelProgress(boot.token, .unseen) }
            plane.log.info("script", metadata: ["mac": "\(mac)", "boot": "\(boot.token)"])
            let context = ScriptContext(sighting: sighting, interface: interface, urls: urls)
            return .script(BootableBody(permit: permit, context: context, render: plane.actions.render))
        }
    }

    /// A MAC that no manifest names yet asks again while its commit is on the way, and boots its disk when that takes too long.
    private func introduce(_ sighting: Sighting, _ platform: String?, tries: Int) async -> HTTPReply {
        guard case .expected(let host, let refuse) = await plane.actions.introduce(sighting) else {
            return .text(.notFound, "no manifest names \(sighting.mac)\n")
        }
        plane.log.info("script waits for a commit", metadata: ["mac": "\(sighting.mac)", "host": "\(host)"])
        let isUEFI = platform == "efi"
        guard (0..<WaitingScript.mostTries).contains(tries) else {
            return .text(.ok, refusingScript(.waiting, refuse, isUEFI: isUEFI))
        }
        let again = urls.script(sighting.mac, isUEFI: isUEFI, tries: tries + 1)
        return .text(.ok, WaitingScript(host: host, again: again).text)
    }

    /// A loader boots nothing by itself; a refusal is quicker without it.
    private func loader(for request: HTTPRequest, _ names: [String: String]) async -> HTTPReply {
        guard let name = names["file"] else { return .text(.notFound, "no such loader\n") }
        let named = names["mac"].map { MACAddress($0) }
        if case .some(nil) = named { return .text(.notFound, "not a MAC\n") }
        let mac = named.flatMap { $0 } ?? request.source.flatMap(plane.mac(of:))
        if let mac {
            plane.addresses.visited(by: mac)
            let standing = plane.gate.current
            let decision = plane.decide(Sighting(mac: mac, address: request.source), on: .loader, in: standing)
            switch decision {
            case .netboot, .introduce: break
            case .localBoot(let refusal):
                guard standing.inventory[mac]?.settings.refuse.http == .loader else {
                    plane.log.info("loader refused", metadata: ["mac": "\(mac)", "reason": "\(refusal.reason)"])
                    return .text(.notFound, "refused: \(refusal.reason)\n")
                }
            case .ignore where named != nil: return .text(.notFound, "no manifest names \(mac)\n")
            case .ignore: break
            }
        }
        do {
            let file = try await NIOThreadPool.singleton.runIfActive { [loaders] in try loaders.open(name) }
            return .file(file, named: name, request)
        } catch {
            return .text(.notFound, "no such loader\n")
        }
    }

    /// Kernel, initrd and artifacts of a boot that was let in.
    private func bytes(
        for request: HTTPRequest, by action: Route.Action, _ token: Token, _ names: [String: String]
    ) async -> HTTPReply {
        switch plane.gate.permitBytes(token, now: plane.actions.now()) {
        case .refused(let decision): return refuse("bytes", of: token, decision)
        case .granted(let permit):
            let name: String? =
                switch action {
                case .kernel: permit.plan.kernelArtifact
                case .initrd: names["index"].flatMap { Int($0) }.flatMap(permit.plan.initrdArtifact)
                default: names["path"]
                }
            guard let name, let body = await open(name, permit) else {
                plane.log.warning("no such artifact", metadata: ["boot": "\(token)", "name": "\(name ?? "?")"])
                return .text(.notFound, "no such artifact\n")
            }
            if body.isKernel, request.method == .GET, progress.starts(token, body.version) {
                await plane.actions.kernelProgress(token, .started)
            }
            return .file(body, request)
        }
    }

    /// What an installer asks about its machine, also for a while after its report.
    private func answer(_ token: Token, named name: String) -> HTTPReply {
        switch plane.gate.permitAnswers(token, now: plane.actions.now()) {
        case .refused(let decision): return refuse("answer", of: token, decision)
        case .granted(let permit):
            guard let text = plane.actions.answer(permit, name, urls) else {
                plane.log.info("no such answer", metadata: ["boot": "\(token)", "name": "\(name)"])
                return .text(.notFound, "no such answer\n")
            }
            plane.log.info("answer", metadata: ["boot": "\(token)", "name": "\(name)"])
            return .text(.ok, text)
        }
    }

    private func refuse(_ what: String, of token: Token, _ decision: Decision) -> HTTPReply {
        plane.log.info("\(what) refused", metadata: ["boot": "\(token)", "reason": "\(decision.reason)"])
        let isUnknown = decision == .ignore(.unknownToken)
        return .text(isUnknown ? .notFound : .forbidden, "refused: \(decision.reason)\n")
    }

    private func open(_ name: String, _ permit: consuming BootPermit) async -> BootableBody? {
        try? artifacts.open(name, permit)
    }
}

extension Plan {
    fileprivate var kernelArtifact: String? {
        guard case .kernel(let name, _, _) = self, !name.contains("://") else { return nil }
        return name
    }

    fileprivate func initrdArtifact(_ index: Int) -> String? {
        guard case .kernel(_, let names, _) = self, names.indices.contains(index), !names[index].contains("://") else {
            return nil
        }
        return names[index]
    }
}
