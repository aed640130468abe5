import Foundation
import Hummingbird
import Inventory
import Journal
import NIOCore
import Reconcile

/// The operators' API. A listener that anybody on the machine can reach only answers questions; what changes the inventory comes
/// through the socket, whose folder only the daemon's user may enter.
package func controlRouter(_ operators: Operators, isReadOnly: Bool) -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: ErrorsInWords())
    router.get("/healthz") { _, _ in
        let isWell = operators.gate.current.isWell
        return try reply(
            ["status": isWell ? "ok" : "refusing everyone, see bootlatch status"], isWell ? .ok : .serviceUnavailable)
    }
    router.get("/metrics") { _, _ in
        Response(
            status: .ok, headers: [.contentType: prometheusContentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: prometheusText(await operators.metrics()))))
    }
    router.get("/v1/status") { request, _ in
        try await answer { try await operators.status(of: request.uri.queryParameters["host"].map(String.init)) }
    }
    router.get("/v1/why") { request, _ in
        try await answer {
            guard let host = request.uri.queryParameters["host"] else {
                throw OperatorError(description: "say which: /v1/why?host=NAME or MAC")
            }
            return try await operators.why(String(host))
        }
    }
    router.get("/v1/events") { request, _ in
        let query = request.uri.queryParameters
        let host = query["host"].map(String.init)
        let after = query["after"].flatMap { Int64($0) } ?? 0
        if query["follow"] == nil {
            return try await answer {
                try await operators.events(of: host, after: after, limit: query["limit"].flatMap { Int($0) } ?? 100)
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "application/jsonl"],
            body: ResponseBody { writer in
                // The head must go out before the first event does.
                try await writer.write(ByteBuffer(string: "\n"))
                for await event in await operators.journal.follow()
                where host == nil || event.event.host?.description == host {
                    var line = ByteBuffer(bytes: try encoder.encode(EventReply(event)))
                    line.writeString("\n")
                    try await writer.write(line)
                }
                try await writer.finish(nil)
            })
    }
    if isReadOnly { return router }
    router.post("/v1/reconcile") { request, context in
        try await answer(request) { try await operators.reconcile($0 ?? ReconcileRequest()) }
    }
    router.post("/v1/arm") { request, context in
        try await answer(request) { (edit: EditRequest?) in try await operators.arm(try needed(edit)) }
    }
    router.post("/v1/disarm") { request, context in
        try await answer(request) { (edit: EditRequest?) in try await operators.disarm(try needed(edit)) }
    }
    router.post("/v1/suspend") { request, context in
        try await answer(request) { (stop: SuspendRequest?) in try await operators.suspend(try needed(stop)) }
    }
    router.post("/v1/resume") { request, context in
        try await answer(request) { (stop: SuspendRequest?) in try await operators.resume(try needed(stop)) }
    }
    return router
}

/// Sorted, so that two answers can be compared as text.
private var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
}

private func needed<Body>(_ body: Body?) throws -> Body {
    guard let body else { throw OperatorError(description: "the body is empty; it takes host, author and email") }
    return body
}

private func reply(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) throws -> Response {
    Response(
        status: status, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
}

/// Also what no route answers says so in JSON.
private struct ErrorsInWords: RouterMiddleware {
    func handle(
        _ request: Request, context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            let place = "\(request.method) \(request.uri.path)"
            let words =
                error.status == .notFound ? "nothing answers \(place): docs/json.md names the paths" : "\(error)"
            return try reply(ErrorReply(error: words), error.status)
        }
    }
}

extension DecodingError {
    /// What is wrong with a request, without Swift's names.
    fileprivate var words: String {
        func path(_ context: Context) -> String { context.codingPath.map(\.stringValue).joined(separator: ".") }
        return switch self {
        case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case .typeMismatch(let type, let context): "`\(path(context))` is not \(name(of: type))"
        case .valueNotFound(let type, let context): "`\(path(context))` is null, and not \(name(of: type))"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "it is no JSON" : "`\(path(context))` is out of range"
        @unknown default: "it is not what docs/json.md says"
        }
    }

    private func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Int64.Type, is Int.Type: "a whole number"
        case is Bool.Type: "true or false"
        default: "what docs/json.md says"
        }
    }
}

private func answer(_ body: () async throws -> some Encodable) async throws -> Response {
    do {
        return try reply(try await body())
    } catch let error as OperatorError {
        return try reply(ErrorReply(error: error.description), .notFound)
    } catch let error as RequestError {
        return try reply(ErrorReply(error: error.description), .badRequest)
    } catch let error as DecodingError {
        return try reply(ErrorReply(error: "the body can't be read: \(error.words)"), .badRequest)
    } catch let error as any HTTPResponseError {
        return try reply(ErrorReply(error: "\(error)"), error.status)
    } catch let error as JournalError {
        return try reply(ErrorReply(error: error.description), .serviceUnavailable)
    } catch {
        return try reply(ErrorReply(error: "\(error)"), .conflict)
    }
}

private func answer<Body: Decodable>(_ request: Request, _ work: (Body?) async throws -> some Encodable) async throws
    -> Response
{
    try await answer {
        let bytes = try await request.body.collect(upTo: 1 << 20)
        let body =
            bytes.readableBytes == 0 ? nil : try JSONDecoder().decode(Body.self, from: Data(bytes.readableBytesView))
        return try await work(body)
    }
}
