import GRDB

/// The tables, as migrations: new ones are added at the end, none is ever changed.
enum Schema {
  /// What each migration adds to a file. A file that an older vaultctl created has only the first,
  /// until something is written to it.
  enum Part: String {
    case store = "1"
    case ledgers, tokens, ledgerProofs, codes
  }

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration(Part.store.rawValue) { db in try db.execute(sql: first) }
    migrator.registerMigration(Part.ledgers.rawValue) { db in try db.execute(sql: ledgers) }
    migrator.registerMigration(Part.tokens.rawValue) { db in try db.execute(sql: tokens) }
    migrator.registerMigration(Part.ledgerProofs.rawValue) { db in
      try db.execute(sql: ledgerProofs)
    }
    migrator.registerMigration(Part.codes.rawValue) { db in try db.execute(sql: codes) }
    return migrator
  }()

  static func has(_ part: Part, in db: Database) throws -> Bool {
    try migrator.appliedIdentifiers(db).contains(part.rawValue)
  }

  private static let tokens = """
    -- Tokens issued to a connection, deleted with it. What is not sealed is not secret.
    CREATE TABLE token (
      connection TEXT PRIMARY KEY REFERENCES connection (id) ON DELETE CASCADE,
      version INTEGER NOT NULL CHECK (version > 0),
      record TEXT NOT NULL,
      -- The version at which the tokens were sealed: a write of the record alone leaves them.
      sealed_at INTEGER,
      access BLOB,
      refresh BLOB,
      CHECK ((access IS NULL) = (sealed_at IS NULL))
    ) STRICT, WITHOUT ROWID;
    """

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

    -- The latest versions of an existing connection, including the current one.
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

  /// Ledgers of other stores: of each its state, its entries, and the log of its moves.
  private static let ledgers = """
    CREATE TABLE ledger (
      name TEXT PRIMARY KEY,
      -- Grows with each move and is never reused: what a compare-and-swap compares.
      number INTEGER NOT NULL,
      state TEXT NOT NULL,
      key TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ledger_entry (
      ledger TEXT NOT NULL REFERENCES ledger (name) ON DELETE CASCADE,
      connection TEXT NOT NULL,
      entry TEXT NOT NULL,
      PRIMARY KEY (ledger, connection)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ledger_log (
      ledger TEXT NOT NULL REFERENCES ledger (name) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      at INTEGER NOT NULL,
      message TEXT NOT NULL,
      PRIMARY KEY (ledger, number)
    ) STRICT, WITHOUT ROWID;
    """

  /// What shows that a holder of the store's key wrote the rest, unless its key has an earlier form.
  private static let codes = """
    -- Of each connection with its fields, applied record and tokens, by its name.
    CREATE TABLE code (
      name TEXT PRIMARY KEY,
      code BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What all codes and events come to, under the key.
    CREATE TABLE code_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sealed BLOB NOT NULL
    ) STRICT;

    -- A version is never changed, so it has a code of its own.
    ALTER TABLE version ADD COLUMN code BLOB;
    """

  /// What shows who wrote a ledger's state, as JSON.
  private static let ledgerProofs = "ALTER TABLE ledger ADD COLUMN proof TEXT;"
}
