import Foundation
import Inventory
import Testing

@testable import Manifest

/// The inventories under `examples/`.
struct ExampleTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private func files(_ example: String) -> [(file: ParsedFile, bytes: [UInt8])] {
        let folder = "\(Self.root)/examples/\(example)"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.sorted().filter { $0.hasSuffix(".yaml") && $0.contains("/") }.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map {
                (parseManifest(Array($0), path: name), Array($0))
            }
        }
    }

    private func inventory(_ example: String) -> Inventory {
        let files = files(example)
        let changes = files.map { ($0.file.path, Delta.FileChange.read($0.file, content: $0.file.path)) }
        var delta = Delta(Dictionary(uniqueKeysWithValues: changes))
        for path in Inventory().templatePaths(with: delta) {
            let file = readTemplate(at: path, in: "\(Self.root)/examples/\(example)")
            delta.templates[path] = Delta.TemplateChange(file, content: path)
        }
        return Inventory().advanced(by: delta, isFirst: true).inventory
    }

    @Test(arguments: [
        ("hardware-v1alpha2", Dialect.hardwareV1Alpha2, ["lab/node-21", "lab/node-22", "lab/switch-2"]),
        ("metal3", .bareMetalHost, ["metal3/worker-0", "metal3/worker-1", "metal3/worker-2"]),
        ("isc-dhcp", .hardwareV1Alpha1, ["lab/node-01"]),
        ("ubuntu-autoinstall", .hardwareV1Alpha1, ["lab/node-31", "lab/node-32"]),
    ])
    func `they load without a diagnostic, and something says what each machine boots`(
        example: String, dialect: Dialect, names: [String]
    ) throws {
        let inventory = inventory(example)
        #expect(inventory.diagnostics == [])
        let hosts = files(example).flatMap(\.file.hosts)
        #expect(hosts.map(\.id.description).sorted() == names)
        #expect(hosts.allSatisfy { $0.dialect == dialect })
        for spec in hosts.flatMap(\.interfaces) where !spec.disableDHCP {
            #expect(Plan(for: try #require(inventory[spec.mac])) != nil)
        }
    }

    @Test func `a fleet without MACs loads, and a bind changes what its README shows`() throws {
        let files = files("edge-fleet")
        #expect(inventory("edge-fleet").diagnostics == [])
        #expect(files.flatMap { ManifestCheck($0.bytes, $0.file).diagnostics } == [])
        let interfaces = files.flatMap(\.file.hosts).flatMap(\.interfaces)
        #expect(interfaces.count == 3)
        #expect(interfaces.allSatisfy { $0.mac.isUnseen })
        let armed = try #require(interfaces.first { $0.isOn })
        let (file, bytes) = try #require(files.first { $0.file.hosts.count == 3 })
        let edited = try editManifest(bytes, path: file.path, .bind(armed.mac, to: MACAddress(bits: 0x5254_0012_3451)))
        let diff = diff(bytes, edited)
        #expect(diff == ["+        mac: \"52:54:00:12:34:51\""])
        let readme = try String(contentsOfFile: "\(Self.root)/examples/edge-fleet/README.md", encoding: .utf8)
        #expect(diff.allSatisfy { readme.contains("    \($0)\n") })
    }

    @Test(arguments: [
        (
            "hardware-v1alpha2", 0x5254_0012_3422,
            [
                "-      netboot: {disabled: false}  # on since it has a new disk",
                "+      netboot: {disabled: true}  # on since it has a new disk",
            ]
        ),
        (
            "metal3", 0x5254_0012_3441,
            [
                "-    bootlatch.dev/netboot: \"allow\"    # new board, see the ticket",
                "+    bootlatch.dev/netboot: \"deny\"    # new board, see the ticket",
            ]
        ),
    ])
    func `a disarm changes one line, the one that the README shows`(example: String, mac: UInt64, diff: [String]) throws
    {
        let mac = MACAddress(bits: mac)
        let (file, bytes) = try #require(
            files(example).first { $0.file.hosts.flatMap(\.interfaces).contains { $0.mac == mac } })
        #expect(file.hosts.flatMap(\.interfaces).filter(\.isOn).map(\.mac) == [mac])
        let edited = try editManifest(bytes, path: file.path, .disarm(mac))
        #expect(self.diff(bytes, edited) == diff)
        #expect(try editManifest(edited, path: file.path, .arm(mac, restoreWorkflow: false)) == bytes)
        let readme = try String(contentsOfFile: "\(Self.root)/examples/\(example)/README.md", encoding: .utf8)
        #expect(diff.allSatisfy { readme.contains("    \($0)\n") })
    }

    @Test(arguments: [
        ("hardware-v1alpha2", 0x5254_0012_342F, ["+        disabled: false"]),
        (
            "metal3", 0x5254_0012_3442,
            ["+  annotations:", "+    bootlatch.dev/netboot: \"allow\""]
        ),
    ])
    func `an arming inserts what is missing`(example: String, mac: UInt64, diff: [String]) throws {
        let mac = MACAddress(bits: mac)
        let (file, bytes) = try #require(
            files(example).first { $0.file.hosts.flatMap(\.interfaces).contains { $0.mac == mac } })
        #expect(self.diff(bytes, try editManifest(bytes, path: file.path, .arm(mac, restoreWorkflow: false))) == diff)
    }

    private func diff(_ before: [UInt8], _ after: [UInt8]) -> [String] {
        let lines = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n") }
        let difference = lines(after).difference(from: lines(before))
        return (difference.removals + difference.insertions).map { change in
            switch change {
            case .remove(_, let line, _): "-\(line)"
            case .insert(_, let line, _): "+\(line)"
            }
        }
    }
}
