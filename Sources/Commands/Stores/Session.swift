import Applying
import Diagnostics
import Foundation
import Manifests
import Model
import Stores

/// The live parts of one run on one project.
struct Session: Sendable {
  let workspace: Workspace
  let keyring: Keyring
  let sealing: FieldSealer
  let store: Store
  /// Who writes, now, with what, from which commit.
  let provenance: @Sendable () -> Provenance
  let clock = SystemClock()

  let stores: StoreFactory

  /// - Parameter destroys: deletes are for good, where a store could bring the connection back.
  /// - Throws: where the base alone has no store.
  init(_ workspace: Workspace, console: Console, destroys: Bool = false) throws {
    guard let settings = workspace.project.storeSettings(of: workspace.environment) else {
      throw Failure(.noEnvironmentChosen(workspace.project))
    }
    self.workspace = workspace
    keyring = Keyring.standard(workspace.project, console: console)
    sealing = FieldSealer(keyring: keyring)
    let clock = clock
    provenance = {
      Provenance(
        who: "\(HostIdentity.user)@\(HostIdentity.host)", at: clock.now(),
        toolVersion: vaultctlVersion,
        commit: GitHead.commit(above: workspace.files.root))
    }
    stores = StoreFactory(
      workspace: workspace, keyring: keyring, logger: console.logger, destroys: destroys,
      provenance: provenance)
    store = try stores.store(settings)
  }

  private func lock() -> StoreLock {
    let now = clock.now()
    let process = ProcessInfo.processInfo.processIdentifier
    return StoreLock(
      store,
      LockHolder(
        token: UUID().uuidString, who: "\(HostIdentity.user)@\(HostIdentity.host)",
        host: HostIdentity.host,
        processID: process, processStart: ProcessIdentity.start(of: process), since: now,
        lastSeen: now),
      clock: clock)
  }

  /// - Parameter isOffline: what is recorded, without asking the store.
  func read(isOffline: Bool = false) async throws -> Snapshot {
    try await mappingStoreErrors { () async throws(StoreError) in
      isOffline ? try await store.readOffline() : try await store.reader.read()
    }
  }

  /// What the store says; its errors as what a command tells.
  func mappingStoreErrors<R>(_ work: () async throws(StoreError) -> R) async throws -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      throw Failure(Diagnostic(error, in: store.description))
    }
  }

  /// Work that nobody else applies beside; the lock is given back whatever comes of it.
  func underLock<R>(
    waitingAtMost seconds: Int64, _ console: Console, _ work: (StoreLock) async throws -> R
  ) async throws -> R {
    let lock = lock()
    try await lock.take(waitingAtMost: seconds) { console.report([$0]) }
    do {
      let result = try await work(lock)
      do {
        try await lock.release()
      } catch {
        // What was done is done; the lock ends by itself.
        console.report([error.asWarning])
      }
      return result
    } catch {
      try? await lock.release()
      throw error
    }
  }
}

struct SystemClock: Applying.Clock {
  func now() -> Timestamp { Timestamp(Date()) }
  func sleep(for duration: Duration) async { try? await Task.sleep(for: duration) }
}

enum HostIdentity {
  static var host: String { ProcessInfo.processInfo.hostName }

  static var user: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["GITHUB_ACTOR"] ?? environment["GITLAB_USER_LOGIN"] ?? environment["USER"]
      ?? "uid \(getuid())"
  }
}

/// The commit that is checked out, read from git's own files.
enum GitHead {
  static func commit(above folder: String) -> String? {
    guard let folder = repository(above: folder) else { return nil }
    guard let head = line(folder + "/.git/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return valid(head) }
    let name = String(head.dropFirst(5))
    if let commit = line(folder + "/.git/" + name) { return valid(commit) }
    let packed = (try? String(contentsOfFile: folder + "/.git/packed-refs", encoding: .utf8)) ?? ""
    return packed.split(separator: "\n").first { $0.hasSuffix(" " + name) }
      .flatMap { valid(String($0.prefix { $0 != " " })) }
  }

  /// The work tree that a folder is in.
  static func repository(above folder: String) -> String? {
    var folder = folder
    while !FileManager.default.fileExists(atPath: folder + "/.git") {
      if folder == "/" || folder.isEmpty { return nil }
      folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    }
    return folder
  }

  private static func line(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .split(separator: "\n").first.map(String.init)
  }

  private static func valid(_ text: String) -> String? {
    text.count >= 40 && text.allSatisfy(\.isHexDigit) ? text : nil
  }
}
