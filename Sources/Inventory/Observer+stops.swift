import HashTreeCollections

extension Observer {
    /// Tells what somebody suspended, and what goes on.
    mutating func noteStops(_ macs: [MACAddress]) {
        let hosts = Set(macs.compactMap { new[$0]?.host.id })
        for id in hosts.sorted() { note(old[id]?.host.suspend, new[id]?.host.suspend, id) }
        note(old.stop, new.stop, nil)
    }

    private mutating func note(_ before: Stop?, _ after: Stop?, _ host: Host.ID?) {
        guard (before == nil) != (after == nil) else { return }
        observation.events.append(
            Event(
                after == nil ? .resumed : .suspended, host: host,
                after.map { "suspended \($0.words) by \(step.author)" } ?? "resumed by \(step.author)",
                commit: step.commit))
    }
}
