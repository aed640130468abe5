import Boot
import Inventory
import Journal
import Logging
import Reconcile

extension Daemon {
    /// A script request of a MAC that no manifest names. Where it is a host that waits to be seen, for sure, the commit that writes its
    /// MAC is owed when this returns.
    func introduce(_ sighting: Sighting) async -> Acquaintance {
        let now = clock.now
        switch gate.current.recognise(sighting, now: now) {
        case .nobody:
            // Those that we handed a loader; whom another server sent here is none of our business.
            if case .introduce = decideBoot(sighting, in: gate.current, now: now) {
                await refuse(sighting, host: nil, "no host that waits to be seen has this UUID or serial")
            }
        case .refused(let host, let why): await refuse(sighting, host: host, why)
        case .host(let host, let key, let arming):
            guard settings.writeBack.isOn else {
                await refuse(sighting, host: host, "writeBack.mode is off: write the MAC into the manifest")
                return .stranger
            }
            do {
                let evidence = "script \(now.wall) from \(sighting.words)"
                switch try await journal.bind(arming, of: host, to: sighting, evidence: evidence, at: now.wall) {
                case .owed:
                    owed.wake()
                    return .expected(host, gate.current.inventory[key]?.settings.refuse ?? RefusePolicy())
                case .refused(let why): await refuse(sighting, host: host, why)
                }
            } catch {
                log.error("sighting not on disk, nobody is bound", metadata: ["error": "\(error)"])
            }
        }
        return .stranger
    }

    /// Tells why, once for each machine and reason: iPXE asks again and again.
    private func refuse(_ sighting: Sighting, host: Host.ID?, _ why: String) async {
        guard strangers.isNews(sighting.mac, why) else { return }
        log.notice(
            "not bound",
            metadata: ["mac": "\(sighting.mac)", "host": "\(host?.description ?? "-")", "reason": "\(why)"])
        await journal.announce(
            Event(.refused, host: host, mac: sighting.mac, "not bound: \(why); it asked from \(sighting.words)"),
            at: clock.now.wall)
    }
}

extension Sighting {
    /// Where it asked from and what it showed, on one line.
    fileprivate var words: String {
        let shown = [
            address.map { "\($0)" }, uuid.map { "UUID \($0.printable)" }, serial.map { "serial \($0.printable)" },
        ]
        return shown.compactMap { $0 }.joined(separator: ", ")
    }
}
