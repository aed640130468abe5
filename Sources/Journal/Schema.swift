import GRDB
import Inventory

/// The tables. Everything that git does not hold yet, so that a restart after any crash refuses what was spent.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("armings, boots, intents, events") { db in try db.execute(sql: first) }
        migrator.registerMigration("the host of a boot") { db in
            try db.execute(sql: "ALTER TABLE boot ADD COLUMN namespace TEXT; ALTER TABLE boot ADD COLUMN name TEXT")
        }
        migrator.registerMigration("machines without a MAC") { db in
            try db.execute(
                sql: """
                    ALTER TABLE intent ADD COLUMN bind INTEGER; ALTER TABLE intent ADD COLUMN uuid TEXT;
                    ALTER TABLE intent ADD COLUMN serial TEXT; ALTER TABLE intent ADD COLUMN evidence TEXT;
                    ALTER TABLE ownCommit ADD COLUMN isBind INTEGER NOT NULL DEFAULT 0;
                    CREATE TABLE seenSerial (mac INTEGER PRIMARY KEY, serial TEXT NOT NULL);
                    CREATE TABLE named (mac INTEGER NOT NULL, uuid TEXT, serial TEXT);
                    CREATE UNIQUE INDEX namedOnce ON named (mac, ifnull(uuid, ''), ifnull(serial, ''))
                    """)
        }
        migrator.registerMigration("its own id") { db in
            try db.execute(sql: "INSERT INTO setting (key, value) VALUES ('id', ?)", arguments: [Token.random().text])
        }
        migrator.registerMigration("the MACs of a lost host") { db in
            try db.execute(
                sql: "CREATE TABLE lostMAC (namespace TEXT NOT NULL, name TEXT NOT NULL, mac INTEGER NOT NULL)")
        }
        migrator.registerMigration("what machines last showed") { db in
            try db.execute(
                sql: """
                    CREATE TABLE shown (mac INTEGER PRIMARY KEY, uuid TEXT, serial TEXT, isComplete INTEGER NOT NULL,
                    since INTEGER NOT NULL)
                    """)
        }
        return migrator
    }

    private static let provenance = """
        namespace TEXT NOT NULL, name TEXT NOT NULL, "commit" TEXT NOT NULL, author TEXT NOT NULL,
        committedAt INTEGER NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, "column" INTEGER NOT NULL
        """

    private static let first = """
        CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE state (
            mac INTEGER PRIMARY KEY, isOn INTEGER NOT NULL, arming TEXT, hold TEXT, isOffByUs INTEGER NOT NULL, annotation TEXT,
            \(provenance));
        CREATE TABLE arming (
            id TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, mac INTEGER NOT NULL, \(provenance),
            seenAt INTEGER NOT NULL, deadline INTEGER NOT NULL, fullAttempts INTEGER NOT NULL, earlyAttempts INTEGER NOT NULL,
            ending TEXT, endedAt INTEGER, evidence TEXT, hold TEXT) WITHOUT ROWID;
        CREATE TABLE boot (
            token TEXT PRIMARY KEY, hookToken TEXT NOT NULL UNIQUE, arming TEXT NOT NULL REFERENCES arming (id), mac INTEGER NOT NULL,
            sequence INTEGER NOT NULL UNIQUE, startedAt INTEGER NOT NULL, kernel TEXT NOT NULL, uuid TEXT, serial TEXT,
            address INTEGER) WITHOUT ROWID;
        CREATE TABLE intent (
            id INTEGER PRIMARY KEY AUTOINCREMENT, arming TEXT NOT NULL REFERENCES arming (id), createdAt INTEGER NOT NULL,
            state TEXT NOT NULL, blockedBy TEXT, "commit" TEXT);
        CREATE INDEX owed ON intent (state) WHERE state <> 'done';
        CREATE TABLE ownCommit (
            id TEXT NOT NULL, arming TEXT NOT NULL, mac INTEGER NOT NULL, madeAt INTEGER NOT NULL, landed INTEGER NOT NULL,
            PRIMARY KEY (id, arming));
        CREATE INDEX ownCommitOfMAC ON ownCommit (mac, madeAt);
        CREATE TABLE retained (path TEXT PRIMARY KEY, content TEXT) WITHOUT ROWID;
        CREATE TABLE lost (
            namespace TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, content TEXT NOT NULL,
            PRIMARY KEY (namespace, name)) WITHOUT ROWID;
        CREATE TABLE seen (mac INTEGER PRIMARY KEY, uuid TEXT NOT NULL);
        CREATE INDEX seenUUID ON seen (uuid);
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, namespace TEXT, name TEXT,
            mac INTEGER, detail TEXT NOT NULL, "commit" TEXT);
        CREATE INDEX eventOfHost ON event (namespace, name, sequence);
        """
}
