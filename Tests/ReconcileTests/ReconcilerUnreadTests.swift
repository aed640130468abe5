import Inventory
import Reconcile
import Testing

/// Files that are read since a restart, and were not before.
struct ReconcilerUnreadTests {
    private let all = ["inventory", "policies", "more"]

    private func files(_ numbers: ClosedRange<Int>, isOn: Bool) -> [String: String] {
        Dictionary(uniqueKeysWithValues: numbers.map { ("more/n\($0).yaml", Lab.manifest($0, isOn: isOn)) })
    }

    @Test(arguments: [true, false])
    func `what is on in a folder that was not read before is held as at first sight`(isNewTip: Bool) async throws {
        let lab = try await Lab()
        try await lab.arm(1...1)
        try lab.push(files(2...3, isOn: true))
        _ = await lab.reconciler.reconcile()
        let widened = try await Lab(folder: lab.folder, paths: all)
        if isNewTip { try widened.push(["more/n3.yaml": Lab.manifest(3, isOn: true, comment: "another comment")]) }
        _ = await widened.reconciler.reconcile()
        #expect(widened.isLetIn(1))
        for number in 2...3 { #expect(widened.state(number) == .localBoot(.held(.firstSight))) }
        try widened.push(["more/n2.yaml": Lab.manifest(2, isOn: true, comment: "a comment")])
        _ = await widened.reconciler.reconcile()
        #expect(widened.state(2) == .localBoot(.held(.firstSight)))
        let restarted = try await Lab(folder: lab.folder, paths: all)
        _ = await restarted.reconciler.reconcile()
        #expect(restarted.state(2) == .localBoot(.held(.firstSight)))
        #expect(try await restarted.reconciler.accept(Host.ID(name: "n2")).failure == nil)
        #expect(restarted.isLetIn(2))
    }

    @Test func `what was turned on or off while its folder was not read is held, or off`() async throws {
        let first = try await Lab(paths: all)
        try await first.arm(1...1)
        for isOn in [false, true] {
            try first.push(files(2...2, isOn: false).merging(files(3...3, isOn: isOn)) { $1 })
            _ = await first.reconciler.reconcile()
        }
        #expect(first.isLetIn(3))
        let narrowed = try await Lab(folder: first.folder)
        try narrowed.push(files(2...2, isOn: true).merging(files(3...3, isOn: false)) { $1 })
        _ = await narrowed.reconciler.reconcile()
        let widened = try await Lab(folder: first.folder, paths: all)
        _ = await widened.reconciler.reconcile()
        #expect(widened.isLetIn(1))
        #expect(widened.state(2) == .localBoot(.held(.firstSight)))
        #expect(widened.state(3) == .localBoot(.off))
        try widened.push(files(3...3, isOn: true))
        _ = await widened.reconciler.reconcile()
        #expect(widened.isLetIn(3))
    }
}
