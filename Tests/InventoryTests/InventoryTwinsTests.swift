import Testing

@testable import Inventory

struct InventoryTwinsTests {
    /// As a generator writes them that forgot to fill its template in.
    private func file(_ path: String, _ count: Int, name: (Int) -> String, mac: (Int) -> Int) -> ParsedFile {
        let hosts = (0..<count).map { index -> Host in
            let place = SourceLocation(path: path, line: index + 1)
            let spec = InterfaceSpec(
                mac: MACAddress(bits: 0x5254_0000_0000 + UInt64(mac(index))), isOn: true, netbootLocation: place)
            return Host(id: Host.ID(name: name(index)), interfaces: [spec], location: place)
        }
        return ParsedFile(path: path, hosts: hosts)
    }

    // Looking through all the others for each would take hours.
    @Test(.timeLimit(.minutes(10)), arguments: [true, false], [true, false])
    func `fifty thousand hosts of one name or one MAC cost what fifty thousand hosts cost`(
        isOneName: Bool, isOneFile: Bool
    ) {
        let count = 50_000
        let name: (Int) -> String = { isOneName ? "node" : "node-\($0)" }
        let mac: (Int) -> Int = { isOneName ? $0 : 7 }
        var delta = Delta()
        if isOneFile {
            delta.files["all.yaml"] = .read(file("all.yaml", count, name: name, mac: mac), content: "1")
        } else {
            for index in 0..<count {
                let path = "\(index).yaml"
                let one = file(path, 1, name: { _ in name(index) }, mac: { _ in mac(index) })
                delta.files[path] = .read(one, content: "1")
            }
        }
        let (all, touched) = Inventory().advanced(by: delta, isFirst: true)
        #expect(touched.count == (isOneName ? count : 1))
        #expect(touched.allSatisfy { all[$0]?.suspension == .duplicate && all.value(of: $0) == nil })
        #expect(all.diagnostics.count == 10)
        let removed = Delta(delta.files.mapValues { _ in .removed })
        let (none, gone) = all.advanced(by: removed)
        #expect(gone == touched)
        #expect(none.files.isEmpty && none.hostCount == 0)
    }

    @Test func `of what one file names twice, and another once, each goes with its file`() {
        let two = file("a.yaml", 2, name: { _ in "node" }, mac: { $0 })
        let one = file("b.yaml", 1, name: { _ in "node" }, mac: { _ in 1 })
        let all = Inventory().advanced(
            by: Delta(["a.yaml": .read(two, content: "a"), "b.yaml": .read(one, content: "b")])
        ).inventory
        let mac = MACAddress(bits: 0x5254_0000_0001)
        #expect(all[mac]?.suspension == .duplicate)
        #expect(all[mac]?.host.location == SourceLocation(path: "a.yaml", line: 2))
        let without = all.advanced(by: Delta(["a.yaml": .removed])).inventory
        #expect(without[mac]?.host.location.path == "b.yaml" && without.value(of: mac) == true)
        #expect(without[MACAddress(bits: 0x5254_0000_0000)] == nil)
    }
}
