import Testing

@testable import DaemonSubject

@Suite struct `What the daemon prints, in the oracle's words` {
    @Test(arguments: [
        ("netboot", "armed", "netboot"), ("ignore", "unknown", "unknown"), ("localBoot", "off", "off"),
        ("localBoot", "spent:provisioned", "spent:provisioned"), ("localBoot", "held:firstSight", "held:firstSight"),
        ("localBoot", "suspended:broken", "suspended:broken"), ("localBoot", "never", "never"),
        ("localBoot", "noPlan", "noPlan"), ("localBoot", "journal", "journal"),
    ])
    func `a status has one meaning`(decision: String, printed: String, meaning: String) throws {
        #expect(try reason(decision: decision, reason: printed) == meaning)
    }

    @Test(arguments: [
        ("off", "off"), ("spent:failed", "spent:failed"), ("superseded", "superseded"), ("never", "never"),
        ("unknownToken", "unknown"), ("unknown", "unknown"),
    ])
    func `a console has one meaning`(printed: String, meaning: String) throws {
        #expect(try reason(console: printed) == meaning)
    }

    @Test func `what nobody knows is an error`() {
        #expect(throws: UnknownReason.self) { try reason(decision: "netboot", reason: "off") }
        #expect(throws: UnknownReason.self) { try reason(decision: "localBoot", reason: "armed") }
        #expect(throws: UnknownReason.self) { try reason(decision: "localBoot", reason: "spent:") }
        #expect(throws: UnknownReason.self) { try reason(decision: "localBoot", reason: "installing") }
        #expect(throws: UnknownReason.self) { try reason(console: "armed") }
    }

    @Test(arguments: [("all", .all), ("none", .none), ("7", .oneOf(7)), (nil, .oneOf(20))] as [(String?, DaemonShare)])
    func `the share of daemons is all, none or one of a number`(text: String?, share: DaemonShare) {
        #expect(DaemonShare(text) == share)
    }

    @Test(arguments: ["some", "0", "-1"])
    func `another share is an error`(text: String) { #expect(DaemonShare(text) == nil) }
}
