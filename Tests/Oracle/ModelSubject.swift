import Glibc

/// The oracle's own model as a subject, whole or with rules left out: shows what the sequences catch.
package final class ModelSubject: Subject {
    private let place: SubjectPlace
    private let faults: Set<Fault>
    private let writer: ObjectWriter
    private var model: Model
    private var epoch = 0

    package init(_ place: SubjectPlace, faults: Set<Fault> = []) throws {
        self.place = place
        self.faults = faults
        writer = try ObjectWriter(directory: place.remote)
        let history = try History(directory: place.remote)
        model = Model(history: history, branch: place.branch, clock: place.clock, faults: faults)
    }

    private func look() { model.reachable = access(place.remote, F_OK) == 0 }

    package func poll() throws {
        look()
        try model.pass()
    }

    package func decision(_ mac: String) -> String { model.told(mac) }

    package func script(_ mac: String, shows shown: Identity, address: String) throws -> ScriptAnswer {
        look()
        switch try model.script(mac, shows: shown, address: address) {
        case .served(let boot, _): return .served(token: "\(epoch)/\(boot)", hookToken: "\(epoch)/\(boot)")
        case .refused(let reason): return .refused(reason)
        }
    }

    private func boot(_ token: String) -> Int? {
        let parts = token.split(separator: "/").compactMap { Int($0) }
        return parts.count == 2 && parts[0] == epoch ? parts[1] : nil
    }

    package func kernel(_ token: String, whole: Bool) {
        if let boot = boot(token) { model.kernel(boot, whole: whole) }
    }

    package func bytes(_ token: String) -> String { model.bytes(boot(token)) }

    package func answers(_ token: String) -> String? { model.answers(boot(token)) }

    package func report(_ hookToken: String, success: Bool, address: String) {
        if let boot = boot(hookToken) { model.report(boot, success: success) } else { unknownReport(address: address) }
    }

    package func unknownReport(address: String) { model.unknownReport(address: address) }
    package func sweep() { model.sweep() }

    package func accept(_ host: String) throws {
        look()
        try model.accept(host)
    }

    package func suspend(_ host: String?, _ isSuspended: Bool) throws -> Bool {
        look()
        guard let tree = try model.suspending(host, isSuspended), let tip = model.processed else { return false }
        let before = try model.history.tree(tip)
        let changes = Set(before.keys).union(tree.keys).filter { before[$0] != tree[$0] }.sorted()
        let commit = try writer.commit(
            "Suspend or resume", parents: [tip], changes: changes.map { ($0, tree[$0]?.text) }, person: "Ada",
            time: place.clock.wall)
        try writer.move(model.branch, to: commit)
        try model.pass()
        return true
    }

    package func follow(remote: String, branch: String) { model.follow(branch) }
    package var runsHooks: Bool { false }
    package func stop() {}

    package func restart(keepJournal: Bool) {
        if keepJournal {
            model.reading = ClockReading()
        } else {
            epoch += 1
            model = Model(history: model.history, branch: model.branch, clock: place.clock, faults: faults)
        }
    }

    package func flush() throws {
        look()
        guard model.reachable, model.owesCommits else { return }
        try model.pass()
        guard var tip = try model.history.tip(model.branch) else { return }
        var planned = model.plan().sorted { $0.key < $1.key }.map { (host: $0.key, macs: $0.value) }
        if faults.contains(.rule14OneCommitForAll), let first = planned.first {
            let all = planned.reduce(into: [:]) { $0.merge($1.macs) { $1 } }
            planned = [(first.host, all)]
        }
        for (host, macs) in planned {
            var changes: [(path: String, content: String?)] = []
            for (path, sheet) in try model.history.tree(tip).sorted(by: { $0.key < $1.key }) {
                var edited = sheet
                for index in edited.documents.indices {
                    guard case .machine(var machine) = edited.documents[index] else { continue }
                    for card in machine.cards.indices where macs[machine.cards[card].mac] != nil {
                        machine.cards[card].on = false
                        machine.cards[card].workflow = false
                        if faults.contains(.rule15ChangesMore) { machine.note += 1 }
                    }
                    edited.documents[index] = .machine(machine)
                }
                if edited != sheet { changes.append((path, edited.text)) }
            }
            let message = "Disable PXE for \(host)\n\nBootlatch-Host: \(host)\n"
            tip = try writer.commit(
                message, parents: [tip], changes: changes, person: "Bootlatch", time: place.clock.wall)
            model.landed(tip, macs)
        }
        guard !planned.isEmpty else { return }
        try writer.move(model.branch, to: tip)
        try model.pass()
    }
}
