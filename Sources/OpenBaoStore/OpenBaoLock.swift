import Model
import Stores

/// The lock: a separate secret below `<prefix>-state`, which moves by compare-and-swap.
actor OpenBaoLock: ApplyLock {
  private let engine: KVEngine
  private let path: String
  /// The version of the lock that we hold.
  private var version: Int64?

  init(engine: KVEngine, path: String) {
    self.engine = engine
    self.path = path
  }

  func tryLock(_ holder: LockHolder) async throws(StoreError) -> LockOutcome {
    let present = try await engine.data(path)
    let held = try present.flatMap { found throws(StoreError) in try lockHolder(found.data) }
    let outcome = LockOutcome(of: holder, over: held)
    switch outcome {
    case .held: return outcome
    case .acquired, .takenOver: break
    }
    let version: Int64
    if let present {
      version = present.version
    } else {
      // Deleted by hand, it still has a version.
      version = try await engine.metadata(path)?.current ?? 0
      if version == 0 { try await engine.keepVersions(1, of: path) }
    }
    switch try await engine.put(path, data: StoredJSON.encoded("holder", holder), after: version) {
    case .written: self.version = version + 1
    case .mismatch, .unknown:
      // Another process was first, or our own response is lost; read again to find the holder.
      guard let (data, version) = try await engine.data(path), let winner = try lockHolder(data)
      else { throw .unavailable("the lock could not be acquired") }
      guard winner.token == holder.token else { return .held(by: winner) }
      self.version = version
    }
    return outcome
  }

  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    guard let version else { throw .lockLost(by: nil) }
    let data = try StoredJSON.encoded("holder", holder.seen(at: now))
    if case .written = try await engine.put(path, data: data, after: version) {
      self.version = version + 1
      return
    }
    let found = try await engine.data(path)
    let present = try found.flatMap { found throws(StoreError) in try lockHolder(found.data) }
    guard present?.token == holder.token else {
      self.version = nil
      throw .lockLost(by: present)
    }
    self.version = found?.version
  }

  func unlock(_ holder: LockHolder) async throws(StoreError) {
    guard let version else { return }
    self.version = nil
    _ = try await engine.put(path, data: Array("{}".utf8), after: version)
  }

  private func lockHolder(_ data: JSONObject) throws(StoreError) -> LockHolder? {
    guard let text = data.text("holder") else { return nil }
    return try StoredJSON.decoded(text)
  }
}
