import NIOCore
import NIOHTTP1

/// A boot's webhook, as an installer finds it in its kernel arguments or files.
package struct Hook: Hashable, Sendable {
    package enum Report: String, CaseIterable, Sendable { case success, failed, progress }

    package var url: URI

    package init(url: URI) { self.url = url }

    /// The first URL with `/hooks/` in a text, wherever it stands: `hook=URL`, a quoted one, one followed by `/failed`.
    package static func find(in text: some StringProtocol) -> Hook? {
        let ends: Set<Character> = ["\"", "'", ";", ",", "<", ">", ")", "]", "}", "|", "`"]
        for word in text.split(whereSeparator: { $0.isWhitespace || ends.contains($0) }) {
            guard word.firstRange(ofText: "/hooks/") != nil, let scheme = word.firstRange(ofText: "http"),
                var url = URI(word[scheme.lowerBound...])
            else { continue }
            for report in [Report.failed, .progress] where url.path.hasSuffix("/" + report.rawValue) {
                url.path.removeLast(report.rawValue.count + 1)
            }
            return Hook(url: url)
        }
        return nil
    }

    /// Posts a report and returns the server's answer, whatever its status.
    package func send(
        _ report: Report = .success, body: String = "", type: String = "application/json",
        client: HTTPClient = HTTPClient(), deadline: ContinuousClock.Instant = .now + .seconds(10)
    ) async throws -> HTTPClient.Response {
        try await client.request(
            .POST, .tcp(host: url.host, port: url.port),
            path: url.path + (report == .success ? "" : "/" + report.rawValue),
            headers: body.isEmpty ? [:] : ["Content-Type": type], body: ByteBuffer(string: body), deadline: deadline)
    }
}
