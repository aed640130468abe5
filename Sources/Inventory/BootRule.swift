/// The questions that `decideBoot` asks, in this order; the first that refuses gives the reason. `why` prints them all.
package enum BootRule: String, CaseIterable, Sendable {
    /// The journal can be written.
    case journal
    /// Its file parses, no other manifest claims the MAC, and no commit lost it among many.
    case present
    /// The manifest says that it is on.
    case on
    /// Nobody suspended it, or everything.
    case notSuspended
    /// Its arming is not spent.
    case unspent
    /// Nothing holds it.
    case notHeld
    /// The journal knows its arming, made for this MAC.
    case recorded
    /// A boot is left.
    case attempts
    /// The deadline lies ahead.
    case deadline
    /// No policy says `netboot: never`.
    case allowed
    /// No policy's `freeze` holds.
    case notFrozen
    /// The policies that rule it are readable.
    case policy
    /// The machine shows the serial and the UUID of its manifest, where a policy requires them.
    case machine
    /// Manifest or profile say what to boot.
    case plan
    /// The repo was read lately.
    case current
    /// Fewer hosts than `limits.armedAtOnce` were armed before it and still are.
    case turn
    /// Its MAC is known. The last one: what waits for nothing else may be introduced.
    case seen

    /// It is about the interface's arming: there is nothing to ask of one that is off.
    package var isAboutArming: Bool {
        switch self {
        case .unspent, .notHeld, .recorded, .attempts, .deadline, .turn: true
        case .journal, .present, .on, .notSuspended, .allowed, .notFrozen, .policy, .machine, .plan, .current, .seen:
            false
        }
    }
}

/// What the rules look at.
struct BootQuestion {
    var sighting: Sighting
    var interface: Interface
    var record: Ledger.Record?
    var plan: Plan?
    var now: Now

    init(_ sighting: Sighting, _ interface: Interface, in standing: borrowing Standing, now: Now) {
        self.sighting = sighting
        self.interface = interface
        record = interface.arming.flatMap { standing.ledger[$0] }
        plan = Plan(for: interface)
        self.now = now
    }
}

extension BootRule {
    func refusal(_ question: BootQuestion, in standing: borrowing Standing) -> Refusal? {
        let interface = question.interface
        let record = question.record
        let now = question.now.wall
        switch self {
        case .journal: return standing.ledger.isWritable ? nil : .journal
        case .present: return interface.suspension.map { .suspended($0) }
        case .on: return interface.spec.isOn ? nil : .off
        case .notSuspended: return interface.stop == nil ? nil : .held(.suspended)
        case .unspent: return (record?.ending).map { .spent($0) }
        case .notHeld: return (interface.state?.hold ?? record?.hold).map { .held($0) }
        case .recorded:
            guard let record else { return .held(.noRecord) }
            return record.arming.mac == interface.mac ? nil : .held(.ambiguous)
        case .attempts:
            guard let record, standing.ledger.isExhausted(record) else { return nil }
            return standing.ledger.openBoot(of: record, at: now) == nil ? .spent(.exhausted) : nil
        case .deadline:
            guard let record, now >= record.arming.deadline else { return nil }
            return .spent(standing.ledger.isExhausted(record) ? .exhausted : .expired)
        case .allowed: return interface.settings.netboot == .never ? .never : nil
        case .notFrozen: return interface.settings.freeze.freezes(now) ? .held(.frozen) : nil
        case .policy: return interface.settings.isPolicyBroken ? .held(.brokenPolicy) : nil
        case .machine: return interface.mismatch(with: question.sighting).map { .held($0) }
        case .plan: return question.plan == nil ? .noPlan : nil
        case .current:
            guard let fetched = standing.inventory.lastGoodFetch,
                now.seconds - fetched.seconds < interface.settings.outdatedAfter
            else {
                return .held(.outdated)
            }
            return nil
        case .turn:
            guard let record, let limit = interface.settings.armedAtOnce?.limit else { return nil }
            return standing.ahead(of: record, on: interface, atMost: limit).count < limit ? nil : .held(.queued)
        case .seen: return interface.mac.isUnseen ? .waiting : nil
        }
    }
}
