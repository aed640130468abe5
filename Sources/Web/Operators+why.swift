import HashTreeCollections
import Inventory
import Journal
import Reconcile

extension Operators {
    /// For one answer to look for authors in the repo's history.
    static let patience = Duration.seconds(2)

    /// Each rule with what decided it. Of an arming that is spent, what it had left is not asked any more.
    func why(
        _ mac: MACAddress, in standing: Standing, intent: IntentStatus?, _ dialect: Dialect,
        until deadline: ContinuousClock.Instant
    ) async -> WhyInterface {
        let now = now()
        guard let interface = standing.inventory[mac] else {
            return WhyInterface(
                status: status(of: mac, nil, in: standing), rules: [], conditions: [], refuse: [], intent: intent,
                next: Advice.unknown(mac))
        }
        let shown = (try? await journal.shown(by: [mac]))?[mac]
        let isOff = !interface.spec.isOn
        let isSpent = interface.arming.flatMap { standing.ledger[$0]?.ending } != nil
        var rules: [(rule: BootRule, refusal: Refusal?)] = []
        let decision = decideBoot(Sighting(mac: mac, shown), in: standing, now: now) { rule, refusal in
            if rule.isAboutArming, isOff || isSpent && rule != .unspent { return }
            if rule == .seen, !mac.isUnseen { return }
            rules.append((rule, refusal))
        }
        let conditions = conditions(on: interface, in: standing.inventory)
        let refuse = refuse(interface, decision, in: standing.inventory)
        var origins = await reconciler.authored(
            rules.map { RuleOrigin(of: $0.rule, $0.refusal, for: interface, in: standing) } + conditions.map(\.origin)
                + refuse.map(\.origin), at: standing.inventory.tip, until: deadline)[...]
        func origin() -> RuleOrigin? { origins.popFirst() ?? nil }
        var status = status(of: mac, shown, in: standing)
        if let detail = await unsigned(interface, decision) { status.explanation = detail }
        var because: String?
        if let since = interface.state?.since.commit { because = await reconciler.reason(of: since) }
        let armedBy = interface.arming.flatMap { standing.ledger[$0] }?.arming.provenance.commit
        if let armedBy, let misreading = await reconciler.misreading(of: armedBy) {
            status.explanation += "; \(misreading)"
        }
        return WhyInterface(
            status: status,
            rules: rules.map { rule, refusal in
                .init(
                    rule: rule.rawValue, question: rule.question(in: dialect), refusal: refusal?.reason, origin())
            },
            conditions: conditions.map { .init(condition: $0.condition, origin()) },
            refuse: refuse.map { .init(field: $0.field, value: $0.value, origin()) },
            shown: shown.map { ShownReply($0) }, seen: await seen(interface), intent: intent, because: because,
            next: Advice(interface, in: standing, now: now).text(on: decision))
    }

    /// What policies ask of a commit that arms it.
    private func conditions(
        on interface: Interface, in inventory: Inventory
    ) -> [(condition: String, origin: RuleOrigin?)] {
        func field(_ name: String) -> RuleOrigin? { RuleOrigin(field: name, for: interface.host, in: inventory) }
        let settings = interface.settings
        var conditions: [(condition: String, origin: RuleOrigin?)] = inventory.signatureRules(for: interface).map {
            ("its commit must be signed by \($0.names.words)", RuleOrigin($0, in: inventory))
        }
        if settings.require.armID == true {
            conditions.append(("its commit must change bootlatch.dev/arm", field("require.armID")))
        }
        let hosts = settings.armedPerCommit == 1 ? "1 host" : "\(settings.armedPerCommit) hosts"
        return conditions + [("its commit may arm \(hosts) at most", field("limits.armedPerCommit"))]
    }

    /// How a refusal looks to the machine's firmware, where it is refused.
    private func refuse(
        _ interface: Interface, _ decision: Decision, in inventory: Inventory
    ) -> [(field: String, value: String, origin: RuleOrigin?)] {
        guard case .localBoot = decision else { return [] }
        return interface.settings.refuse.words.map { field, value in
            (field, value, RuleOrigin(field: "refuse.\(field)", for: interface.host, in: inventory))
        }
    }

    /// Of a host that waits to be seen: the last machine that was not bound to it for what it showed, and the last one that asked from
    /// where nobody is introduced to it.
    private func seen(_ interface: Interface) async -> [String] {
        guard interface.mac.isUnseen else { return [] }
        let events = (try? await journal.events(of: interface.host.id, limit: 1000)) ?? []
        let refused = events.last { $0.event.kind == .refused && $0.event.mac != interface.mac }
        return [refused.map { "\($0.at) \($0.event.detail)" }, outOfReach(interface.mac)].compactMap { $0 }
    }

    /// What was wrong with the signature when it was looked at.
    private func unsigned(_ interface: Interface, _ decision: Decision) async -> String? {
        guard decision == .localBoot(.held(.unsigned)), let since = interface.state?.since else { return nil }
        let events = try? await journal.events(of: interface.host.id, limit: 1000).map(\.event)
        let held = events?.last { $0.kind == .held && $0.mac == interface.mac && $0.commit == since.commit }
        return held.flatMap { event in
            event.detail.firstIndex(of: ":").map { String(event.detail[$0...].dropFirst(2)) }
        }
    }
}
