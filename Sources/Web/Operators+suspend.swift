import Inventory
import Reconcile

extension Operators {
    /// - Throws: as `arm`.
    package func suspend(_ request: SuspendRequest) async throws -> SuspendReply {
        let interface = request.host.map { HostReference($0).anyInterface }
        return reply(
            to: try await writeBack.suspend(interface, by: try request.person.checked(), reason: request.reason))
    }

    /// - Throws: as `arm`.
    package func resume(_ request: SuspendRequest) async throws -> SuspendReply {
        let interface = request.host.map { HostReference($0).anyInterface }
        let reply = reply(
            to: try await writeBack.resume(interface, by: try request.person.checked(), reason: request.reason))
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
}
