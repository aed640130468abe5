import CLibgit2

// Walks by our own reading of commits. libgit2's are faster, but refuse a history with one malformed commit in it.

/// True when `commit` is `old` or descends from it.
func descends(_ commit: ObjectID, from old: ObjectID, in repository: borrowing Handle) throws(GitError) -> Bool {
    if commit == old { return true }
    var (newer, older) = (commit.oid, old.oid)
    let answer = git_graph_descendant_of(repository.pointer, &newer, &older)
    if answer >= 0 { return answer == 1 }
    git_error_clear()
    _ = try storedCommit(old, in: repository)
    var (pending, seen): ([ObjectID], Set<ObjectID>) = ([commit], [commit])
    while let next = pending.popLast() {
        for parent in try storedCommit(next, in: repository).parents where seen.insert(parent).inserted {
            if parent == old { return true }
            pending.append(parent)
        }
    }
    return false
}

/// The common ancestors of two commits that no other one descends from, in the order of their ids.
func mergeBases(of a: ObjectID, and b: ObjectID, in repository: borrowing Handle) throws(GitError) -> [ObjectID] {
    let others = try ancestors(of: a, in: repository)
    var common: Set<ObjectID> = []
    var (pending, seen): ([ObjectID], Set<ObjectID>) = ([b], [b])
    while let next = pending.popLast() {
        if others.contains(next) {
            common.insert(next)
            continue
        }
        for parent in try storedCommit(next, in: repository).parents where seen.insert(parent).inserted {
            pending.append(parent)
        }
    }
    for base in common.sorted() where common.contains(base) {
        common.subtract(try ancestors(of: base, in: repository).subtracting([base]))
    }
    return common.sorted()
}

/// A commit and all that it descends from.
func ancestors(of commit: ObjectID, in repository: borrowing Handle) throws(GitError) -> Set<ObjectID> {
    var (pending, seen): ([ObjectID], Set<ObjectID>) = ([commit], [commit])
    while let next = pending.popLast() {
        for parent in try storedCommit(next, in: repository).parents where seen.insert(parent).inserted {
            pending.append(parent)
        }
    }
    return seen
}

/// A commit and all that it descends from, without `known`, each after all of its parents.
func history(
    of commit: ObjectID, without known: Set<ObjectID>, in repository: borrowing Handle
) throws(GitError) -> [ObjectID] {
    if known.contains(commit) { return [] }
    var (found, seen): ([ObjectID], Set<ObjectID>) = ([], [commit])
    // Not recursive: a history is as long as it is.
    var open = [(id: commit, parents: try storedCommit(commit, in: repository).parents[...])]
    while var last = open.popLast() {
        guard let parent = last.parents.popFirst() else {
            found.append(last.id)
            continue
        }
        open.append(last)
        guard !known.contains(parent), seen.insert(parent).inserted else { continue }
        open.append((parent, try storedCommit(parent, in: repository).parents[...]))
    }
    return found
}
