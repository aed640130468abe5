import NIOCore
import Simulate

// What is read of the daemon's answers.

struct Status: Decodable {
    struct Host: Decodable { var interfaces: [Interface] }
    struct Interface: Decodable {
        var mac: String
        var decision: String
        var reason: String
    }

    var hosts: [Host]
}

struct Why: Decodable {
    struct Interface: Decodable {
        var status: Status.Interface
        var rules: [Rule]
    }
    struct Rule: Decodable { var refusal: String? }

    var interfaces: [Interface]
}

struct Event: Decodable {
    var sequence: Int64
    var detail: String
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(asked: String, _ response: HTTPClient.Response) {
        description = "\(asked): \(response.status) \(response.text)"
    }
}

struct Unheard: Error, CustomStringConvertible {
    let what: String

    var description: String { "the daemon does not tell: \(what)" }
}

extension String {
    /// Up to the next end of a URL's segment.
    func segment(after mark: String) -> String? {
        firstRange(of: mark).map { String(self[$0.upperBound...].prefix { $0.isLetter || $0.isNumber }) }
    }
}
