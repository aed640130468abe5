import GRDB
import Inventory

/// What the repo is owed, in numbers.
package struct IntentCounts: Sendable, Equatable {
    package struct Group: Sendable, Equatable {
        package var count: Int
        package var oldest: Instant
    }

    /// A host whose commit waits for a person.
    package struct Stuck: Sendable, Hashable {
        package var host: Host.ID
        package var state: Intent.State
    }

    /// States without an intent are missing.
    package var groups: [Intent.State: Group] = [:]
    /// Blocked and stopped ones, oldest first, as many as were asked for.
    package var stuck: [Stuck] = []

    package init() {}
}

extension Journal {
    /// Counts what the repo is owed, and names the hosts of those that wait for a person. Looks at what is owed only.
    ///
    /// - Throws: `JournalError`.
    package func intentCounts(naming limit: Int) throws(JournalError) -> IntentCounts {
        try read { db in
            var counts = IntentCounts()
            let groups = try Row.fetchAll(
                db,
                sql:
                    "SELECT state, count(*) AS count, min(createdAt) AS oldest FROM intent WHERE state NOT IN ('done', 'absent') GROUP BY state"
            )
            for row in groups {
                guard let state = Intent.State(rawValue: row["state"]) else { continue }
                counts.groups[state] = .init(count: row["count"], oldest: Instant(seconds: row["oldest"]))
            }
            counts.stuck = try Row.fetchAll(
                db,
                sql: """
                    SELECT namespace, name, state, min(intent.id) AS first FROM intent
                    JOIN arming ON arming.id = intent.arming
                    WHERE state <> 'done' AND state IN ('blocked', 'stopped')
                    GROUP BY namespace, name, state ORDER BY first LIMIT ?
                    """, arguments: [limit]
            ).compactMap { row in
                Intent.State(rawValue: row["state"]).map { IntentCounts.Stuck(host: Host.ID(row: row), state: $0) }
            }
            return counts
        }
    }
}
