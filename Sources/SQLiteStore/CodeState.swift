import GRDB
import FoundationEssentials
import Stores

/// What all codes and events of a file come to; sealed beside the key.
struct CodeState: Equatable {
  /// The exclusive or of the codes' summands.
  private var sum = [UInt8](repeating: 0, count: StoreKey.codeSize)
  private(set) var count: Int64 = 0
  /// The last event, and the code of all events up to it.
  private(set) var lastEvent: Int64 = 0
  private var events = [UInt8](repeating: 0, count: StoreKey.codeSize)

  init() {}

  mutating func add(_ name: String, _ code: [UInt8], _ key: StoreKey) {
    toggle(name, code, key)
    count += 1
  }

  mutating func remove(_ name: String, _ code: [UInt8], _ key: StoreKey) {
    toggle(name, code, key)
    count -= 1
  }

  private mutating func toggle(_ name: String, _ code: [UInt8], _ key: StoreKey) {
    var entry = Statement("entry")
    entry.add(name)
    entry.add(code)
    for (index, byte) in key.summand(of: entry.bytes).enumerated() { sum[index] ^= byte }
  }

  /// Whether other codes come to the same.
  func hasSameCodes(as other: CodeState) -> Bool { sum == other.sum && count == other.count }

  /// Adds the events that are not in it yet.
  mutating func addEvents(_ db: Database, _ key: StoreKey) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT id, at, who, what, connection, version, tool, git_commit FROM event
          WHERE id > ? AND \(EventTable.isWrittenWithKey) ORDER BY id
          """), arguments: [lastEvent])
    while let row = try rows.next() {
      var event = Statement("event")
      event.add(events)
      event.add(row[0] as Int64)
      event.add(row[1] as Int64)
      event.add(row[2] as String)
      event.add(row[3] as String)
      event.add(row[4] as String?)
      event.add(row[5] as Int64?)
      event.add(row[6] as String)
      event.add(row[7] as String?)
      events = key.contentCode(of: event.bytes)
      lastEvent = row[0]
    }
  }

  /// Whether the file's events are those that are in it.
  func hasEvents(of db: Database, _ key: StoreKey) throws -> Bool {
    var found = CodeState()
    try found.addEvents(db, key)
    return found.lastEvent == lastEvent && found.events == events
  }

  // MARK: In the file

  static let missing =
    StoreError.corrupt("what authenticates it is missing, or was changed outside vaultctl")

  private static let size = 2 * StoreKey.codeSize + 16

  /// - Throws: `corrupt` if it is missing, or not sealed under the key and beside the key's text.
  init(_ db: Database, _ key: StoreKey) throws {
    let sealed = try Data.fetchOne(
      db.cachedStatement(sql: "SELECT sealed FROM code_state WHERE id = 1"))
    guard let sealed, let state = key.openState(Array(sealed)), state.count == Self.size else {
      throw Self.missing
    }
    func number(_ start: Int) -> Int64 {
      Int64(bitPattern: state[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let size = StoreKey.codeSize
    sum = Array(state[..<size])
    events = Array(state[size..<2 * size])
    count = number(2 * size)
    lastEvent = number(2 * size + 8)
  }

  static func exists(in db: Database) throws -> Bool {
    guard try Schema.has(.codes, in: db) else { return false }
    return try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM code_state)")) ?? false
  }

  func put(_ db: Database, _ key: StoreKey) throws {
    func bytes(_ number: Int64) -> [UInt8] {
      (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * Int64($0))) }
    }
    try db.run(
      sql: "INSERT OR REPLACE INTO code_state (id, sealed) VALUES (1, ?)",
      arguments: [Data(try key.sealState(sum + events + bytes(count) + bytes(lastEvent)))])
  }
}
