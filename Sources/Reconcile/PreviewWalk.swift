import Git
import HashTreeCollections
import Inventory

/// What a preview gathers on its way through the commits.
struct PreviewWalk {
    /// Before the first step: whatever is on counts as armed and unspent.
    private(set) var before: Standing
    var commits = CommitWalk()
    private let now: Instant
    /// Where the last step that did something to a MAC says so.
    private var places: [MACAddress: Provenance] = [:]
    private var files: Set<String> = []
    var signers: Signers
    /// What the last step that held an interface says of it.
    private var holds: [MACAddress: String] = [:]
    private var misread: [Diagnostic] = []
    /// What a raised limit may let in of what was on before.
    var raised: [MACAddress: Raised] = [:]
    private var isSignedByBranch = false
    private var steps = 0
    private var last: Step

    init(at commit: ObjectID, previewer: Previewer) async throws {
        now = previewer.now
        signers = Signers(try await previewer.signers.files(in: commit))
        let tree = try await previewer.repository.changes(from: nil, to: commit, under: previewer.paths)
        var delta = try await previewer.repository.delta(tree)
        var good = Inventory()
        for version in try await previewer.lastGood(of: delta, before: commit) {
            good.restoreGood(version.file, content: version.content)
        }
        delta.templates = try await previewer.repository.templates(for: delta, in: commit, after: good)
        let step = Step(.firstSight, commit: CommitID("\(commit)"), author: "", committedAt: now)
        let (base, macs) = good.advanced(by: delta)
        let seen = observe(
            step, from: Inventory(), to: base, touched: macs,
            Observing(now: now, lastGoodPoll: nil, ledger: Ledger(), recentArmings: { _ in [] }, makeID: { nil }))
        commits.inventory = base
        commits.inventory.lastGoodFetch = now
        last = step
        before = Standing()
        for mac in macs.sorted() {
            guard let interface = base[mac] else { continue }
            // A file that is broken has no value of its own; its last good version had one.
            var state =
                seen.states[mac]
                ?? InterfaceState(
                    isOn: interface.spec.isOn, host: interface.host.id,
                    since: step.provenance(at: interface.spec.netbootLocation))
            state.armAnnotation = interface.host.armAnnotation
            state.hold = nil
            if state.isOn { state.arming = assume(interface, since: state.since) }
            commits.inventory.remember(state, of: mac)
        }
        if base.asksForSignatures {
            commits.inventory.knownSigners = await previewer.signers.names(in: signers.inForce)
        }
        before = commits.standing
    }

    /// An arming from before the first step.
    private mutating func assume(_ interface: Interface, since: Provenance) -> Arming.ID {
        let made = commits.makeID()
        commits.ledger[made.id] = Ledger.Record(
            Arming(
                id: made.id, host: interface.host.id, mac: interface.mac, provenance: since, sequence: made.sequence,
                seenAt: now, deadline: Instant(seconds: now.seconds + interface.settings.expireAfter),
                attempts: interface.settings.attempts))
        return made.id
    }

    /// - Parameter misreading: what of the step's commit is not understood, and matters where it arms.
    mutating func take(_ step: Step, _ delta: Delta, _ next: CommitWalk.Next, misreading: String? = nil) {
        let taken = commits.take(step, next, at: now)
        if let misreading {
            misread += taken.observation.armings.map { Diagnostic(.warning, at: $0.provenance.location, misreading) }
        }
        note(step, delta, taken.touched, from: taken.old, to: commits.inventory)
        for event in taken.observation.events where event.kind == .held {
            guard let mac = event.mac, let colon = event.detail.firstIndex(of: ":") else { continue }
            holds[mac] = String(event.detail[colon...].dropFirst(2))
        }
        if let brought = step.brought {
            isSignedByBranch = taken.observation.armings.contains { brought.commits[$0.mac] != nil } || isSignedByBranch
        }
        files.formUnion(delta.files.keys)
        files.formUnion(commits.inventory.files(naming: delta.templates.keys))
        steps += 1
        last = step
    }

    /// Which interfaces this step did something to, and where it says so.
    private mutating func note(
        _ step: Step, _ delta: Delta, _ macs: Set<MACAddress>, from old: Inventory, to new: Inventory
    ) {
        for mac in macs where InterfaceFacts(old[mac]) != InterfaceFacts(new[mac]) {
            guard let interface = new[mac] ?? old[mac] else { continue }
            places[mac] = step.provenance(at: interface.spec.netbootLocation)
        }
        guard old.rules != new.rules else { return }
        let place = rulesPlace(delta, from: old, to: new)
        for mac in new.claims.keys where !macs.contains(mac) {
            guard InterfaceFacts(old[mac]) != InterfaceFacts(new[mac]), let interface = new[mac] else { continue }
            places[mac] = step.provenance(at: place ?? interface.spec.netbootLocation)
        }
    }

    func preview(_ kind: Preview.Kind, from old: ObjectID, to new: ObjectID?) -> Preview {
        let comparison = PreviewComparison(
            before: before, after: commits.standing, places: places, holds: holds, raised: raised, last: last,
            now: Now(now))
        let inventory = commits.inventory
        let standing = Set(inventory.signatureDiagnostics)
        let known = Set(before.inventory.diagnostics.map(\.message))
        let changes = comparison.changes
        // What was asked of nobody before is news to whoever is held by it.
        let isUnsigned = changes.contains { $0.after == .localBoot(.held(.unsigned)) }
        let keyless = Set(inventory.keyless.filter { isUnsigned || !known.contains($0.message) })
        return Preview(
            kind: kind, from: CommitID("\(old)"), to: new.map { CommitID("\($0)") }, steps: steps,
            changes: changes,
            diagnostics: inventory.diagnostics.filter {
                files.contains($0.location.path) && !known.contains($0.message) || standing.contains($0)
                    || keyless.contains($0)
            } + misread,
            isEmpty: before.inventory.files.isEmpty && inventory.files.isEmpty, isSignedByBranch: isSignedByBranch)
    }
}

extension Step {
    func provenance(at location: SourceLocation) -> Provenance {
        Provenance(commit: commit, author: author, committedAt: committedAt, location: location)
    }
}
