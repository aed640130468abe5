import HashTreeCollections
import Inventory
import Journal
import Reconcile

extension Operators {
    /// Broken files, files with diagnostics and hosts whose commit is blocked: so many of each are named, and the others counted.
    package static let named = 100

    /// What Prometheus gets. Asks every interface for its state, with the gate's copy of now; what is wrong in the files is found out
    /// once for each inventory. Waits for the journal only, for what is owed and what machines last showed, and not for one whose disk
    /// hangs.
    package func metrics() async -> [Metric] {
        let owed = await result(within: .seconds(2)) { [journal] in
            try? await journal.intentCounts(naming: Self.named)
        }?.flatMap { $0 }
        let standing = gate.current
        let now = now()
        let known = await result(within: .seconds(2)) {
            await shown(by: Array(standing.inventory.entries.keys), in: standing)
        }
        let states = await standing.interfaceStates(known ?? [:], now: now)
        return health(standing, now, isReadable: owed != nil) + inventory(standing, states)
            + findings(in: standing.inventory) + polls(standing)
            + writeBack(standing, owed) + happened + asked
            + Metric.process(startedAt: Int(startedAt.seconds))
    }

    private func health(_ standing: Standing, _ now: Now, isReadable: Bool) -> [Metric] {
        [
            .gauge("build_info", "The version that runs; always 1.", [.init(["version": version], 1)]),
            .gauge(
                "refusing_everyone", "1 while nobody may netboot: no commit processed yet, or the journal fails.",
                !standing.isWell),
            .gauge(
                "journal_writable", "1 while the journal can be written; 0 refuses everyone.",
                standing.ledger.isWritable),
            .gauge("journal_readable", "1 while the journal answers, within two seconds.", isReadable),
            .gauge("clock_trusted", "0 for ten minutes after wall and monotonic clock drifted apart.", now.trusted),
            .gauge("suspended", "1 while a policy suspends everything.", standing.inventory.stop != nil),
        ]
    }

    private func inventory(_ standing: Standing, _ states: [String: Int]) -> [Metric] {
        let inventory = standing.inventory
        let tip = inventory.tip.map {
            Metric.Sample(["url": reconciler.remoteAddress, "branch": reconciler.settings.branch, "commit": $0.hex], 1)
        }
        return [
            .gauge("inventory_info", "The commit that decisions are made by; always 1.", tip.map { [$0] } ?? []),
            .gauge("files", "Files of the inventory.", inventory.files.count),
            .gauge("hosts", "Hosts that manifests name.", inventory.hostCount),
            .gauge(
                "interfaces", "Interfaces by state, as `bootlatch status` names it.",
                states.sorted { $0.key < $1.key }.map { .init(["state": $0.key], $0.value) }
            ),
        ]
    }

    private func findings(in inventory: Inventory) -> [Metric] {
        let findings = memo.findings(of: inventory)
        return [
            .gauge("broken_files", "Files that can't be read: their hosts don't netboot.", inventory.brokenPaths.count),
            .gauge(
                "broken_file_hosts",
                "Hosts of a broken file's last good version; the first \(Self.named) files by path.",
                findings.broken.map { .init(["path": $0.path], $0.hosts) }),
            .gauge("broken_files_unnamed", "Broken files beyond those.", findings.unnamedBroken),
            .gauge(
                "diagnostics", "Diagnostics of the inventory by severity.",
                [Diagnostic.Severity.error, .warning].map {
                    .init(["severity": $0.rawValue], findings.diagnostics[$0] ?? 0)
                }),
            .gauge(
                "file_diagnostics",
                "Diagnostics of a file by severity; the first \(Self.named), errors before warnings.",
                findings.groups.map { .init(["path": $0.path, "severity": $0.severity.rawValue], $0.count) }),
            .gauge("file_diagnostics_unnamed", "Files and severities beyond those.", findings.unnamedGroups),
        ]
    }

    private func polls(_ standing: Standing) -> [Metric] {
        let passes = reconciler.passCounts
        return [
            .gauge(
                "last_good_poll_timestamp_seconds", "When the remote was last read without an error; 0 for never.",
                Int(standing.inventory.lastGoodFetch?.seconds ?? 0)),
            .gauge("polls_failed_in_a_row", "Failed polls since the last good one.", passes.failedInARow),
            .counter(
                "polls", "Polls of the remote by result.",
                [.init(["result": "good"], passes.good), .init(["result": "failed"], passes.failed)]),
        ]
    }

    private func writeBack(_ standing: Standing, _ owed: IntentCounts?) -> [Metric] {
        let state = WriteBackState(writeBack.settings, standing.inventory)
        let groups = owed?.groups ?? [:]
        let states = Intent.State.allCases.filter { $0 != .done && $0 != .absent }
        return [
            .gauge(
                "write_back", "1 for what becomes of commits that are owed, 0 for the others.",
                WriteBackState.allCases.map { .init(["state": $0.rawValue], $0 == state ? 1 : 0) }),
            .gauge(
                "intents", "Commits owed to the repo by state.",
                owed == nil ? [] : states.map { .init(["state": $0.rawValue], groups[$0]?.count ?? 0) }),
            .gauge(
                "oldest_intent_timestamp_seconds", "Since when the oldest commit of a state is owed.",
                states.compactMap { state in
                    groups[state].map { .init(["state": state.rawValue], Int($0.oldest.seconds)) }
                }),
            .gauge(
                "stuck_intent", "1 for a host whose commit waits for a person; the oldest \(Self.named).",
                (owed?.stuck ?? []).map { .init(["host": "\($0.host)", "state": $0.state.rawValue], 1) }),
            .counter(
                "pushes", "Pushes by result.",
                PushResult.allCases.map { .init(["result": $0.rawValue], writeBack.pushes.all[$0] ?? 0) }),
        ]
    }

    /// From the events of the journal.
    private var happened: [Metric] {
        let counts = journal.eventCounts.all
        var kinds: [Event.Kind: Int] = [:]
        for (event, count) in counts { kinds[event.kind, default: 0] += count }
        func words(_ kind: Event.Kind, as label: String, other: String? = nil) -> [Metric.Sample] {
            EventCount.all.filter { $0.kind == kind }.compactMap { event in
                (event.word ?? other).map { .init([label: $0], counts[event] ?? 0) }
            }
        }
        return [
            .counter(
                "events", "Events by kind, as `bootlatch events` names it.",
                Event.Kind.allCases.map { .init(["kind": $0.rawValue], kinds[$0] ?? 0) }),
            .counter("spent", "Armings that ended otherwise than by a push, by ending.", words(.spent, as: "ending")),
            .counter("held", "Armings and interfaces that were held, by hold.", words(.held, as: "hold")),
            .counter("reports", "Reports of machines by outcome.", words(.report, as: "outcome")),
            .counter(
                "commits", "Our commits that reached the remote branch, by reason.", words(.committed, as: "reason")),
            .counter("alerts", "Alerts by what they are about.", words(.alert, as: "about", other: "another thing")),
        ]
    }

    /// Of the provisioning network.
    private var asked: [Metric] {
        [
            .counter(
                "decisions", "Decisions by the way that they were asked for.",
                boot.decisions.all.sorted { ($0.key.route, $0.key.verdict) < ($1.key.route, $1.key.verdict) }.map {
                    .init(["route": $0.key.route, "verdict": $0.key.verdict], $0.value)
                }),
            .counter(
                "webhooks", "Webhooks by the status of the answer: 200 taken, 404 not our token, 503 not on disk.",
                boot.webhooks.all.sorted { $0.key < $1.key }.map { .init(["code": "\($0.key)"], $0.value) }),
        ]
    }
}

/// What becomes of the commits that are owed.
private enum WriteBackState: String, CaseIterable {
    case pushing, proposing, observing, suspended

    init(_ settings: WriteBack.Settings, _ inventory: Inventory) {
        if !settings.isOn {
            self = .observing
        } else if inventory.stop != nil {
            self = .suspended
        } else {
            self = settings.branch == nil ? .pushing : .proposing
        }
    }
}
