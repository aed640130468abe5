import Boot
import Inventory
import Journal
import Logging
import Reconcile
import Provision
import Web

extension Daemon {
    /// What the boot plane asks of the rest.
    var actions: BootActions {
        BootActions(
            admit: { await admit($0) },
            introduce: { await introduce($0) },
            render: { permit, context in render(permit, context) },
            answer: { permit, name, urls in answer(permit, name, urls) },
            kernelProgress: { token, kernel in
                do {
                    try await journal.kernel(kernel, of: token, at: clock.now.wall)
                } catch {
                    log.error("kernel progress not on disk", metadata: ["error": "\(error)"])
                }
            },
            report: { request in
                let response = await report(request)
                counts.webhooks.add(response.status)
                return response
            },
            saw: { sighting, decision, route in
                counts.decisions.add(.init(route: route.rawValue, verdict: decision.word))
                sightings.saw(sighting, decision, route)
            },
            now: { clock.now })
    }

    /// The first script of an arming fetches once more: a disarm pushed a second ago counts.
    private func admit(_ sighting: Sighting) async -> Admission {
        var decision = decideBoot(sighting, in: gate.current, now: clock.now)
        guard let arming = armed(sighting, decision) else { return .refused(decision) }
        if gate.current.ledger[arming]?.boots.isEmpty == true {
            await wait(atMost: .seconds(3)) { _ = await reconciler.reconcile() }
            decision = decideBoot(sighting, in: gate.current, now: clock.now)
        }
        guard let arming = armed(sighting, decision) else {
            return .refused(decision)
        }
        do {
            return .boot(try await journal.admit(sighting, arming, at: clock.now))
        } catch {
            log.error("attempt not on disk, nobody is let in", metadata: ["error": "\(error)"])
            return .refused(.localBoot(.journal))
        }
    }

    private func armed(_ sighting: Sighting, _ decision: Decision) -> Arming.ID? {
        guard case .netboot = decision else { return nil }
        return gate.current.inventory[sighting.mac]?.arming
    }

    private func render(_ permit: borrowing BootPermit, _ context: ScriptContext) -> String {
        let (boot, urls) = (permit.boot, context.urls)
        let text = BootText(of: boot, at: context.sighting.address, context.interface, urls)
        return bootScript(
            for: permit.plan, text, kernelURL: urls.kernel(boot.token), initrdURL: { urls.initrd(boot.token, $0) })
    }

    private func answer(_ permit: borrowing AnswerPermit, _ name: String, _ urls: BootURLs) -> String? {
        let (boot, interface) = (permit.boot, permit.interface)
        guard let template = interface.settings.profile?.answers[name]?.template else { return nil }
        return renderAnswer(template, BootText(of: boot, at: boot.address, interface, urls), for: interface)
    }

    private func report(_ request: HookRequest) async -> HookResponse {
        let now = clock.now.wall
        let source = request.source.map { "\($0)" } ?? "an unknown address"
        let evidence = "webhook \(now) from \(source)"
        do {
            switch try await journal.report(request.outcome, hook: request.token, evidence: evidence, at: now) {
            case .spent:
                Crash.reached("latched")
                owed.wake()
            case .repeated, .noted: break
            case .unknownToken:
                try await holdMismatched(at: request.source, evidence: "from \(source) at \(now)")
                return HookResponse(
                    status: 404,
                    body:
                        "no boot of ours has this token: a machine posts to the URL of the script that it was served last\n"
                )
            }
            return HookResponse()
        } catch {
            log.error("report not on disk", metadata: ["token": "\(request.token)", "error": "\(error)"])
            return HookResponse(status: 503, body: "\(error)\n")
        }
    }

    /// A machine that reports with a token which we don't know may be another one than we think.
    private func holdMismatched(at source: IPv4Address?, evidence: String) async throws {
        let standing = gate.current
        guard let source else { return }
        for host in hosts(at: source, in: standing) {
            try await journal.holdMismatched(host, evidence: evidence, at: clock.now.wall)
        }
    }
}

extension HookRequest {
    fileprivate var outcome: Journal.Outcome {
        switch kind {
        case .failed: return .failure
        case .progress: return .progress
        case .success:
            switch readReport(contentType: contentType, body: body) {
            case .success: return .success
            case .failure: return .failure
            case .progress: return .progress
            }
        }
    }
}

extension BootText {
    /// - Parameter address: the machine's, where its manifest gives it none.
    fileprivate init(of boot: Boot, at address: IPv4Address?, _ interface: Interface, _ urls: BootURLs) {
        let dhcp = interface.spec.dhcp
        self.init(
            hookURL: urls.hook(boot.hookToken), failedURL: urls.failed(boot.hookToken), mac: "\(boot.mac)",
            uuid: boot.uuid ?? "", serial: boot.serial ?? "", hostname: dhcp.hostname ?? interface.host.id.name,
            ip: (dhcp.address ?? address).map { "\($0)" } ?? "", artifacts: urls.artifacts(boot.token),
            answerURL: urls.answers(boot.token))
    }
}
