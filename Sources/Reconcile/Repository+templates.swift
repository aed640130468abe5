import Git
import Inventory
import Manifest

extension Repository {
    /// What the changed files hold in this commit, with the templates that profiles name then.
    nonisolated func delta(
        _ changes: [TreeChange], in commit: ObjectID, after inventory: Inventory
    ) async throws -> Delta {
        var delta = try await delta(changes)
        delta.templates = try await templates(for: delta, in: commit, after: inventory)
        return delta
    }

    /// The templates that profiles name after these changes, as they stand in this commit, wherever in the tree; without those that the
    /// inventory has as they are.
    nonisolated func templates(
        for delta: Delta, in commit: ObjectID, after inventory: Inventory
    ) async throws -> [String: Delta.TemplateChange] {
        var templates: [String: Delta.TemplateChange] = [:]
        for path in inventory.templatePaths(with: delta) {
            let entry = try await entry(at: path, in: commit)
            // A link's blob may be a file's as well.
            let content = entry.map { "\($0.id) \($0.kind)" } ?? ""
            guard inventory.content(ofTemplate: path) != content else { continue }
            templates[path] = Delta.TemplateChange(try await template(entry), content: content)
        }
        return templates
    }

    private nonisolated func template(_ entry: TreeEntry?) async throws -> TemplateFile {
        switch entry?.kind {
        case nil: return missingTemplate
        case .symlink: return .unusable(symlinkAdvice)
        case .submodule: return .unusable(submoduleAdvice)
        case .file, .executable: break
        }
        guard let entry else { return missingTemplate }
        do throws(GitError) {
            return parseTemplate(try await blobs([entry.id], limit: templateLimit)[0].get())
        } catch .tooLarge(_, let size, _) {
            return tooLargeTemplate(size)
        }
    }
}
