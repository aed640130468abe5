import HashTreeCollections

/// A random secret of one boot, in lower-case hexadecimal.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    package var text: String
    package init(_ text: String) { self.text = text }
    /// Masked, for logs.
    package var description: String { "\(text.prefix(4))…" }
}

/// One let-in run of one arming, from its script on.
package struct Boot: Sendable, Equatable {
    /// `unseen`: it comes from elsewhere, so that the boot counts as full from its script on; its script may be asked for again.
    package enum Kernel: String, Sendable { case none, started, whole, unseen }

    /// Opens kernel, initrd and artifacts.
    package var token: Token
    /// Opens the webhook; never shown to a route that serves bytes.
    package var hookToken: Token
    package var arming: Arming.ID
    package var mac: MACAddress
    /// The host that the MAC was of when the script was served, where that was no longer the arming's.
    package var host: Host.ID?
    package var sequence: Int64
    /// When the first script was served.
    package var startedAt: Instant
    package var kernel: Kernel
    package var uuid: String?
    package var serial: String?
    package var address: IPv4Address?

    package init(
        token: Token, hookToken: Token, arming: Arming.ID, mac: MACAddress, host: Host.ID? = nil, sequence: Int64,
        startedAt: Instant,
        kernel: Kernel = .none, uuid: String? = nil, serial: String? = nil, address: IPv4Address? = nil
    ) {
        self.token = token
        self.hookToken = hookToken
        self.arming = arming
        self.mac = mac
        self.host = host
        self.sequence = sequence
        self.startedAt = startedAt
        self.kernel = kernel
        self.uuid = uuid
        self.serial = serial
        self.address = address
    }
}

/// What the journal knows, as the gate reads it: the records of armings and their boots.
///
/// A persistent value: a copy costs a reference, a change costs the path to one entry.
package struct Ledger: Sendable {
    /// One arming and what became of it.
    package struct Record: Sendable, Equatable {
        package var arming: Arming
        package var ending: Ending?
        package var endedAt: Instant?
        /// What showed the ending: "webhook 2026-11-20T21:40:01Z from 10.0.0.14".
        package var evidence: String?
        /// Set by a report that does not fit; ends by `--accept` or a new arming.
        package var hold: Hold?
        /// Oldest first.
        package var boots: [Token]

        package init(_ arming: Arming) {
            self.arming = arming
            boots = []
        }
    }

    /// False while the journal can't be written: nothing is let in then.
    package var isWritable = true
    package private(set) var records: TreeDictionary<Arming.ID, Record> = [:]
    package private(set) var boots: TreeDictionary<Token, Boot> = [:]
    private var hooks: TreeDictionary<Token, Token> = [:]
    /// The armings without an ending, oldest first: few beside all records.
    private(set) var queue: [Waiting] = []
    /// Those of them whose interface has no MAC yet, by its key: empty where every MAC is known.
    private(set) var unseen: TreeDictionary<MACAddress, Arming.ID> = [:]

    /// An unspent arming's place in the order of armings.
    struct Waiting: Sendable, Equatable {
        var sequence: Int64
        var id: Arming.ID
        var mac: MACAddress
    }

    package init() {}

    package subscript(id: Arming.ID) -> Record? {
        get { records[id] }
        set {
            let before = records[id].flatMap { Waiting($0) }
            records[id] = newValue
            let after = newValue.flatMap { Waiting($0) }
            guard before != after else { return }
            if let before, let index = queue[place(of: before)...].firstIndex(of: before) { queue.remove(at: index) }
            if let after { queue.insert(after, at: place(of: after)) }
            if let before, unseen[before.mac] == before.id { unseen[before.mac] = nil }
            if let after, after.mac.isUnseen { unseen[after.mac] = after.id }
        }
    }

    package subscript(token: Token) -> Boot? { boots[token] }

    /// The boot that a hook token was made for.
    package func boot(hook: Token) -> Boot? { hooks[hook].flatMap { boots[$0] } }

    /// Adds a boot, or replaces it by its newer state.
    package mutating func record(_ boot: Boot) {
        if boots.updateValue(boot, forKey: boot.token) == nil {
            hooks[boot.hookToken] = boot.token
            records[boot.arming]?.boots.append(boot.token)
        }
    }

    /// Takes out an arming and its boots.
    package mutating func forget(_ id: Arming.ID) {
        let tokens = records[id]?.boots ?? []
        self[id] = nil
        for token in tokens {
            if let boot = boots.removeValue(forKey: token) { hooks[boot.hookToken] = nil }
        }
    }
}

extension Ledger {
    /// Where an arming stands in the queue, or would stand. By halves.
    private func place(of waiting: Waiting) -> Int {
        var range = queue.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                queue[middle].sequence < waiting.sequence
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}

extension Ledger.Waiting {
    fileprivate init?(_ record: Ledger.Record) {
        guard record.ending == nil else { return nil }
        self.init(sequence: record.arming.sequence, id: record.arming.id, mac: record.arming.mac)
    }
}

extension Ledger {
    /// A boot that stays open for script requests: no kernel byte yet, its first script at most two minutes ago.
    package func openBoot(of record: Record, at now: Instant) -> Boot? {
        guard let boot = record.boots.last.flatMap({ boots[$0] }), [.none, .unseen].contains(boot.kernel),
            now.seconds - boot.startedAt.seconds < Self.scriptWindow
        else { return nil }
        return boot
    }

    /// Script requests within this many seconds of a boot's first script, before any kernel byte, are the same boot.
    package static let scriptWindow: Int64 = 120

    /// Boots so far: with the kernel served whole, and without.
    package func attempts(of record: Record) -> (full: Int, early: Int) {
        var count = (full: 0, early: 0)
        for token in record.boots {
            guard let boot = boots[token] else { continue }
            if [.whole, .unseen].contains(boot.kernel) { count.full += 1 } else { count.early += 1 }
        }
        return count
    }

    /// The kernel of its last boot was served whole, and no report came yet: the machine is installing, as far as one can tell.
    package func awaitsReport(_ record: Record) -> Bool {
        record.ending == nil && record.hold == nil && attempts(of: record).full >= record.arming.attempts.full
    }

    /// The boots that died early are used up, whatever is left of the others.
    func hasUsedEarly(_ record: Record) -> Bool { attempts(of: record).early >= record.arming.attempts.early }

    /// No further boot is left.
    package func isExhausted(_ record: Record) -> Bool {
        let used = attempts(of: record)
        return used.full >= record.arming.attempts.full || used.early >= record.arming.attempts.early
    }
}
