import Foundation
import Git
import GitServers

/// A random history with merges, written by `git fast-import`, and what `git rev-list` says about it.
struct History {
    let origin: Origin
    let commits: [ObjectID]
    let parents: [ObjectID: [ObjectID]]

    init(seed: UInt64, count: Int) throws {
        var random = Seeded(state: seed)
        origin = try Origin()
        var stream = ""
        for index in 1...count {
            // Clocks of committers disagree: some of these times run backwards.
            let time = 1_700_000_000 + index * 60 + Int.random(in: -3_600...3_600, using: &random)
            stream += "commit refs/heads/c\(index)\nmark :\(index)\ncommitter Ada <ada@lab> \(time) +0000\n"
            stream += "data 6\nchange\n"
            // A few roots, many short branches, merges of up to three.
            var from: Set<Int> = []
            if index > 1 && Int.random(in: 0..<20, using: &random) > 0 {
                for _ in 0..<([1, 1, 1, 2, 2, 3].randomElement(using: &random) ?? 1) {
                    from.insert(Int.random(in: max(1, index - 6)..<index, using: &random))
                }
            }
            for (position, parent) in from.sorted().shuffled(using: &random).enumerated() {
                stream += "\(position == 0 ? "from" : "merge") :\(parent)\n"
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                stream += History.change(&random, index)
            }
        }
        try origin.git("fast-import", "--quiet", input: stream)
        let refs = try origin.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)")
        commits = refs.split(separator: "\n").compactMap { ObjectID(hex: $0.split(separator: " ")[1]) }.sorted()
        var parents: [ObjectID: [ObjectID]] = [:]
        for line in try origin.git("rev-list", "--parents", "--all").split(separator: "\n") {
            let ids = line.split(separator: " ").compactMap { ObjectID(hex: $0) }
            parents[ids[0]] = Array(ids.dropFirst())
        }
        self.parents = parents
    }

    private static func change(_ random: inout Seeded, _ index: Int) -> String {
        let directories = ["", "inventory/", "inventory/rack1/", "policies/", "docs/"]
        let directory = directories.randomElement(using: &random) ?? ""
        let name = directory + "f\(Int.random(in: 0..<4, using: &random))"
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return "D \(name)\n"
        case 1: return "M 120000 inline \(name)\ndata 6\ntarget\n"
        case 2: return "M 160000 \(String(repeating: "1", count: 40)) \(name)\n"
        case 3: return "M 100755 inline \(name)\ndata 3\nrun\n"
        // A directory where a file may have been.
        case 4: return "M 100644 inline \(name)/inside\ndata 1\nx\n"
        default: return "M 100644 inline \(name)\ndata \(String(index).count)\n\(index)\n"
        }
    }

    /// By going through all of the history, each time anew.
    func descends(_ commit: ObjectID, from old: ObjectID) -> Bool {
        var (pending, seen): ([ObjectID], Set<ObjectID>) = ([commit], [])
        while let next = pending.popLast() {
            if next == old { return true }
            if seen.insert(next).inserted { pending += parents[next] ?? [] }
        }
        return false
    }

    /// The walk that the design describes, literally.
    func path(from old: ObjectID, to new: ObjectID) -> [ObjectID]? {
        guard descends(new, from: old) else { return nil }
        var path: [ObjectID] = []
        var next = new
        while next != old {
            path.insert(next, at: 0)
            guard let parent = parents[next]?.first(where: { descends($0, from: old) }) else { return nil }
            next = parent
        }
        return path
    }
}
