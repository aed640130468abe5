import Inventory
import Journal
import Reconcile

extension ProvenanceReply {
    init(_ provenance: Provenance) {
        self.init(
            commit: provenance.commit.hex, author: provenance.author, committedAt: "\(provenance.committedAt)",
            location: "\(provenance.location)")
    }
}

extension ArmingReply {
    init(_ record: Ledger.Record, in ledger: Ledger) {
        let arming = record.arming
        let used = ledger.attempts(of: record)
        self.init(
            id: arming.id.text, armedBy: ProvenanceReply(arming.provenance), seenAt: "\(arming.seenAt)",
            deadline: "\(arming.deadline)", fullBoots: used.full, fullAttempts: arming.attempts.full,
            earlyBoots: used.early,
            earlyAttempts: arming.attempts.early, ending: record.ending?.rawValue, endedAt: record.endedAt?.description,
            evidence: record.evidence)
    }
}

extension WhyInterface.Rule {
    init(rule: String, question: String, refusal: String?, _ origin: RuleOrigin?) {
        self.init(
            rule: rule, question: question, refusal: refusal, location: origin?.location?.description,
            commit: origin?.provenance?.commit.hex, author: origin?.provenance?.author,
            committedAt: origin?.provenance?.committedAt.description)
    }
}

extension WhyInterface.Condition {
    init(condition: String, _ origin: RuleOrigin?) {
        self.init(
            condition: condition, location: origin?.location?.description, commit: origin?.provenance?.commit.hex,
            author: origin?.provenance?.author, committedAt: origin?.provenance?.committedAt.description)
    }
}

extension WhyInterface.Refuse {
    init(field: String, value: String, _ origin: RuleOrigin?) {
        self.init(
            field: field, value: value, location: origin?.location?.description,
            commit: origin?.provenance?.commit.hex, author: origin?.provenance?.author,
            committedAt: origin?.provenance?.committedAt.description)
    }
}

extension ShownReply {
    init(_ shown: Shown) {
        self.init(uuid: shown.uuid?.printable, serial: shown.serial?.printable, since: "\(shown.since)")
    }
}

extension EventReply {
    package init(_ recorded: RecordedEvent) {
        let event = recorded.event
        self.init(
            sequence: recorded.sequence, at: "\(recorded.at)", kind: event.kind.rawValue, host: event.host?.description,
            mac: event.mac?.description, detail: event.detail, commit: event.commit?.hex)
    }
}

extension ReconcileReply {
    package init(_ report: PassReport) {
        self.init(
            tip: report.tip?.hex, commits: report.commits.map(\.hex), files: report.files,
            changed: report.changed.map { change in
                Change(
                    host: "\(change.host)", mac: "\(change.mac)", before: change.before.reason,
                    after: change.after.reason,
                    since: change.since.map { ProvenanceReply($0) })
            }, diagnostics: report.diagnostics.map(\.description), failure: report.failure)
    }
}

extension StopReply {
    init(_ stop: Stop) { self.init(reason: stop.reason, location: "\(stop.location)") }
}

extension EditRequest {
    var person: Person { Person(name: author, email: email) }
}

extension SuspendRequest {
    var person: Person { Person(name: author, email: email) }
}
