import Foundation
import Inventory
import NIOCore
import NIOHTTP1
import Simulate
import Testing
import Web

/// The operators' API of a running daemon.
@Suite(.timeLimit(.minutes(10)))
struct OperatorsAPITests {
    private func ask<Reply: Decodable>(
        _ target: HTTPClient.Target, _ path: String, post body: String? = nil, as _: Reply.Type = Reply.self
    ) async throws -> (status: Int, reply: Reply) {
        let response = try await HTTPClient().request(
            body == nil ? .GET : .POST, target, path: path, body: body.map { .init(string: $0) },
            deadline: .now.advanced(by: .seconds(90)))
        let data = Data(response.body.readableBytesView)
        do {
            return (response.status, try JSONDecoder().decode(Reply.self, from: data))
        } catch {
            Issue.record("\(path) answered \(response.status): \(response.text)")
            throw error
        }
    }

    @Test func `questions are answered, wrong ones with what to do instead`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let socket = HTTPClient.Target.unix(path: daemon.socket)
        let pass: (status: Int, reply: ReconcileReply) = try await ask(socket, "/v1/reconcile", post: "")
        #expect(pass.status == 200 && pass.reply.failure == nil && pass.reply.tip?.count == 40)

        let status: (status: Int, reply: StatusReply) = try await ask(socket, "/v1/status?host=node-01")
        #expect(status.status == 200 && status.reply.journal.writable && status.reply.hosts.map(\.host) == ["node-01"])
        #expect(status.reply.hosts.first?.interfaces.first?.since?.author == "Ada")
        let why: (status: Int, reply: WhyReply) = try await ask(socket, "/v1/why?host=\(ServedLab.mac)")
        #expect(why.reply.interfaces.first?.rules.first { $0.rule == "on" }?.refusal == "off")
        #expect(why.reply.interfaces.first?.next.contains("allowPXE") == true)
        // There is no arming that these could be about.
        #expect(why.reply.interfaces.first?.rules.contains { $0.rule == "recorded" || $0.rule == "deadline" } == false)

        for (path, body, code, hint) in [
            ("/v1/status?host=nobody", nil, 404, "no host nobody"), ("/v1/why", nil, 404, "say which"),
            ("/v1/why?host=00:00:00:00:00:01", nil, 404, "no manifest names the MAC"),
            ("/v1/events?host=nobody", nil, 404, "no host nobody"), ("/v1/reconcile", "{", 400, "can't be read"),
            ("/v1/reconcile", #"{"accept": ["nobody"]}"#, 404, "no host nobody"),
            ("/v1/reconcile", #"{"accept": ["node-01"]}"#, 409, "accept"), ("/v1/arm", "", 404, "the body is empty"),
            ("/v1/disarm", #"{"host": "node-01", "author": "Ada", "email": "ada@lab"}"#, 409, "off already"),
            ("/v1/nope", nil, 404, "nothing answers GET /v1/nope"),
            ("/v1/arm", #"{"host": "node-01", "author": "Ada\nX: y", "email": "ada@lab"}"#, 400, "a control character"),
            ("/v1/suspend", #"{"author": "", "email": "ada@lab"}"#, 400, "is empty"),
            (
                "/v1/arm", #"{"host": "node-01", "limit": 5, "author": "Ada", "email": "ada@lab"}"#, 400,
                "a minute to a year"
            ),
            (
                "/v1/arm", #"{"host": "node-01", "limit": "2h", "author": "A", "email": "a@lab"}"#, 400,
                "`limit` is not a whole"
            ),
            ("/v1/arm", #"{"host": "node-01"}"#, 400, "`author` is missing"),
        ] as [(String, String?, Int, String)] {
            let wrong: (status: Int, reply: ErrorReply) = try await ask(socket, path, post: body)
            #expect(wrong.status == code && wrong.reply.error.contains(hint), "\(path): \(wrong)")
        }
    }

    @Test func `arm and disarm make commits in a person's name`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let socket = HTTPClient.Target.unix(path: daemon.socket)
        let body = #"{"host": "node-01", "author": "Grace", "email": "grace@lab", "reason": "new disk", "limit": 7200}"#
        let armed: (status: Int, reply: EditReply) = try await ask(socket, "/v1/arm", post: body)
        #expect(armed.status == 200 && armed.reply.did == "turned on for 2h" && armed.reply.reason == "armed")
        #expect(try await daemon.reason() == "armed")
        let log = try lab.git("--git-dir", lab.path("remote.git"), "log", "-1", "--format=%an <%ae> %s", "main")
        #expect(log == "Grace <grace@lab> Enable PXE for node-01: new disk\n")
        let why: (status: Int, reply: WhyReply) = try await ask(socket, "/v1/why?host=node-01")
        #expect(why.reply.interfaces.first?.because == "new disk")
        let arming = try #require(why.reply.interfaces.first?.status.arming)
        let (seen, deadline) = (try #require(Instant(arming.seenAt)), try #require(Instant(arming.deadline)))
        #expect(deadline.seconds - seen.seconds == 7200 && armed.reply.deadline == arming.deadline)
        let off: (status: Int, reply: EditReply) = try await ask(socket, "/v1/disarm", post: body)
        #expect(off.status == 200)
        #expect(try await daemon.reason() == "off")
        #expect(try !lab.isOnInRemote())
    }

    @Test func `arm says so when the commit does not let the machine in`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let socket = HTTPClient.Target.unix(path: daemon.socket)
        let body = #"{"host": "node-01", "author": "Grace", "email": "grace@lab"}"#
        for expected in ["armed", "armed", "armed", "held:flapping"] {
            let armed: (status: Int, reply: EditReply) = try await ask(socket, "/v1/arm", post: body)
            #expect(armed.status == 200 && armed.reply.reason == expected)
            #expect(armed.reply.explanation.contains(expected == "armed" ? "may netboot" : "--accept"))
            let off: (status: Int, reply: EditReply) = try await ask(socket, "/v1/disarm", post: body)
            #expect(off.reply.reason == "off")
        }
    }

    @Test func `a renamed host stands under its new name alone, and its old name still leads to it`() async throws {
        let lab = try ServedLab()
        var daemon = try await lab.start()
        try await daemon.reconcile()
        try lab.push(isOn: true, "reinstall node-01")
        try await daemon.reconcile()
        let manifest = lab.folder.appending(path: "clone/inventory/node-01.yaml")
        let text = try String(contentsOf: manifest, encoding: .utf8)
        try text.replacing("name: node-01", with: "name: rack-7").write(to: manifest, atomically: true, encoding: .utf8)
        try lab.git("commit", "-qam", "rename")
        try lab.git("push", "-q", "origin", "HEAD:main")
        try await daemon.reconcile()
        for isRestarted in [false, true] {
            if isRestarted {
                daemon.process.send(SIGKILL)
                try await daemon.process.ended()
                daemon = try await lab.start()
                try await daemon.reconcile()
            }
            let socket = HTTPClient.Target.unix(path: daemon.socket)
            #expect(try await daemon.status().hosts.map(\.host) == ["rack-7"])
            #expect(try await daemon.reason() == "armed")
            let why: (status: Int, reply: WhyReply) = try await ask(socket, "/v1/why?host=node-01")
            #expect(why.reply.host == "rack-7" && why.reply.formerly == "node-01")
            #expect(why.reply.interfaces.map(\.status.reason) == ["armed"])
            let status: (status: Int, reply: StatusReply) = try await ask(socket, "/v1/status?host=node-01")
            #expect(status.reply.hosts.map(\.host) == ["rack-7"])
            let events: (status: Int, reply: [EventReply]) = try await ask(socket, "/v1/events?host=node-01")
            #expect(events.reply.contains { $0.kind == "armed" } && !events.reply.contains { $0.kind == "lost" })
        }
        // Nothing else is changed by an old name than what it would have been.
        #expect(try await daemon.report(try await daemon.boot()).status == 200)
        try await daemon.until("off") { try await daemon.reason() == "off" }
        #expect(try await daemon.status().hosts.map(\.host) == ["rack-7"])
        #expect(try await daemon.status().intents.isEmpty)
    }

    @Test(arguments: ["arm", "suspend"])
    func `a name is the machine's that has it in the remote now, not the one that had it at the last look`(
        command: String
    ) async throws {
        let lab = try ServedLab()
        let other = lab.folder.appending(path: "clone/inventory/node-02.yaml")
        let manifest = lab.folder.appending(path: "clone/inventory/node-01.yaml")
        func push(_ host: String, _ otherHost: String) throws {
            let text = try String(contentsOf: manifest, encoding: .utf8).replacing(
                /name: node-0\d/, with: "name: \(host)")
            try text.write(to: manifest, atomically: true, encoding: .utf8)
            try text.replacing(ServedLab.mac, with: "52:54:00:12:34:02")
                .replacing("name: \(host)", with: "name: \(otherHost)")
                .write(to: other, atomically: true, encoding: .utf8)
            try lab.git("add", "-A")
            try lab.git("commit", "-qm", "\(host) and \(otherHost)")
            try lab.git("push", "-q", "origin", "HEAD:main")
        }
        try push("node-01", "node-02")
        let daemon = try await lab.start(set: ["inventory.interval=1h"])
        try await daemon.reconcile()
        try push("node-02", "node-01")
        let body = #"{"host": "node-01", "author": "Grace", "email": "grace@lab"}"#
        let socket = HTTPClient.Target.unix(path: daemon.socket)
        let response = try await HTTPClient().request(
            .POST, socket, path: "/v1/\(command)", body: .init(string: body), deadline: .now.advanced(by: .seconds(90)))
        #expect(response.status == 200, "\(response.text)")
        let changed = try lab.git("--git-dir", lab.path("remote.git"), "show", "--format=%s", "--name-only", "main")
        #expect(changed.contains("node-01\n") && changed.hasSuffix("\ninventory/node-02.yaml\n"), "\(changed)")
    }

    @Test func `the listener on TCP answers questions and changes nothing`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.reconcile()
        let open = HTTPClient.Target.tcp(host: "127.0.0.1", port: daemon.readOnlyPort)
        let status: (status: Int, reply: StatusReply) = try await ask(open, "/v1/status")
        #expect(status.reply.hosts.count == 1)
        let body = #"{"host": "node-01", "author": "Eve", "email": "eve@lab"}"#
        for path in ["/v1/arm", "/v1/disarm", "/v1/suspend", "/v1/resume", "/v1/reconcile"] {
            let response = try await HTTPClient().request(
                .POST, open, path: path, body: .init(string: body), deadline: .now.advanced(by: .seconds(90)))
            #expect(response.status == 404 || response.status == 405)
        }
        #expect(try !lab.isOnInRemote())
        // Nor does the provisioning network reach the operators' routes.
        let plane = try await HTTPClient().request(
            .GET, .tcp(host: "127.0.0.1", port: daemon.port), path: "/v1/status",
            deadline: .now.advanced(by: .seconds(90)))
        #expect(plane.status == 404)
    }
}
