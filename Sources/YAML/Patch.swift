/// A planned change: a tree of the values to set.
package indirect enum Patch: Sendable {
    case bool(Bool)
    case text(String)
    case keys([(key: String, patch: Patch)])
    case item(Int, Patch)
    /// Takes an entry out of its mapping, with the comment on its lines.
    case absent

    /// A patch for one value deep in a document.
    package static func at(_ keys: String..., set patch: Patch) -> Patch {
        keys.reversed().reduce(patch) { .keys([($1, $0)]) }
    }
}
