/// What a path holds in one commit. Directories have no entry of their own.
package struct TreeEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file
        case executable
        case symlink
        case submodule
    }

    package let id: ObjectID
    package let kind: Kind

    package init(id: ObjectID, kind: Kind) {
        (self.id, self.kind) = (id, kind)
    }
}

/// One path that differs between two commits. A rename is a removal and an addition.
package struct TreeChange: Hashable, Sendable {
    package let path: String
    /// False when the path's bytes are not UTF-8: `path` then shows U+FFFD in their place and cannot be looked up.
    package let isUTF8: Bool
    package let old: TreeEntry?
    package let new: TreeEntry?

    package init(path: String, isUTF8: Bool = true, old: TreeEntry?, new: TreeEntry?) {
        (self.path, self.isUTF8, self.old, self.new) = (path, isUTF8, old, new)
    }
}
