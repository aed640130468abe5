import CLibgit2

extension Repository {
    /// The commits that lines of a file come from, as `git blame` finds them: a file that only got another name is followed.
    ///
    /// Blocks its actor's queue until it is done: ask a repository of its own, so that nobody else waits.
    ///
    /// - Parameters:
    ///   - lines: counted from 1.
    ///   - content: the version of the file in which they are counted, the newest on the way back from `tip` by first parents; nil
    ///     for the one at `tip`.
    ///   - limit: bytes; what a larger version brought is not found.
    /// - Returns: what is found by the deadline. Nothing about lines that there are not.
    package func origins(
        of lines: Set<Int>, in path: String, content: ObjectID? = nil, at tip: ObjectID, limit: Int = 4 << 20,
        until deadline: ContinuousClock.Instant
    ) throws(GitError) -> [Int: ObjectID] {
        guard var trail = try trail(to: content, in: path, from: tip, until: deadline) else { return [:] }
        let count = try text(trail.blob, limit: limit).map(lineCount) ?? 0
        for line in lines where (1...max(count, 1)).contains(line) && count > 0 { trail.lines[line] = line }
        var found: [Int: ObjectID] = [:]
        var trails = [trail]
        while var trail = trails.popLast() {
            if trail.lines.isEmpty { continue }
            guard .now < deadline else { break }
            let parents = try parents(of: trail)
            if let same = parents.first(where: { $0.blob == trail.blob }) {
                trails.append(same.with(trail.lines))
                continue
            }
            guard let new = try text(trail.blob, limit: limit) else { continue }
            for parent in parents where !trail.lines.isEmpty {
                guard let old = try text(parent.blob, limit: limit) else {
                    trail.lines = [:]
                    break
                }
                let hunks = try hunks(from: old, to: new)
                let passed = trail.lines.compactMapValues { hunks.line(before: $0) }
                trail.lines = trail.lines.filter { passed[$0.key] == nil }
                trails.append(parent.with(passed))
            }
            for line in trail.lines.keys { found[line] = trail.commit }
        }
        return found
    }

    /// Where the lines begin their way back.
    private func trail(
        to content: ObjectID?, in path: String, from tip: ObjectID, until deadline: ContinuousClock.Instant
    ) throws(GitError) -> Trail? {
        var next: ObjectID? = tip
        while let commit = next, .now < deadline {
            let blob = try entry(at: path, in: commit)?.id
            if let blob, content == nil || content == blob { return Trail(commit: commit, path: path, blob: blob) }
            if content == nil { return nil }
            next = try parents(of: commit).first
        }
        return nil
    }

    /// The same file in each parent that has it.
    private func parents(of trail: Trail) throws(GitError) -> [Trail] {
        var found: [Trail] = []
        for parent in try parents(of: trail.commit) {
            if let entry = try entry(at: trail.path, in: parent) {
                found.append(Trail(commit: parent, path: trail.path, blob: entry.id))
            } else if let old = try changes(from: parent, to: trail.commit).first(where: {
                $0.new == nil && $0.old?.id == trail.blob
            }) {
                found.append(Trail(commit: parent, path: old.path, blob: trail.blob))
            }
        }
        return found
    }

    /// Nil for what is larger.
    private func text(_ id: ObjectID, limit: Int) throws(GitError) -> [UInt8]? {
        do { return try blob(id, limit: limit) } catch {
            if case .tooLarge = error { return nil }
            throw error
        }
    }

    private func hunks(from old: [UInt8], to new: [UInt8]) throws(GitError) -> [Hunk] {
        var options = git_diff_options()
        git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION))
        options.context_lines = 0
        options.flags = GIT_DIFF_FORCE_TEXT.rawValue | GIT_DIFF_INDENT_HEURISTIC.rawValue
        var hunks: [Hunk] = []
        let code = withUnsafeMutablePointer(to: &hunks) { hunks in
            git_diff_buffers(
                old, old.count, nil, new, new.count, nil, &options, nil, nil,
                { _, hunk, payload in
                    guard let hunk, let hunks = payload?.assumingMemoryBound(to: [Hunk].self) else { return 0 }
                    hunks.pointee.append(Hunk(hunk.pointee))
                    return 0
                }, nil, hunks)
        }
        try check("compare two versions of a file", code)
        return hunks
    }
}

/// Lines on their way back: as they were asked for, and where they stand in this commit.
private struct Trail {
    var commit: ObjectID
    var path: String
    var blob: ObjectID
    var lines: [Int: Int] = [:]

    func with(_ lines: [Int: Int]) -> Trail {
        var trail = self
        trail.lines = lines
        return trail
    }
}

/// Lines that stand in place of others. Without lines, it is right behind its beginning.
private struct Hunk {
    var old: Int
    var oldCount: Int
    var new: Int
    var newCount: Int

    init(_ hunk: git_diff_hunk) {
        (old, oldCount) = (Int(hunk.old_start), Int(hunk.old_lines))
        (new, newCount) = (Int(hunk.new_start), Int(hunk.new_lines))
    }
}

extension [Hunk] {
    /// Where a line stood before; nil for a new one.
    fileprivate func line(before line: Int) -> Int? {
        var shift = 0
        for hunk in self {
            if hunk.newCount > 0, (hunk.new..<hunk.new + hunk.newCount).contains(line) { return nil }
            guard hunk.new < line else { break }
            shift += hunk.oldCount - hunk.newCount
        }
        return line + shift
    }
}

private func lineCount(_ text: [UInt8]) -> Int {
    text.count { $0 == UInt8(ascii: "\n") } + (text.last.map { $0 != UInt8(ascii: "\n") } == true ? 1 : 0)
}
