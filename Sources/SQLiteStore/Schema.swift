import GRDB

/// The tables, as migrations: a later one is added at the end, none is ever changed.
enum Schema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in try db.execute(sql: first) }
    return migrator
  }()

  private static let first = """
    -- The key of all sealed values, itself an OpenPGP message to the project's recipients.
    CREATE TABLE store_key (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sealed TEXT NOT NULL
    ) STRICT;

    CREATE TABLE connection (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      app TEXT NOT NULL,
      setup_type TEXT,
      labels TEXT NOT NULL,
      granted TEXT,
      version INTEGER NOT NULL CHECK (version > 0),
      updated_at INTEGER NOT NULL
    ) STRICT;

    -- A field's version is the connection's at which its value was written.
    CREATE TABLE field (
      connection TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      plain TEXT,
      sealed BLOB,
      PRIMARY KEY (connection, name),
      CHECK ((plain IS NULL) <> (sealed IS NULL))
    ) STRICT, WITHOUT ROWID;

    -- The last versions of a connection that there still is, the present one among them.
    CREATE TABLE version (
      connection TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      content TEXT NOT NULL,
      provenance TEXT NOT NULL,
      PRIMARY KEY (connection, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE applied (
      name TEXT PRIMARY KEY,
      record TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      who TEXT NOT NULL,
      what TEXT NOT NULL,
      connection TEXT,
      version INTEGER,
      tool TEXT NOT NULL,
      git_commit TEXT
    ) STRICT;
    CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
      BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

    CREATE TABLE lock (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      holder TEXT NOT NULL
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      planned INTEGER NOT NULL,
      provenance TEXT NOT NULL,
      ended_at INTEGER,
      seen INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE intent (
      run INTEGER NOT NULL REFERENCES run (id),
      connection TEXT NOT NULL,
      done INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (run, connection)
    ) STRICT, WITHOUT ROWID;
    """
}
