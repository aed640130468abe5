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
        var index: Int
        var card: Card { machine.cards[index] }
    }
    struct Rules: Equatable {
        var never = false
        var hours = 24
        var full = 1
        var early = 3
        var armedPerCommit = 10
        var profile = false
        var broken = false
    }

    private(set) var files: [String: File] = [:]
    /// Every place where a MAC stands.
    private(set) var claims: [String: [Claim]] = [:]
    private(set) var machines: [String: Machine] = [:]
    private var twins: Set<String> = []
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
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            for case .machine(let machine) in file.documents {
                versions[machine.id, default: []].append(machine)
                if machines[machine.id] == nil { machines[machine.id] = machine } else { twins.insert(machine.id) }
                for index in machine.cards.indices {
                    let claim = Claim(machine: machine, path: path, broken: file.broken, index: index)
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

    func owner(_ mac: String) -> Machine? {
        claims[mac]?.first?.machine ?? lost.values.first { $0.cards.contains { $0.mac == mac } }
    }

    func rules(for machine: Machine) -> Rules {
        var rules = Rules()
        let all = files.values.flatMap { file in
            file.documents.compactMap { if case .policy(let policy) = $0 { (policy, file.broken) } else { nil } }
        }
        for (policy, broken) in all.sorted(by: { $0.0.rank < $1.0.rank }) where policy.selects(machine) {
            rules.never = policy.never ?? rules.never
            rules.hours = policy.hours ?? rules.hours
            rules.full = policy.full ?? rules.full
            rules.early = policy.early ?? rules.early
            rules.armedPerCommit = policy.armedPerCommit ?? rules.armedPerCommit
            rules.profile = rules.profile || policy.profile
            rules.broken = rules.broken || broken
        }
        if files.contains(where: { $0.key.hasPrefix("policies/") && $0.value.broken && !$0.value.everGood }) {
            rules.broken = true
        }
        return rules
    }
}
