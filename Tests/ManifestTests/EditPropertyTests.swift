import Inventory
import Testing

@testable import Manifest

/// An edit either refuses, or the planned values changed and nothing else did: neither in meaning nor in bytes.
struct EditPropertyTests {
    @Test(arguments: 0..<40)
    func `random files and changes`(seed: Int) throws {
        var generator = ManifestGenerator(seed: UInt64(seed))
        var made = 0
        for _ in 0..<50 {
            let bytes = generator.file()
            let mac = generator.pick(generator.macs)
            let change = generator.pick([
                Change.disarm(mac), .arm(mac, restoreWorkflow: false), .arm(mac, restoreWorkflow: true),
                .annotate(mac, value: "v 1"), .suspend(mac, reason: "switch # upgrade"), .resume(mac),
            ])
            do throws(EditRefusal) {
                let edited = try editManifest(bytes, path: "a.yaml", change)
                check(change, from: bytes, to: edited)
                made += 1
            } catch {
                #expect(!error.message.isEmpty && error.location.line >= 1)
            }
        }
        // Refusing everything would keep the promise too.
        #expect(made > 25)
    }

    @Test(arguments: 0..<10)
    func `random bytes in between`(seed: Int) throws {
        var generator = ManifestGenerator(seed: UInt64(1_000 + seed))
        let pieces = [
            ":", " ", "\n", "\t", "{", "}", "*", "&", "<<: ", "- ", "\u{2028}", "\r", "#", "true", "\"", ",", "é",
            "---\n", "? ",
        ]
        for _ in 0..<100 {
            var bytes = generator.file()
            for _ in 0...generator.number(below: 3) {
                let place = generator.number(below: bytes.count)
                let end = min(bytes.count, place + generator.number(below: 3))
                bytes.replaceSubrange(place..<end, with: Array(generator.pick(pieces).utf8))
            }
            let change = Change.disarm(generator.pick(generator.macs))
            if let edited = try? editManifest(bytes, path: "a.yaml", change) { check(change, from: bytes, to: edited) }
        }
    }

    private func check(_ change: Change, from bytes: [UInt8], to edited: [UInt8]) {
        var expected = meaning(of: bytes)
        for host in expected.indices {
            guard let interface = expected[host].interfaces.firstIndex(where: { $0.mac == change.mac }) else {
                continue
            }
            switch change {
            case .bind: Issue.record("every interface here has its MAC")
            case .disarm:
                guard expected[host].interfaces[interface].isOn else { break }
                expected[host].interfaces[interface].isOn = false
                if expected[host].interfaces[interface].allowWorkflow == true {
                    expected[host].interfaces[interface].allowWorkflow = false
                }
            case .arm(_, let restoreWorkflow):
                expected[host].interfaces[interface].isOn = true
                if restoreWorkflow, expected[host].dialect == .hardwareV1Alpha1 {
                    expected[host].interfaces[interface].allowWorkflow = true
                }
            case .annotate(_, let value): expected[host].armAnnotation = value
            case .suspend(_, let reason):
                expected[host].suspend = Stop(reason: reason, location: SourceLocation(path: ""))
            case .resume: expected[host].suspend = nil
            }
        }
        let description =
            "\(change)\n\(String(decoding: bytes, as: UTF8.self))\n=>\n\(String(decoding: edited, as: UTF8.self))"
        #expect(meaning(of: edited) == expected, "\(description)")
        #expect(keepsItsBytes(bytes, edited), "\(description)")
    }

    @Test func `the files hold every dialect, on and off`() {
        var generator = ManifestGenerator(seed: 1)
        var seen: [Dialect: Set<Bool>] = [:]
        for _ in 0..<100 {
            for host in parseManifest(generator.file(), path: "").hosts {
                seen[host.dialect, default: []].formUnion(host.interfaces.map(\.isOn))
            }
        }
        #expect(Dialect.allCases.allSatisfy { seen[$0] == [true, false] })
    }

    /// Hosts without their locations.
    private func meaning(of bytes: [UInt8]) -> [Host] {
        parseManifest(bytes, path: "").hosts.map { host in
            var host = host
            host.location = SourceLocation(path: "")
            host.suspend?.location = SourceLocation(path: "")
            for index in host.interfaces.indices { host.interfaces[index].netbootLocation = SourceLocation(path: "") }
            return host
        }
    }

    /// What was taken away are at most two values, and all lines but those two are still there, in order.
    private func keepsItsBytes(_ bytes: [UInt8], _ edited: [UInt8]) -> Bool {
        let before = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let after = edited.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let removals = after.difference(from: before).removals
        guard removals.count <= 2 else { return false }
        let kept = edited.difference(from: bytes).removals.count
        return kept <= 2 * "TRUE".utf8.count + "*n00".utf8.count
    }
}
