import Encodings
import FoundationEssentials
package import Model
import Pacing
package import Stores

/// What our own run means to do, as long as it is not known to be done.
struct RunJournal {
  var provenance: Provenance?
  var open: [ConnectionName: JournaledIntent] = [:]
  var planned = 0

  mutating func finished(_ name: ConnectionName) { open[name] = nil }
}

/// The lock and the journal, each a secret of its own below `<prefix>-state`.
extension OpenBaoStore {
  // MARK: The lock

  package func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    let present = try await engine.data(paths.lock)
    let held = try present.flatMap { found throws(StoreError) in try lockHolder(found.data) }
    if let held, held.token != holder.token, !held.isGone(for: holder) { return .held(by: held) }
    let version: Int64
    if let present {
      version = present.version
    } else {
      // Deleted by hand, it has a version all the same.
      version = try await engine.metadata(paths.lock)?.current ?? 0
      if version == 0 { try await engine.keepVersions(1, of: paths.lock) }
    }
    let data = try encoded("holder", holder)
    switch try await engine.put(paths.lock, data: data, after: version) {
    case .written: lockVersion = version + 1
    case .mismatch, .unknown:
      // Somebody was quicker, or our own answer is lost; who holds it shows now.
      guard let (data, version) = try await engine.data(paths.lock),
        let winner = try lockHolder(data)
      else { throw .unavailable("the lock cannot be taken") }
      guard winner.token == holder.token else { return .held(by: winner) }
      lockVersion = version
    }
    forgetEntries()
    guard let held, held.token != holder.token else { return .acquired }
    return .takenOver(from: held)
  }

  package func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    guard let version = lockVersion else { throw .lockLost(by: nil) }
    let data = try encoded("holder", holder.seen(at: now))
    if case .written = try await engine.put(paths.lock, data: data, after: version) {
      lockVersion = version + 1
      return
    }
    let found = try await engine.data(paths.lock)
    let present = try found.flatMap { found throws(StoreError) in try lockHolder(found.data) }
    guard present?.token == holder.token else {
      lockVersion = nil
      throw .lockLost(by: present)
    }
    lockVersion = found?.version
  }

  package func unlock(_ holder: LockHolder) async throws(StoreError) {
    guard let version = lockVersion else { return }
    lockVersion = nil
    _ = try await engine.put(paths.lock, data: Array("{}".utf8), after: version)
  }

  private func lockHolder(_ data: JSONObject) throws(StoreError) -> LockHolder? {
    guard let text = data.text("holder") else { return nil }
    return try decoded(text)
  }

  // MARK: The journal

  /// One part of what a run means to do; so many intents that the engine takes them in one secret.
  private struct Part: Codable {
    static let size = 2000

    let provenance: Provenance
    let planned: Int
    let parts: Int
    let intents: [JournaledIntent]
  }

  package func beginRun(
    _ intents: [StoreIntent], by provenance: Provenance
  ) async throws(StoreError) -> RunID {
    try await engine.api.learnTokensEnd()
    journal = RunJournal(
      provenance: provenance,
      open: Dictionary(
        intents.map { ($0.connection, JournaledIntent($0, keepsDraft: false)) }
      ) { first, _ in first }, planned: intents.count)
    try await putJournal()
    return RunID(1)
  }

  /// That it was meant is written already.
  package func intend(_ name: ConnectionName, in run: RunID) {}

  package func abandon(_ name: ConnectionName, in run: RunID) { journal.finished(name) }

  package func endRun(_ run: RunID, at now: Timestamp) async throws(StoreError) {
    // What nobody knows to be done is left to the next run.
    try await putJournal()
  }

  private func putJournal() async throws(StoreError) {
    guard let provenance = journal.provenance else { return }
    let size = Part.size
    let open = journal.open.values.sorted { $0.connection < $1.connection }
    let parts = max(1, (open.count + size - 1) / size)
    // The first part tells how many there are, so it comes last.
    for number in (0..<parts).reversed() {
      let intents = Array(open.dropFirst(number * size).prefix(size))
      let part = Part(
        provenance: provenance, planned: journal.planned, parts: parts, intents: intents)
      try await putAlways(paths.run(number), data: try encoded("run", part))
    }
  }

  /// Under the lock nobody else writes here.
  private func putAlways(_ path: String, data: [UInt8]) async throws(StoreError) {
    var retry = Retry(RetryPolicy(.attempts(4), BaoAPI.backoff), engine.api.runtime)
    repeat {
      let metadata = try await engine.metadata(path)
      if metadata == nil { try await engine.keepVersions(1, of: path) }
      if case .written = try await engine.put(path, data: data, after: metadata?.current ?? 0) {
        return
      }
    } while await retry.waitForNextAttempt()
    throw .writeFailed("the journal could not be written")
  }

  private func part(_ number: Int) async throws(StoreError) -> Part? {
    guard let text = try await engine.data(paths.run(number))?.data.text("run") else {
      return nil
    }
    return try decoded(text)
  }

  /// Looks up what became of each change that a killed run had meant.
  package func takeInterruptedRuns() async throws(StoreError) -> [InterruptedRun] {
    guard let first = try await part(0), !first.intents.isEmpty else { return [] }
    var intents = first.intents
    for number in 1..<max(1, first.parts) {
      intents += try await part(number)?.intents ?? []
    }
    _ = try await readEntries()
    var done = first.planned - intents.count
    var inDoubt: [ConnectionName] = []
    for intent in intents {
      switch try await healed(intent) {
      case .done: done += 1
      case .begun: inDoubt.append(intent.connection)
      case .untouched: break
      }
    }
    journal = RunJournal(provenance: first.provenance, planned: first.planned)
    try await putJournal()
    forgetEntries()
    return [
      InterruptedRun(
        provenance: first.provenance, planned: first.planned, done: done, inDoubt: inDoubt)
    ]
  }

  func encoded(_ key: String, _ value: some Encodable) throws(StoreError) -> [UInt8] {
    do {
      return wrapped(key, try canonicalJSON(value))
    } catch {
      throw .writeFailed("a record cannot be written as JSON")
    }
  }

  /// An object of one text, which is no secret.
  func wrapped(_ key: String, _ text: String) -> [UInt8] {
    var body = JSONWriter()
    body.object { $0.member(key, text) }
    return body.bytes
  }

  func decoded<Value: Decodable>(_ text: String) throws(StoreError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw .corrupt("a record in the store cannot be read")
    }
  }
}
