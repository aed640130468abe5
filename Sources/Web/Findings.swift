import HashTreeCollections
import Inventory
import Synchronization

/// What is wrong in the files of the inventory, in numbers.
package struct Findings: Sendable, Equatable {
    /// Diagnostics of one severity in one file.
    package struct Group: Sendable, Equatable {
        package var path: String
        package var severity: Diagnostic.Severity
        package var count: Int
    }

    /// A file that can't be read.
    package struct Broken: Sendable, Equatable {
        package var path: String
        /// Those of its last good version: they keep their leases and lose their permission.
        package var hosts: Int
    }

    package var diagnostics: [Diagnostic.Severity: Int] = [.error: 0, .warning: 0]
    /// Errors first, in the order of paths.
    package var groups: [Group] = []
    package var unnamedGroups = 0
    /// In the order of paths.
    package var broken: [Broken] = []
    package var unnamedBroken = 0

    /// Looks at every file and host.
    ///
    /// - Parameter limit: so many broken files are named, and so many groups; the others are counted.
    package init(of inventory: Inventory, naming limit: Int) {
        var counts: [Diagnostic.Severity: [String: Int]] = [:]
        for diagnostic in inventory.diagnostics {
            diagnostics[diagnostic.severity, default: 0] += 1
            counts[diagnostic.severity, default: [:]][diagnostic.location.path, default: 0] += 1
        }
        for severity in [Diagnostic.Severity.error, .warning] {
            let files = (counts[severity] ?? [:]).sorted { $0.key < $1.key }
            let named = files.prefix(limit - groups.count)
            groups += named.map { Group(path: $0.key, severity: severity, count: $0.value) }
            unnamedGroups += files.count - named.count
        }
        broken = inventory.brokenPaths.sorted().prefix(limit).map {
            Broken(path: $0, hosts: inventory.files[$0]?.inForce.hosts.count ?? 0)
        }
        unnamedBroken = inventory.brokenPaths.count - broken.count
    }
}

/// Keeps the findings of an inventory until there is another one.
package final class FindingsMemo: Sendable {
    private let limit: Int
    private let last = Mutex<(revision: Inventory.Revision, findings: Findings)?>(nil)

    package init(naming limit: Int) { self.limit = limit }

    package func findings(of inventory: Inventory) -> Findings {
        if let last = last.withLock({ $0 }), last.revision === inventory.revision { return last.findings }
        let findings = Findings(of: inventory, naming: limit)
        last.withLock { $0 = (inventory.revision, findings) }
        return findings
    }
}
