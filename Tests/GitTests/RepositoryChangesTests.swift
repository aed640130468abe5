import Foundation
import Git
import GitServers
import Testing

struct RepositoryChangesTests {
    @Test(arguments: [UInt64](1...4))
    func `changes between random trees agree with git diff-tree`(seed: UInt64) async throws {
        let history = try History(seed: seed &+ 100, count: 60)
        let repository = try Repository(bareAt: history.origin.path, create: false)
        var random = Seeded(state: seed)
        for _ in 0..<15 {
            let (old, new) = (
                history.commits.randomElement(using: &random), history.commits.randomElement(using: &random)
            )
            guard let old, let new else { continue }
            let paths =
                [[], ["inventory"], ["inventory", "policies/"], ["inventory/rack1", "inventory", "f1"]]
                .randomElement(using: &random) ?? []
            let arguments = ["-C", history.origin.path, "diff-tree", "-r", "-z", "--raw", "--no-renames"]
            let expected = try program("git", arguments + ["\(old)", "\(new)", "--"] + paths)
            let changes = try await repository.changes(from: old, to: new, under: paths)
            #expect(Set(changes.map(raw)) == rawChanges(expected), "\(old) to \(new) under \(paths)")
            #expect(changes.map(\.path) == changes.map(\.path).sorted())
        }
    }

    @Test func `nil stands for a tree without files, on either side`() async throws {
        let origin = try Origin()
        let tip = try origin.commit(["inventory/a.yaml": "1", "inventory/deep/b.yaml": "2", "README": "3"])
        let repository = try Repository(bareAt: origin.path, create: false)
        let all = try await repository.changes(from: nil, to: tip)
        #expect(all.map(\.path) == ["README", "inventory/a.yaml", "inventory/deep/b.yaml"])
        #expect(all.allSatisfy { $0.old == nil && $0.new?.kind == .file })
        let gone = try await repository.changes(from: tip, to: nil, under: ["inventory/deep", "missing"])
        #expect(gone.map(\.path) == ["inventory/deep/b.yaml"])
        #expect(gone.allSatisfy { $0.new == nil })
        #expect(try await repository.changes(from: tip, to: tip) == [])
    }

    @Test(arguments: [("100644", TreeEntry.Kind.file), ("100755", .executable), ("120000", .symlink)])
    func `an entry has its kind`(mode: String, kind: TreeEntry.Kind) async throws {
        let origin = try Origin()
        let tip = try origin.commit(["dir/a": "text"], mode: mode)
        let repository = try Repository(bareAt: origin.path, create: false)
        let entry = try await repository.entry(at: "dir/a", in: tip)
        #expect(entry == TreeEntry(id: try origin.id("main:dir/a"), kind: kind))
        #expect(try await repository.entry(at: "dir", in: tip) == nil)
        #expect(try await repository.entry(at: "dir/b", in: tip) == nil)
        #expect(try await repository.entry(at: "dir/a/b", in: tip) == nil)
    }

    @Test func `a file that becomes a directory is a removal and an addition`() async throws {
        let origin = try Origin()
        let old = try origin.commit(["inventory": "file"])
        let new = try origin.commit(["inventory": nil, "inventory/a": "1"])
        let repository = try Repository(bareAt: origin.path, create: false)
        for paths in [[], ["inventory"]] {
            let changes = try await repository.changes(from: old, to: new, under: paths)
            #expect(changes.map(\.path) == ["inventory", "inventory/a"])
            #expect(changes.map { $0.new == nil } == [true, false])
        }
    }

    @Test func `a path that is not UTF-8 is reported and marked`() async throws {
        let origin = try Origin()
        let blob = try origin.git("hash-object", "-w", "--stdin", input: "x")
        var listing = Data("100644 blob \(blob)\tna".utf8)
        listing.append(contentsOf: [0xff, 0xfe])
        listing.append(contentsOf: Data(".yaml\0".utf8))
        let tree = try program("git", ["-C", origin.path, "mktree", "-z"], input: listing)
        let root = String(decoding: tree, as: UTF8.self).trimmingCharacters(in: .newlines)
        let commit = try #require(ObjectID(hex: try origin.git("commit-tree", root, "-m", "Odd")))
        let repository = try Repository(bareAt: origin.path, create: false)
        let changes = try await repository.changes(from: nil, to: commit)
        #expect(changes.map(\.isUTF8) == [false])
        #expect(changes.map(\.path) == ["na\u{fffd}\u{fffd}.yaml"])
    }

    @Test func `a tree that holds itself a billion times over is refused`() async throws {
        let origin = try Origin()
        var entry = "100644 blob \(try origin.git("hash-object", "-w", "--stdin", input: "x"))"
        for _ in 0..<9 {
            let listing = (0..<10).map { "\(entry)\t\($0)" }.joined(separator: "\n")
            entry = "040000 tree \(try origin.git("mktree", input: listing))"
        }
        let tree = try #require(entry.split(separator: " ").last)
        let commit = try #require(ObjectID(hex: try origin.git("commit-tree", String(tree), "-m", "Bomb")))
        let repository = try Repository(bareAt: origin.path, create: false)
        await #expect(throws: GitError.tooManyChanges(limit: 1_000_000)) {
            try await repository.changes(from: nil, to: commit)
        }
    }

    @Test func `a tree three thousand levels deep is walked`() async throws {
        let origin = try Origin()
        let path = Array(repeating: "d", count: 3_000).joined(separator: "/") + "/f"
        let tip = try origin.commit([path: "x"])
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.changes(from: nil, to: tip).map(\.path) == [path])
    }
}

/// A change as `git diff-tree --raw` writes it, without the colon: modes, ids, path.
private func raw(_ change: TreeChange) -> String {
    let none = String(repeating: "0", count: 40)
    return [mode(change.old), mode(change.new), change.old?.id.description ?? none, change.new?.id.description ?? none]
        .joined(separator: " ") + " " + change.path
}

private func mode(_ entry: TreeEntry?) -> String {
    switch entry?.kind {
    case nil: "000000"
    case .file: "100644"
    case .executable: "100755"
    case .symlink: "120000"
    case .submodule: "160000"
    }
}

/// Reads `:old new id id status NUL path NUL`; a change of type is one record here, as in ours.
private func rawChanges(_ output: Data) -> Set<String> {
    let fields = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return Set(
        stride(from: 0, to: fields.count - 1, by: 2).map { index in
            fields[index].dropFirst().split(separator: " ").prefix(4).joined(separator: " ") + " " + fields[index + 1]
        })
}
