import Encodings
import Model
import Stores

/// The lock: a separate secret below `<prefix>-state`, which moves by compare-and-swap.
actor OpenBaoLock: ApplyLock {
  private let engine: KVEngine
  private let path: String
  /// The version of the lock that we hold.
  private var version: Int64?
  /// Shown beside the holder, and after the end, until the lock is taken again.
  private var takeOver: LockTakeOver?

  init(engine: KVEngine, path: String) {
    self.engine = engine
    self.path = path
  }

  func tryLock(
    _ holder: LockHolder, over silent: LockHolder?
  ) async throws(StoreError) -> LockOutcome {
    let present = try await engine.data(path)
    let held = try present.flatMap { found throws(StoreError) in try lockHolder(found.data) }
    let outcome = LockOutcome(of: holder, over: held, silent: silent)
    switch outcome {
    case .held: return outcome
    case .acquired: takeOver = nil
    case .takenOver(let former):
      takeOver = LockTakeOver(
        token: holder.token, who: holder.who, from: former.who, at: holder.lastSeen)
    }
    let version: Int64
    if let present {
      version = present.version
    } else {
      // Deleted by hand, it still has a version.
      version = try await engine.metadata(path)?.current ?? 0
      if version == 0 { try await engine.keepVersions(1, of: path) }
    }
    switch try await engine.put(path, data: contents(holder), after: version) {
    case .written: self.version = version + 1
    case .mismatch, .unknown:
      // Another process was first, or our own response is lost; read again to find the holder.
      guard let found = try await engine.data(path), let winner = try lockHolder(found.data) else {
        throw .unavailable("the lock could not be acquired")
      }
      guard winner.token == holder.token else { return .held(by: winner) }
      self.version = found.version
    }
    return outcome
  }

  func heartbeat(_ holder: LockHolder, at now: Timestamp) async throws(StoreError) {
    guard let version else { throw .lockLost(by: nil) }
    if case .written = try await engine.put(
      path, data: contents(holder.seen(at: now)), after: version)
    {
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
    _ = try await engine.put(path, data: contents(nil), after: version)
  }

  /// - Parameter holder: `nil` if the lock is free.
  private func contents(_ holder: LockHolder?) throws(StoreError) -> [UInt8] {
    let held: String?
    let taken: String?
    do {
      held = try holder.map { try canonicalJSON($0) }
      taken = try takeOver.map { try canonicalJSON($0) }
    } catch {
      throw .writeFailed("the lock cannot be written as JSON")
    }
    var body = JSONWriter()
    body.object { body in
      body.member("holder", held)
      body.member(Self.takeOverKey, taken)
    }
    return body.bytes
  }

  private static let takeOverKey = "takenOver"

  private func lockHolder(_ data: JSONObject) throws(StoreError) -> LockHolder? {
    guard let text = data.text("holder") else { return nil }
    return try StoredJSON.decoded(text)
  }
}

extension OpenBaoLock: TakeOverReader {
  func lastTakeOver() async throws(StoreError) -> LockTakeOver? {
    guard let text = try await engine.data(path)?.data.text(Self.takeOverKey) else { return nil }
    return try StoredJSON.decoded(text)
  }
}
