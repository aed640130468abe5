import Foundation
import Testing
import Web

struct RepliesTests {
    @Test(arguments: [("{}", []), (#"{"accept": ["node-01"]}"#, ["node-01"])])
    func `a request to reconcile need not accept anything`(body: String, accepted: [String]) throws {
        #expect(try JSONDecoder().decode(ReconcileRequest.self, from: Data(body.utf8)).accept == accepted)
    }
}
