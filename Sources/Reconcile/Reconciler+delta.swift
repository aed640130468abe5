import Git
import Inventory
import Manifest

extension Reconciler {
    /// What is wrong with `inventory.paths` at the processed tip. Of the usual paths one is enough.
    package func missingPaths() async -> [String] {
        guard let tip = inventory.tip.flatMap({ ObjectID(hex: $0.hex) }) else { return [] }
        var missing: [String] = []
        for path in settings.paths {
            let name = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
            if name.isEmpty { continue }
            let found = try? await repository.content(at: name, in: tip)
            if found != nil { continue }
            missing.append(path)
        }
        if settings.paths == Settings.usualPaths, missing.count < settings.paths.count { return [] }
        return missing.map {
            "inventory.paths: \($0) is not in branch \(settings.branch) at \(tip.short): push it, or name where the manifests are"
        }
    }

    func parsed(_ id: ObjectID, path: String) async throws -> ParsedFile { try await repository.parsed(id, path: path) }
}

extension Repository {
    /// What the changed files hold now. Blobs are read some hundreds at a time, and parsed on every processor while the
    /// next ones are read.
    nonisolated func delta(_ changes: [TreeChange]) async throws -> Delta {
        var files: [String: Delta.FileChange] = [:]
        var manifests: [Manifest] = []
        for change in changes {
            guard let entry = change.new else {
                files[change.path] = .removed
                continue
            }
            if let reason = refusal(of: entry, change) {
                let file = ParsedFile(path: change.path, refused: reason)
                files[change.path] = .read(file, content: entry.id.description)
            } else if isYAML(change.path) {
                manifests.append(Manifest(path: change.path, id: entry.id))
            }
        }
        try await withThrowingTaskGroup(of: [(String, Delta.FileChange)].self) { group in
            for start in stride(from: 0, to: manifests.count, by: batch) {
                let chunk = manifests[start..<min(start + batch, manifests.count)]
                let blobs = try await self.blobs(chunk.map(\.id), limit: sizeLimit)
                group.addTask {
                    try zip(chunk, blobs).map { manifest, blob in
                        (manifest.path, .read(try parse(blob, path: manifest.path), content: manifest.id.description))
                    }
                }
            }
            for try await chunk in group { for (path, change) in chunk { files[path] = change } }
        }
        return Delta(files)
    }

    nonisolated func parsed(_ id: ObjectID, path: String) async throws -> ParsedFile {
        try parse(try await blobs([id], limit: sizeLimit)[0], path: path)
    }
}

private struct Manifest: Sendable {
    var path: String
    var id: ObjectID
}

private let batch = 256
/// Bytes of one manifest file.
let sizeLimit = 4 << 20

func isYAML(_ path: String) -> Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }

/// Why an entry is not read at all; nil for a file, and for what is no manifest and hides none.
private func refusal(of entry: TreeEntry, _ change: TreeChange) -> String? {
    switch entry.kind {
    case .symlink: symlinkAdvice
    case .submodule: submoduleAdvice
    case .file, .executable:
        isYAML(change.path) && !change.isUTF8 ? "its name is not UTF-8; rename it" : nil
    }
}

private func parse(_ blob: Result<[UInt8], GitError>, path: String) throws -> ParsedFile {
    do throws(GitError) {
        return parseManifest(try blob.get(), path: path)
    } catch .tooLarge(_, let size, let limit) {
        return ParsedFile(path: path, bytes: size, limit: limit)
    }
}
