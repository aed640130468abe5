import HashTreeCollections

/// Says what a step from one inventory to the next means: which interfaces are armed, held, turned off or moved.
///
/// Pure. Only a turn-on that is *seen* in a commit arms; whatever leaves a doubt is held, and turning off always counts.
package func observe(
    _ step: Step, from old: Inventory, to new: Inventory, touched: Set<MACAddress>, _ observing: Observing
) -> Observation {
    var observer = Observer(step: step, old: old, new: new, observing: observing)
    observer.run(touched)
    return observer.observation
}

/// The MACs that this step would arm, were there nothing against it: what a merge must be asked about.
package func candidates(_ step: Step, from old: Inventory, to new: Inventory, touched: Set<MACAddress>) -> Set<
    MACAddress
> {
    touched.filter { mac in
        guard new.value(of: mac) == true, let interface = new[mac] else { return false }
        guard let state = old.states[mac], state.isOn else { return true }
        return isRearmed(interface.host, from: state, between: old, new) && step.kind == .commit
    }
}

/// The annotation `bootlatch.dev/arm` says something new: of the card, and of the host, which a card may have come to.
func isRearmed(_ host: Host, from state: InterfaceState, between old: Inventory, _ new: Inventory) -> Bool {
    guard let annotation = host.armAnnotation, annotation != state.armAnnotation else { return false }
    return !old.formerEntries(of: host, in: new).contains { $0.host.armAnnotation == annotation }
}

struct Observer {
    let step: Step
    let old: Inventory
    let new: Inventory
    let observing: Observing
    var observation = Observation()
    /// MACs that two hosts exchanged, or that came in place of another one whose permission nobody can be sure of.
    var ambiguous: Set<MACAddress> = []

    init(step: Step, old: Inventory, new: Inventory, observing: Observing) {
        self.step = step
        self.old = old
        self.new = new
        self.observing = observing
    }

    mutating func run(_ touched: Set<MACAddress>) {
        // In the order of the manifests, so that one commit's armings get their ids in an order that a reader can follow.
        // Each place is looked up once: a first sight touches every MAC there is.
        let macs = touched.map { (mac: $0, place: place(of: $0)) }.sorted { $0.place < $1.place }.map(\.mac)
        if step.kind == .commit {
            moveEdited(macs)
            holdExchanged(macs)
        }
        var turnedOn: [MACAddress] = []
        for mac in macs where observation.states[mac] == nil {
            guard let interface = new[mac] else { continue }
            switch explicitValue(of: interface) {
            case false?: turnOff(interface)
            case true?: if isCandidate(interface) { turnedOn.append(mac) }
            case nil: break
            }
        }
        turnOn(turnedOn)
        turnOnReleased()
        noteStops(macs)
        for mac in macs where !mac.isUnseen {
            guard let identity = Identity(new[mac]?.host), identity != Identity(old[mac]?.host) else { continue }
            observation.identities[mac] = identity
        }
    }

    /// At the first sight even a MAC that two manifests claim has a value, so that removing one of them later arms nothing.
    private func explicitValue(of interface: Interface) -> Bool? {
        if interface.suspension == nil { return interface.spec.isOn }
        guard step.kind == .firstSight, interface.suspension == .duplicate else { return nil }
        return new.claimant(on: interface.mac) != nil
    }

    private func place(of mac: MACAddress) -> (String, Int, UInt64) {
        (new[mac] ?? old[mac])?.place ?? ("", 0, mac.bits)
    }

    func provenance(_ interface: Interface) -> Provenance {
        Provenance(
            commit: step.commit, author: step.author, committedAt: step.committedAt,
            location: interface.spec.netbootLocation)
    }

    func isUnspent(_ id: Arming.ID) -> Bool { observing.ledger[id].map { $0.ending == nil } ?? false }

    private mutating func turnOff(_ interface: Interface) {
        guard var state = old.states[interface.mac] else {
            observation.states[interface.mac] = InterfaceState(
                isOn: false, host: interface.host.id, since: provenance(interface))
            observation.states[interface.mac]?.armAnnotation = interface.host.armAnnotation
            return
        }
        let before = state
        if state.isOn {
            if let arming = state.arming, isUnspent(arming), !step.isOwn, !hasMovedAway(arming, from: interface.mac) {
                observation.disarmed.append(arming)
            }
            state.isOn = false
            state.hold = nil
            state.isOffByUs = step.isOwn
            state.since = provenance(interface)
            observation.events.append(
                Event(
                    .turnedOff, host: interface.host.id, mac: interface.mac,
                    step.isOwn ? "turned off by our commit" : "turned off by \(step.author)", commit: step.commit))
        }
        state.host = interface.host.id
        state.armAnnotation = interface.host.armAnnotation
        if state != before { observation.states[interface.mac] = state }
    }

    func hasMovedAway(_ arming: Arming.ID, from mac: MACAddress) -> Bool {
        observing.ledger[arming].map { $0.arming.mac != mac } ?? false
    }

    mutating func noteHeld(_ interface: Interface, _ hold: Hold) {
        let explanation = hold == .unsigned ? unsignedExplanation(interface) : hold.explanation
        observation.events.append(
            Event(
                .held, host: interface.host.id, mac: interface.mac, "\(hold.rawValue): \(explanation)",
                commit: step.commit))
    }
}
