import Git

extension Settings {
    /// The daemon's copy of the repo.
    var mirror: String { state + "/mirror.git" }
}

/// A revision as somebody means it who asks the daemon's mirror, which has no HEAD of its own: that of the branch it follows.
func inMirror(_ revision: String, of branch: String) -> String {
    for name in ["HEAD", "@"] where revision.hasPrefix(name) {
        let rest = revision.dropFirst(name.count)
        if rest.isEmpty || rest.first == "^" || rest.first == "~" { return Remote.trackingRef(branch) + rest }
    }
    return revision
}
