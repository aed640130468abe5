import Foundation
import Glibc
import Inventory
import Reconcile
import Testing

/// What somebody pushes by mistake, through a real repo.
@Suite(.timeLimit(.minutes(10))) struct BadInputTests {
    private func address(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        let padded = String(repeating: "0", count: 4 - digits.count) + digits
        return "52:54:00:12:\(padded.prefix(2)):\(padded.suffix(2))"
    }

    private func host(_ number: Int, isOn: Bool) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: node-\(number)}
        spec:
          interfaces:
          - dhcp: {mac: "\(address(number))"}
            netboot:
              allowPXE: \(isOn)
              osie: {kernel: vmlinuz}

        """
    }

    private func decisions(_ lab: Lab, _ numbers: Range<Int>) -> [Int: Decision] {
        Dictionary(uniqueKeysWithValues: numbers.map { ($0, lab.decision(address($0))) })
    }

    @Test func `one broken file in a thousand suspends its own hosts only, and is named with its line`() async throws {
        let lab = try await Lab()
        let path = { (number: Int) in "inventory/rack\(number / 100)/node-\(number).yaml" }
        // The broken one holds two hosts, one of them armed.
        let broken = path(500)
        var files = Dictionary(uniqueKeysWithValues: (0..<1000).map { (path($0), host($0, isOn: false)) })
        files[broken] = host(500, isOn: false) + "---\n" + host(1000, isOn: false)
        try lab.push(files, "a thousand hosts")
        #expect(await lab.reconciler.reconcile().failure == nil)
        let armed = [3, 77, 999]
        var change = Dictionary(uniqueKeysWithValues: armed.map { (path($0), host($0, isOn: true)) })
        change[broken] = host(500, isOn: true) + "---\n" + host(1000, isOn: false)
        try lab.push(change, "install four")
        #expect(await lab.reconciler.reconcile().failure == nil)
        let before = decisions(lab, 0..<1001)
        for number in armed + [500] {
            guard case .netboot = before[number] else {
                Issue.record("node-\(number) is not armed: \(String(describing: before[number]))")
                return
            }
        }
        try lab.push(
            [broken: host(500, isOn: true) + "---\n" + host(1000, isOn: false) + "  netboot: x: y\n"], "a slip")
        let pass = await lab.reconciler.reconcile()
        #expect(pass.failure == nil)
        let after = decisions(lab, 0..<1001)
        let changed = Set(before.keys.filter { before[$0] != after[$0] })
        #expect(changed == [500, 1000])
        #expect(after[500] == .localBoot(.suspended(.broken)) && after[1000] == .localBoot(.suspended(.broken)))
        let named = lab.gate.current.inventory.diagnostics.map(\.description)
        #expect(named.count == 1 && named.first?.hasPrefix("\(broken):20:") == true, "\(named)")
        #expect(pass.diagnostics.map(\.description) == named)
        // Repaired, all is as it was: nothing was spent, and nothing is armed anew.
        try lab.push([broken: host(500, isOn: true) + "---\n" + host(1000, isOn: false)], "repair it")
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(decisions(lab, 0..<1001) == before)
        #expect(lab.gate.current.inventory.diagnostics == [])
    }

    @Test func `files that are no manifests are named, and the hosts beside them stay as they are`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/good.yaml": host(1, isOn: false)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        let clone = lab.folder.appending(path: "clone/inventory")
        // A file of 100 MB: git refuses to hold no size, so the limit must be asked for before the blob is read.
        let large = clone.appending(path: "large.yaml").path
        #expect(FileManager.default.createFile(atPath: large, contents: nil))
        #expect(truncate(large, 100_000_000) == 0)
        try FileManager.default.createSymbolicLink(
            atPath: clone.appending(path: "link.yaml").path, withDestinationPath: "good.yaml")
        let text = host(2, isOn: true)
        try Data([0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
            .write(to: clone.appending(path: "utf16.yaml"))
        try lab.push([
            "inventory/good.yaml": host(1, isOn: true),
            "inventory/brackets.yaml": String(repeating: "[", count: 100_000),
            "inventory/chart.yaml": "{{- range .Values.hosts }}\n\(text)\n{{- end }}\n",
            "inventory/conflict.yaml": "<<<<<<< HEAD\n\(text)=======\n\(text)>>>>>>> theirs\n",
            "inventory/lfs.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
            "inventory/secret.yaml": "kind: ENC[a]\ndata: ENC[b]\nsops:\n  mac: ENC[c]\n  lastmodified: d\n",
        ])
        let start = ContinuousClock.now
        let pass = await lab.reconciler.reconcile()
        let time = ContinuousClock.now - start
        #expect(pass.failure == nil)
        // A build without optimisation on a busy machine; what is quadratic takes hours.
        #expect(time < .seconds(60))
        let named = pass.diagnostics.map { "\($0.location.path): \($0.message)" }
        for (file, says) in [
            ("brackets", "nested deeper than 64 levels"), ("chart", "this looks like a Helm or Jinja template"),
            ("conflict", "a merge conflict was committed as it was"), ("large", "the file has 100000000 bytes"),
            ("lfs", "this is a Git LFS pointer"), ("link", "a symbolic link is never followed"),
            ("secret", "kind: SOPS has encrypted the kind"), ("utf16", "the file is UTF-16"),
        ] {
            #expect(
                named.contains { $0.hasPrefix("inventory/\(file).yaml: \(says)") }, "\(file) after \(time): \(named)")
        }
        #expect(named.count == 8, "\(named)")
        guard case .netboot = lab.decision(address(1)) else {
            Issue.record("the good file is not read: \(lab.decision(address(1)))")
            return
        }
        #expect(lab.decision(address(2)) == .ignore(.unknown))
    }
}
