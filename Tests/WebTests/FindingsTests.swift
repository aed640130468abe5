import Inventory
import Testing

@testable import Web

struct FindingsTests {
    private func diagnostic(_ number: Int, _ severity: Diagnostic.Severity, line: Int = 3) -> Diagnostic {
        Diagnostic(severity, at: SourceLocation(path: Yard.path(number), line: line), "odd")
    }

    @Test func `a broken file is named with the hosts that it takes along, and one that never was good with none`() {
        var yard = Yard(hosts: 3)
        yard.commit([
            Yard.path(2): Yard.file(2, [diagnostic(2, .error)], isBroken: true),
            Yard.path(9): Yard.file(9, [diagnostic(9, .error)], isBroken: true),
        ])
        let findings = Findings(of: yard.standing.inventory, naming: 10)
        #expect(findings.broken == [.init(path: Yard.path(2), hosts: 1), .init(path: Yard.path(9), hosts: 0)])
        #expect(findings.unnamedBroken == 0 && findings.diagnostics == [.error: 2, .warning: 0])
    }

    @Test func `diagnostics are counted by severity and by file, errors before warnings`() {
        var yard = Yard(hosts: 3)
        yard.commit([
            Yard.path(1): Yard.file(1, [diagnostic(1, .warning)]),
            Yard.path(3): Yard.file(
                3, [diagnostic(3, .error), diagnostic(3, .error, line: 4), diagnostic(3, .warning)]),
        ])
        let findings = Findings(of: yard.standing.inventory, naming: 10)
        #expect(findings.diagnostics == [.error: 2, .warning: 2])
        #expect(
            findings.groups == [
                .init(path: Yard.path(3), severity: .error, count: 2),
                .init(path: Yard.path(1), severity: .warning, count: 1),
                .init(path: Yard.path(3), severity: .warning, count: 1),
            ])
    }

    @Test func `of a thousand broken files a hundred are named and the others counted`() {
        var yard = Yard(hosts: 1)
        let numbers = 1...1000
        yard.commit(
            Dictionary(
                uniqueKeysWithValues: numbers.map {
                    (Yard.path($0), Yard.file($0, [diagnostic($0, .error), diagnostic($0, .warning)], isBroken: true))
                }))
        let findings = Findings(of: yard.standing.inventory, naming: 100)
        #expect(findings.broken.count == 100 && findings.unnamedBroken == 900)
        #expect(findings.groups.count == 100 && findings.unnamedGroups == 1900)
        #expect(findings.groups.allSatisfy { $0.severity == .error })
        #expect(findings.diagnostics == [.error: 1000, .warning: 1000])
    }

    @Test func `findings are kept until the inventory has others`() {
        var yard = Yard(hosts: 2)
        let memo = FindingsMemo(naming: 10)
        #expect(memo.findings(of: yard.standing.inventory).broken == [])
        yard.standing.inventory.lastGoodFetch = Instant(seconds: 1)
        #expect(memo.findings(of: yard.standing.inventory).broken == [])
        yard.commit([Yard.path(2): Yard.file(2, isBroken: true)])
        #expect(memo.findings(of: yard.standing.inventory).broken == [.init(path: Yard.path(2), hosts: 1)])
    }
}
