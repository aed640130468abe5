import Inventory
import Reconcile

extension Operators {
    /// - Throws: as `arm`.
    package func suspend(_ request: SuspendRequest) async throws -> SuspendReply {
        let mac = try await card(of: request.host)
        return reply(to: try await writeBack.suspend(mac, by: request.person, reason: request.reason))
    }

    /// - Throws: as `arm`.
    package func resume(_ request: SuspendRequest) async throws -> SuspendReply {
        let mac = try await card(of: request.host)
        let reply = reply(to: try await writeBack.resume(mac, by: request.person, reason: request.reason))
        // What was owed meanwhile.
        wakeWriter()
        return reply
    }

    private func reply(to edit: StopEdit) -> SuspendReply {
        let inventory = gate.current.inventory
        let stop = edit.host.flatMap { inventory[$0]?.stop } ?? inventory.stop
        return SuspendReply(
            host: edit.host?.description, commit: edit.commit.hex, did: edit.did, suspended: stop.map { StopReply($0) })
    }

    /// Any of a host's interfaces: what is asked is about the host.
    private func card(of reference: String?) async throws -> MACAddress? {
        guard let reference else { return nil }
        if let mac = MACAddress(reference) { return mac }
        if (try? host(reference, in: gate.current)) == nil { _ = await reconciler.reconcile() }
        let host = try host(reference, in: gate.current)
        guard let mac = host.interfaces.first?.mac else {
            throw OperatorError(description: "\(host.id) has no interface that could netboot; nothing to do")
        }
        return mac
    }
}
