import Foundation
import GitServers
import Inventory
import Reconcile
import Testing

struct WriteBackBytesTests {
    private static let attributes = [
        "* text=auto eol=crlf\n", "* text eol=lf\n", "*.yaml -text\n", "* text working-tree-encoding=UTF-16\n",
        "* filter=upper ident export-subst\n",
    ]

    @Test(arguments: attributes, [Route.path, .gitDaemon])
    func `whatever attributes and autocrlf say, only the flag's bytes change`(
        attributes: String, route: Route
    ) async throws {
        let lab = try await Lab(route: route)
        for (folder, autocrlf) in [("remote.git", "true"), ("mirror.git", "input")] {
            let path = lab.folder.appending(path: folder)
            for (key, value) in [
                ("core.autocrlf", autocrlf), ("core.eol", "crlf"), ("filter.upper.clean", "tr a-z A-Z"),
            ] {
                try Lab.git(["config", key, value], in: path)
            }
        }
        // Windows lines, a last line without an end, and what git would expand.
        func text(isOn: Bool) -> String {
            "# $Id$ $Format:%H$\n".replacing("\n", with: "\r\n")
                + Lab.manifest(1, isOn: isOn).replacing("\n", with: "\r\n").trimmingCharacters(in: .newlines)
        }
        for isOn in [false, true] {
            try lab.store([".gitattributes": attributes, Lab.path(1): text(isOn: isOn)])
            #expect(await lab.reconciler.reconcile().failure == nil)
        }
        try await lab.install(1)
        #expect(try await lab.writeBack.flush() != nil)
        let stored = try program(
            "git", ["-C", lab.site.appending(path: "remote.git").path, "cat-file", "blob", "main:\(Lab.path(1))"])
        #expect(stored == Data(text(isOn: false).utf8), "\(String(decoding: stored, as: UTF8.self))")
        #expect(try lab.remote("diff", "--raw", "--abbrev=4", "main~1", "main").split(separator: "\n").count == 1)
    }
}
