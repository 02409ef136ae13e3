import Model
import Pacing
import Stores

/// What a run intends to do, until it is known to be done: in separate secrets below
/// `<prefix>-state`, each with as many intents as the engine takes in one.
actor OpenBaoJournal {
  /// A run that was killed, and what it had not done.
  struct Interrupted: Sendable {
    let provenance: Provenance
    let planned: Int
    let intents: [JournaledIntent]
  }

  private struct Part: Codable {
    static let size = 2000
    /// Far more parts than any run has; a journal that was edited can name any number.
    static let limit = 1000

    let provenance: Provenance
    let planned: Int
    let parts: Int
    let intents: [JournaledIntent]
  }

  private let engine: KVEngine
  private let paths: KVPaths
  private var provenance: Provenance?
  private var open: [ConnectionName: JournaledIntent] = [:]
  private var planned = 0

  init(engine: KVEngine, paths: KVPaths) {
    self.engine = engine
    self.paths = paths
  }

  func begin(_ intents: [StoreIntent], by provenance: Provenance) async throws(StoreError) {
    self.provenance = provenance
    open = Dictionary(
      intents.map { ($0.connection, JournaledIntent($0, keepsDraft: false)) }
    ) { first, _ in first }
    planned = intents.count
    try await put()
  }

  /// A change was done, or will not be in this run. That is recorded when the run ends.
  func finish(_ name: ConnectionName) { open[name] = nil }

  /// Changes with an unknown outcome are left to the next run.
  func end() async throws(StoreError) { try await put() }

  /// `nil` if the last run is over.
  func interrupted() async throws(StoreError) -> Interrupted? {
    guard let first = try await part(0), !first.intents.isEmpty else { return nil }
    guard first.parts <= Part.limit else {
      throw .corrupt("the journal has \(first.parts) parts, which must be at most \(Part.limit)")
    }
    var intents = first.intents
    for number in 1..<max(1, first.parts) {
      intents += try await part(number)?.intents ?? []
    }
    // Edited, it can be any number.
    let planned = max(intents.count, min(first.planned, Part.limit * Part.size))
    return Interrupted(provenance: first.provenance, planned: planned, intents: intents)
  }

  /// Journals that nothing of a killed run is in doubt any more.
  func close(_ run: Interrupted) async throws(StoreError) {
    provenance = run.provenance
    open = [:]
    planned = run.planned
    try await put()
  }

  private func put() async throws(StoreError) {
    guard let provenance else { return }
    let size = Part.size
    let open = open.values.sorted { $0.connection < $1.connection }
    let parts = max(1, (open.count + size - 1) / size)
    // The first part says how many there are, so it is written last.
    for number in (0..<parts).reversed() {
      let intents = Array(open.dropFirst(number * size).prefix(size))
      let part = Part(
        provenance: provenance, planned: planned, parts: parts, intents: intents)
      try await put(paths.run(number), data: try StoredJSON.encoded("run", part))
    }
  }

  /// Under the lock no other process writes here.
  private func put(_ path: String, data: [UInt8]) async throws(StoreError) {
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
    return try StoredJSON.decoded(text)
  }
}
