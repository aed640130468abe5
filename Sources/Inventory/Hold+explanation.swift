extension Hold {
    /// What it means and what ends it, in one line.
    package var explanation: String {
        let accept = "toggle it off and on, change bootlatch.dev/arm, or run `bootlatch reconcile --accept HOST`"
        switch self {
        case .firstSight: return "on since before Bootlatch knew this repo; \(accept)"
        case .forcePush:
            return
                "turned on by a force push, or once more by a commit that a force push took out and brought back; \(accept)"
        case .overLimit:
            return
                "its commit armed more hosts than `limits.armedPerCommit`; raise the limit by a later commit, \(accept)"
        case .mismatched: return "a report with an unknown token came from this host's address; \(accept)"
        case .stale: return "turned on by merging a branch from before the last disarm; \(accept)"
        case .outdated:
            return
                "the repo could not be read for `outdatedAfter`, an hour by default; it ends with the next good fetch"
        case .flapping:
            return "armed more than three times within a day, does a generator rewrite it? "
                + "Run `bootlatch reconcile --accept HOST`, or toggle it when the day has passed"
        case .ambiguous:
            return "MACs were edited or exchanged while on, and nobody turned on this one; \(accept)"
        case .loosened: return "its commit also lifted `netboot: never`, a freeze, a suspension or `require`; \(accept)"
        case .oldState:
            return "the state folder was older than the repo, and may have forgotten how this was used; \(accept)"
        case .suspended: return "suspended; it ends with `bootlatch resume`, and its deadline runs on meanwhile"
        case .frozen: return "a policy's `freeze` holds; it ends with the freeze, and its deadline runs on meanwhile"
        case .queued:
            return
                "as many hosts with older armings as `limits.armedAtOnce` lets in; it ends when one of those armings is spent"
        case .wrongSerial:
            return
                "a policy requires the serial that the manifest names, and the machine does not show it; correct the label `serial`"
        case .wrongUUID:
            return
                "a policy requires the UUID that the manifest names, and the machine does not show it; correct the label `uuid`"
        case .noArmID:
            return
                "a policy lets only a changed bootlatch.dev/arm arm it; change that, or run `bootlatch reconcile --accept HOST`"
        case .unsigned:
            return
                "neither its commit nor what that merges is signed by one of the policy's `signedBy`; turn it off and on, or change bootlatch.dev/arm, "
                + "by a signed commit, or run `bootlatch reconcile --accept HOST`"
        case .ownCommit:
            return "a commit of Bootlatch's own turned it on, and only people's commits let a machine in; \(accept)"
        case .brokenPolicy:
            return
                "a policy file that rules it, or may, is broken or contradicts another; repair it (see `bootlatch validate`)"
        case .noRecord: return "the journal knows no arming of it; \(accept)"
        }
    }
}
