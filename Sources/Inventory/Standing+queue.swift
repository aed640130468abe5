import HashTreeCollections

extension Standing {
    /// The hosts whose armings go before this one under `limits.armedAtOnce`: they have the limit from the same policy, and an unspent
    /// arming that is older than every one of this interface's host. By the order of commits, within one commit by the order of paths.
    ///
    /// Looks at older unspent armings only, and no further than `count` hosts.
    func ahead(of record: Ledger.Record, on interface: Interface, atMost count: Int) -> Set<Host.ID> {
        var hosts: Set<Host.ID> = []
        for other in ledger.queue.prefix(while: { $0.sequence < record.arming.sequence }) {
            // A machine that nobody has seen yet may lie in a van for weeks: it takes no turn.
            guard !other.mac.isUnseen, let entry = inventory.entry(of: other.mac) else { continue }
            // Cards of one host are one host: the oldest of its armings gives it its place.
            if entry.host.id == interface.host.id { break }
            guard entry.settings.armedAtOnce?.policy == interface.settings.armedAtOnce?.policy else { continue }
            hosts.insert(entry.host.id)
            if hosts.count >= count { break }
        }
        return hosts
    }

    /// The limit that this interface waits for, and the first of the hosts that go before it, for a person.
    func queue(before interface: Interface) -> (limit: Int, first: [String])? {
        guard let limit = interface.settings.armedAtOnce?.limit, let record = interface.arming.flatMap({ ledger[$0] })
        else { return nil }
        return (limit, ahead(of: record, on: interface, atMost: limit).sorted().prefix(5).map(\.description))
    }
}
