import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct ArmTests {
    @Test func `arm says for how long and why, and history reads both back out of any repo`() async throws {
        let lab = try await CommandLab()
        let arm = try await lab.bootlatch(
            "arm", "node-01", "--for", "2h", "--reason", "new disk", "--author", "Ada <ada@lab>")
        #expect(arm.status == 0, "\(arm.errors)")
        let origin = lab.scratch.path + "/origin.git"
        let message = try await CommandRun.git("-C", origin, "log", "-1", "--format=%an <%ae>%n%B", "main")
        #expect(message.hasPrefix("Ada <ada@lab>\n"), "\(message)")
        #expect(
            message.contains("\nBootlatch-For: 2h\n") && message.contains("Bootlatch-Reason: new disk"), "\(message)")
        let why = try await lab.bootlatch("why", "node-01").output
        #expect(why.contains("\n  because: new disk\n"), "\(why)")
        let times = try #require(why.firstMatch(of: /seen (\S+), deadline (\S+), boots/))
        let style = Date.ISO8601FormatStyle()
        #expect(try style.parse("\(times.2)").timeIntervalSince(style.parse("\(times.1)")) == 7200)

        for repo in [origin, "file://" + origin, lab.scratch.path + "/clone"] {
            // The clone knows nothing of the commit yet.
            if repo.hasSuffix("clone") {
                try await CommandRun.git("-C", repo, "pull", "--quiet", origin, "main")
            }
            let history = try await CommandRun.bootlatch("history", "node-01", "--repo", repo)
            #expect(history.status == 0, "\(repo): \(history.errors)")
            #expect(
                history.output.contains("armed") && history.output.contains("new disk"), "\(repo): \(history.output)")
        }
    }

    @Test(arguments: ["2", "soon", "-1h", ""])
    func `a time that can't be read arms nothing`(text: String) async throws {
        let run = try await CommandRun.bootlatch("arm", "node-01", "--for=\(text)", "--author", "Ada <ada@lab>")
        #expect(run.status == 2 && run.errors.contains("--for"), "\(run)")
    }
}
