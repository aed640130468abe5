/// The machines and policies of one commit, with what broken files meant while they still parsed.
struct Lab {
    struct File {
        var documents: [Document] = []
        var broken = false
        var everGood = true
    }
    struct Claim {
        var machine: Machine
        var path: String
        var broken: Bool
        /// Which of its file's documents it is.
        var ordinal: Int
        var index: Int
        var card: Card { machine.cards[index] }
    }
    struct Rules {
        var never = false
        var hours = 24
        var full = 1
        var early = 3
        var outdatedAfter: Int64 = 3600
        var armedPerCommit = 10
        /// With the policy that says so: its hosts are counted together.
        var armedAtOnce: (limit: Int, policy: String)?
        var freeze: [Window] = []
        var serial = false
        var uuid = false
        var armID = false
        /// A policy says `suspend`, whatever others say.
        var suspended = false
        var profile = false
        var broken = false
    }

    private(set) var files: [String: File] = [:]
    /// Every place where a MAC stands.
    private(set) var claims: [String: [Claim]] = [:]
    private(set) var machines: [String: Machine] = [:]
    private var twins: Set<String> = []
    /// The policies in force, those first that others overrule. Of broken files, the last good ones.
    private var policies: [(policy: Policy, broken: Bool)] = []
    /// The same host as each of its manifests has it.
    private(set) var versions: [String: [Machine]] = [:]
    /// Hosts that a commit lost together with more than half of the others; they no longer stand in a file.
    var lost: [String: Machine] = [:]
    /// The same with all their cards, also those that stand in a file again.
    var lostWhole: [String: Machine] = [:]

    init() {}

    init(_ tree: [String: Sheet], after before: Lab) {
        for (path, sheet) in tree {
            let isTwiceInOne = sheet.machines.contains { Set($0.cards.map(\.mac)).count < $0.cards.count }
            if sheet.broken || isTwiceInOne {
                let kept = before.files[path]
                files[path] = File(
                    documents: kept?.documents ?? [], broken: true, everGood: kept.map { $0.everGood } ?? false)
            } else {
                files[path] = File(documents: sheet.documents)
            }
        }
        let all = files.values.flatMap { file in
            file.documents.compactMap { if case .policy(let policy) = $0 { (policy, file.broken) } else { nil } }
        }
        policies = all.sorted { $0.0.rank < $1.0.rank }
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            for (ordinal, document) in file.documents.enumerated() {
                guard case .machine(let machine) = document else { continue }
                versions[machine.id, default: []].append(machine)
                if machines[machine.id] == nil { machines[machine.id] = machine } else { twins.insert(machine.id) }
                for index in machine.cards.indices {
                    let claim = Claim(
                        machine: machine, path: path, broken: file.broken, ordinal: ordinal, index: index)
                    claims[machine.cards[index].mac, default: []].append(claim)
                }
            }
        }
    }

    /// What the commit says in so many words about a MAC: nothing where it is absent, broken or claimed twice.
    func explicit(_ mac: String) -> Claim? {
        guard let all = claims[mac], !isDuplicate(mac), !all[0].broken else { return nil }
        return all[0]
    }

    /// Two manifests claim the MAC, or its host stands in two manifests.
    func isDuplicate(_ mac: String) -> Bool {
        guard let all = claims[mac] else { return lost.values.count { $0.cards.contains { $0.mac == mac } } > 1 }
        return all.count > 1 || twins.contains(all[0].machine.id)
    }

    /// The hosts that a MAC stands in, or stood in before they were lost.
    func claimants(_ mac: String) -> Set<String> {
        if let all = claims[mac] { return Set(all.map(\.machine.id)) }
        return Set(lost.values.filter { $0.cards.contains { $0.mac == mac } }.map(\.id))
    }

    /// The host of this name, also one that was lost.
    func known(_ id: String) -> Machine? { machines[id] ?? lostWhole[id] }

    func owner(_ mac: String) -> Machine? {
        claims[mac]?.first?.machine ?? lost.values.first { $0.cards.contains { $0.mac == mac } }
    }

    /// Where a MAC stands in the repo, for the order within a commit.
    func isBefore(_ one: String, _ other: String) -> Bool {
        func place(_ mac: String) -> (String, Int, Int) {
            claims[mac]?.first.map { ($0.path, $0.ordinal, $0.index) } ?? ("", 0, 0)
        }
        return place(one) < place(other)
    }

    /// A policy that selects every host says `suspend`: then nothing is written, either.
    var everythingIsSuspended: Bool { policies.contains { $0.policy.rank == 0 && $0.policy.suspend != nil } }

    func rules(for machine: Machine) -> Rules {
        var rules = Rules()
        for (policy, broken) in policies where policy.selects(machine) {
            rules.never = policy.never ?? rules.never
            rules.hours = policy.hours ?? rules.hours
            rules.full = policy.full ?? rules.full
            rules.early = policy.early ?? rules.early
            rules.outdatedAfter = policy.outdatedAfter ?? rules.outdatedAfter
            rules.armedPerCommit = policy.armedPerCommit ?? rules.armedPerCommit
            rules.armedAtOnce = policy.armedAtOnce.map { ($0, policy.name) } ?? rules.armedAtOnce
            rules.freeze = policy.freeze ?? rules.freeze
            rules.serial = policy.serial ?? rules.serial
            rules.uuid = policy.uuid ?? rules.uuid
            rules.armID = policy.armID ?? rules.armID
            rules.suspended = rules.suspended || policy.suspend != nil
            rules.profile = rules.profile || policy.profile
            rules.broken = rules.broken || broken
        }
        if files.contains(where: { $0.key.hasPrefix("policies/") && $0.value.broken && !$0.value.everGood }) {
            rules.broken = true
        }
        return rules
    }

    /// Somebody stopped this host, or all that a policy selects.
    func isSuspended(_ machine: Machine) -> Bool { machine.suspend != nil || rules(for: machine).suspended }
}
