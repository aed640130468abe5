import HashTreeCollections
import Inventory
import Journal
import Reconcile

extension Operators {
    /// Each rule with what decided it. Of an arming that is spent, what it had left is not asked any more.
    func why(_ mac: MACAddress, in standing: Standing, intent: IntentStatus?, _ dialect: Dialect) async -> WhyInterface
    {
        let now = now()
        guard let interface = standing.inventory[mac] else {
            let status = status(of: mac, in: standing)
            return WhyInterface(
                status: status, rules: [], conditions: [], intent: intent, because: nil, next: Advice.unknown(mac))
        }
        let isOff = !interface.spec.isOn
        let isSpent = interface.arming.flatMap { standing.ledger[$0]?.ending } != nil
        var rules: [WhyInterface.Rule] = []
        let decision = decideBoot(Sighting(mac: mac), in: standing, now: now) { rule, refusal in
            if rule.isAboutArming, isOff || isSpent && rule != .unspent { return }
            if rule == .seen, !mac.isUnseen { return }
            let origin = RuleOrigin(of: rule, for: interface, in: standing)
            rules.append(
                WhyInterface.Rule(
                    rule: rule.rawValue, question: rule.question(in: dialect),
                    refusal: refusal.map { Decision.localBoot($0).reason }, location: origin?.location?.description,
                    commit: origin?.provenance?.commit.hex, author: origin?.provenance?.author,
                    committedAt: origin?.provenance.map { "\($0.committedAt)" }))
        }
        var status = status(of: mac, in: standing)
        if let detail = await unsigned(interface, decision) { status.explanation = detail }
        var because: String?
        if let since = interface.state?.since.commit { because = await reconciler.reason(of: since) }
        return WhyInterface(
            status: status, rules: rules, conditions: conditions(on: interface, in: standing.inventory), intent: intent,
            because: because, next: Advice(interface, in: standing, now: now).text(on: decision))
    }

    private func conditions(on interface: Interface, in inventory: Inventory) -> [WhyInterface.Condition] {
        var conditions = inventory.signatureRules(for: interface).map {
            WhyInterface.Condition(
                condition: "its commit must be signed by \($0.names.words)", location: "\($0.location)")
        }
        if interface.settings.require.armID == true {
            let origin = inventory.origin(of: "require.armID", for: interface.host)
            conditions.append(
                .init(condition: "its commit must change bootlatch.dev/arm", location: origin.map { "\($0.location)" }))
        }
        return conditions
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
