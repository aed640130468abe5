import Foundation
import Inventory
import NIOCore
import NIOHTTP1
import Testing

@testable import Boot

/// Walks the table of routes: whatever is added to it is asked here too.
struct RouteTests {
    private func paths(of route: Route) -> [String] {
        let values = [
            "{mac}": [Lab.mac.hyphenated, Lab.mac.description],
            "{token}": [Lab.token.text, Lab.hookToken.text, "none"],
            "{file}": ["snponly.efi", "vmlinuz"], "{index}": ["0", "1"],
            "{name}": ["user-data", "none"],
            "{path...}": ["vmlinuz", "initrd", "deep/er/file"],
        ]
        var paths = [""]
        for part in route.pattern.split(separator: "/") {
            paths = paths.flatMap { path in (values[String(part)] ?? [String(part)]).map { "\(path)/\($0)" } }
        }
        return paths
    }

    private func respond(
        _ situation: Lab.Situation, hasBoot: Bool, _ method: HTTPMethod, _ target: String, serial: String? = nil
    ) async throws -> (HTTPReply, Calls) {
        let (gate, calls) = (Gate(Lab.standing(situation, hasBoot: hasBoot, serial: serial)), Calls())
        let (loaders, artifacts) = (try Scratch(), try Scratch())
        try loaders.write("snponly.efi", .init("a loader".utf8))
        for name in ["vmlinuz", "initrd", "deep/er/file"] { try artifacts.write(name, .init("bootable".utf8)) }
        let responder = HTTPResponder(
            plane: BootPlane(gate: gate, actions: calls.actions(gate), log: .quiet), urls: Lab.urls,
            loaders: Directory(loaders.path), artifacts: Artifacts(Directory(artifacts.path)),
            progress: KernelProgress())
        let request = try #require(HTTPRequest(method, target, source: Lab.reserved))
        return (await responder.respond(to: request), calls)
    }

    @Test(arguments: Route.table.map(\.pattern), Lab.Situation.allCases.filter { $0 != .armed })
    func `no route gives a refused or unknown machine a bootable byte`(pattern: String, situation: Lab.Situation)
        async throws
    {
        let route = try #require(Route.table.first { $0.pattern == pattern })
        for method in route.methods {
            for path in paths(of: route) {
                for hasBoot in [true, false] {
                    let (reply, calls) = try await respond(situation, hasBoot: hasBoot, method, path)
                    if case .bootable = reply.body { Issue.record("\(method) \(path) gave bootable bytes") }
                    #expect(calls.all.admitted.isEmpty, "\(path) counted an attempt")
                    #expect(calls.all.kernels.isEmpty, "\(path) counted a kernel")
                }
            }
        }
    }

    @Test(arguments: [
        "/boot/52-54-00-12-34-01/script.ipxe", "/b/\(Lab.token.text)/kernel", "/b/\(Lab.token.text)/initrd/0",
        "/b/\(Lab.token.text)/artifacts/deep/er/file",
    ])
    func `an armed machine gets what it asks for`(target: String) async throws {
        let (reply, _) = try await respond(.armed, hasBoot: true, .GET, target)
        #expect(reply.status == .ok)
        guard case .bootable = reply.body else {
            Issue.record("\(target) gave nothing")
            return
        }
    }

    @Test(arguments: [
        (Lab.Situation.armed, HTTPResponseStatus.ok), (.spent, .ok), (.held, .forbidden), (.off, .forbidden),
        (.unknown, .notFound),
    ])
    func `answers are for a boot that was let in, also after its report, by every method that installers use`(
        situation: Lab.Situation, status: HTTPResponseStatus
    ) async throws {
        for method in [HTTPMethod.GET, .HEAD, .POST] {
            for (token, name) in [(Lab.token, "user-data"), (Lab.token, "none"), (Lab.hookToken, "user-data")] {
                let (reply, calls) = try await respond(
                    situation, hasBoot: true, method, "/b/\(token.text)/answers/\(name)")
                let isTheirs = token == Lab.token
                let expected = isTheirs ? (status == .ok && name == "none" ? .notFound : status) : .notFound
                #expect(reply.status == expected, "\(method) \(name)")
                guard case .text(let text) = reply.body else {
                    Issue.record("bootable bytes")
                    return
                }
                let isAnswer = expected == .ok
                #expect((text == "user-data of \(Lab.mac) at \(Lab.urls.base)\n") == isAnswer)
                #expect(calls.all.answers == (isTheirs && status == .ok ? [name] : []))
                #expect(reply.headers.first(name: "content-type") == "text/plain; charset=utf-8")
            }
        }
        let other = try await respond(situation, hasBoot: true, .PUT, "/b/\(Lab.token.text)/answers/user-data").0
        #expect(other.status == .methodNotAllowed)
    }

    @Test(arguments: [
        "/b/\(Lab.token.text)/answers", "/b/\(Lab.token.text)/answers/", "/b/\(Lab.token.text)/answers/a/b",
        "/b/\(Lab.token.text)/artifacts/../x", "/b/\(Lab.token.text)/artifacts/%2e%2e/x",
        "/b/\(Lab.token.text)/initrd/-1",
        "/b/\(Lab.token.text)/initrd/1", "/b/\(Lab.token.text)/artifacts/%2fetc%2fpasswd",
        "/b/\(Lab.token.text)/artifacts/deep",
        "/b/\(Lab.token.text)/artifacts", "/b/\(Lab.hookToken.text)/kernel", "/", "/boot", "/loaders/x/snponly.efi",
    ])
    func `there is nothing elsewhere`(target: String) async throws {
        #expect(try await respond(.armed, hasBoot: true, .GET, target).0.status == .notFound)
    }

    @Test func `a script is only read, never headed`() async throws {
        let (reply, calls) = try await respond(.armed, hasBoot: false, .HEAD, "/boot/52-54-00-12-34-01/script.ipxe")
        #expect(reply.status == .methodNotAllowed)
        #expect(calls.all.admitted.isEmpty)
    }

    @Test(arguments: [("pcbios", "sanboot --no-describe --drive 0x80"), ("efi", "exit 1")])
    func `a refused machine's script starts its disk`(platform: String, command: String) async throws {
        let target = "/boot/52-54-00-12-34-01/script.ipxe?platform=\(platform)&uuid=${uuid}&serial=a%20b"
        let (reply, calls) = try await respond(.spent, hasBoot: false, .GET, target)
        guard case .text(let text) = reply.body else {
            Issue.record("no text")
            return
        }
        #expect(reply.status == .ok)
        #expect(text.hasPrefix("#!ipxe\n"))
        #expect(text.contains("\n\(command)"))
        #expect(text.hasSuffix("exit 1\n"))
        #expect(calls.all.saw == ["script 52:54:00:12:34:01 spent:provisioned"])
    }

    @Test func `a webhook comes through with its token, kind, body and source`() async throws {
        let (reply, calls) = try await respond(.spent, hasBoot: true, .POST, "/hooks/\(Lab.hookToken.text)/failed")
        #expect(reply.status == .ok)
        let report = try #require(calls.all.reports.first)
        #expect(report.token == Lab.hookToken)
        #expect(report.kind == .failed)
        #expect(report.source == Lab.reserved)
    }

    @Test(arguments: [("&serial=CZ204", true), ("&serial=CZ205", false), ("&serial=", false), ("", false)])
    func `where a serial is required, any machine gets the loader, and the right one gets the script`(
        query: String, isLetIn: Bool
    ) async throws {
        let (loader, _) = try await respond(
            .armed, hasBoot: false, .GET, "/loaders/52-54-00-12-34-01/snponly.efi", serial: "CZ204")
        #expect(loader.status == .ok)
        let (script, calls) = try await respond(
            .armed, hasBoot: false, .GET, "/boot/52-54-00-12-34-01/script.ipxe?platform=efi\(query)", serial: "CZ204")
        #expect(calls.all.admitted.count == (isLetIn ? 1 : 0))
        if case .bootable = script.body { #expect(isLetIn) } else { #expect(!isLetIn) }
        // A DHCP packet shows no serial.
        guard case .netboot = Lab.context(.proxy, Lab.standing(.armed, serial: "CZ204")).decision else {
            Issue.record("refused before it could show its serial")
            return
        }
    }

    @Test func `a sighting carries what the script's URL says`() async throws {
        let target = "/boot/52-54-00-12-34-01/script.ipxe?platform=pcbios&uuid=ABC&serial=a%20b"
        let (_, calls) = try await respond(.armed, hasBoot: false, .GET, target)
        #expect(
            calls.all.admitted == [
                Sighting(
                    mac: Lab.mac, architecture: 0, uuid: "abc", serial: "a b", address: Lab.reserved,
                    isComplete: true)
            ])
        // A kernel of ours goes by later: the script alone is not a full boot.
        #expect(calls.all.kernels.isEmpty)
    }
}

struct KernelLocationTests {
    @Test(
        arguments: [
            (.chain("http://x/y"), .elsewhere), (.kernel("http://x/vmlinuz", initrd: [], args: []), .elsewhere),
            (.kernel("u/vmlinuz", initrd: [], args: []), .artifact("u/vmlinuz")),
            (
                .script("#!ipxe\nkernel {{artifacts}}/u/vmlinuz quiet\ninitrd {{artifacts}}/i\nboot"),
                .artifact("u/vmlinuz")
            ),
            (.script("#!ipxe\nkernel --name k {{artifacts}}/u/vmlinuz"), .artifact("u/vmlinuz")),
            (.script("#!ipxe\nkernel http://elsewhere/vmlinuz"), .elsewhere), (.script("#!ipxe\nshell"), .elsewhere),
        ] as [(Plan, KernelLocation)])
    func `a kernel is ours, or goes by unseen`(plan: Plan, expected: KernelLocation) {
        #expect(KernelLocation(plan) == expected)
    }
}

struct KernelProgressTests {
    @Test func `a kernel is whole when its ranges cover it, in any order, once`() {
        let progress = KernelProgress()
        #expect(progress.starts(Lab.token, "v"))
        #expect(!progress.starts(Lab.token, "v"))
        #expect(!progress.wrote(50..<100, of: 100, Lab.token, "v"))
        #expect(!progress.wrote(0..<20, of: 100, Lab.token, "v"))
        #expect(!progress.wrote(0..<20, of: 100, Lab.token, "v"))
        #expect(progress.wrote(10..<60, of: 100, Lab.token, "v"))
        #expect(!progress.wrote(0..<100, of: 100, Lab.token, "v"))
    }

    @Test func `a file that changed begins anew`() {
        let progress = KernelProgress()
        #expect(!progress.wrote(0..<50, of: 100, Lab.token, "v"))
        #expect(!progress.wrote(50..<100, of: 100, Lab.token, "w"))
        #expect(progress.wrote(0..<50, of: 100, Lab.token, "w"))
    }
}
