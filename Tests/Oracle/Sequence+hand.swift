/// What a person asks of the daemon, which commits it in their name.
extension Sequence {
    func suspendByHand(_ host: String?, _ isSuspended: Bool) async throws {
        let what = "bootlatch \(isSuspended ? "suspend" : "resume") \(host ?? "")"
        tally.guards[isSuspended ? "bootlatch suspend" : "bootlatch resume", default: 0] += 1
        try await step(what) {
            try await self.poll()
            let wanted = try self.model.suspending(host, isSuspended)
            let before = try self.tip
            let isDone = try await self.subject.suspend(host, isSuspended)
            try self.expect(what, wanted == nil ? "refused" : "done", isDone ? "done" : "refused")
            let after = try self.tip
            guard let wanted else { return try self.expect("tip after \(what)", before, after) }
            let commit = try self.history.commit(after)
            try self.expect("parents of \(after)", before, commit.parents.joined(separator: " "))
            try self.expect(
                "\(what) in \(after)", "its edit", self.history.tree(after) == wanted ? "its edit" : "another")
            self.pushed.append(after)
            self.note("commit \(after.prefix(7))")
            try self.model.pass()
        }
    }
}
