import Foundation
import Model
import Pages
import Reports

/// The page that is served, read again when something changed, and the browsers that wait for that.
actor LivePage {
  struct Loaded: Sendable {
    let page: VaultPage
    /// The project as it was read; `nil` if it could not be read.
    let project: Workspace?
    /// The tokens of each environment; `nil` for one that could not be read.
    let tokens: [String: [ConnectionName: RenewalMetrics.Token]?]
  }

  typealias Load = @Sendable () async -> Loaded

  private let load: Load
  private let now: @Sendable () -> Timestamp
  private var page: VaultPage
  /// As it was read last: its folders are watched.
  private var project: Workspace
  private var tokens = RenewalMetrics(version: Program.version)
  private var read: (stamp: ProjectStamp, at: Timestamp)
  private var listeners: [UUID: AsyncStream<String>.Continuation] = [:]
  private var lastRequest: Timestamp
  private var lastSign: Timestamp
  private var lastScrape: Timestamp?

  /// After which a store is read again although no file changed, in seconds.
  private static let storeSeconds: Int64 = 30
  /// For which the metrics are kept fresh after they were asked for.
  private static let scrapeSeconds: Int64 = 300
  /// Between two signs of life.
  private static let signSeconds: Int64 = 10
  /// Browsers that wait for changes; each has an open connection.
  private static let maxListeners = 16

  init(
    _ project: Workspace, now: @escaping @Sendable () -> Timestamp, load: @escaping Load
  ) async {
    self.load = load
    self.now = now
    lastRequest = now()
    lastSign = now()
    read = (ProjectStamp(of: project), now())
    let loaded = await load()
    page = loaded.page
    self.project = loaded.project ?? project
    tokens.add(loaded, at: now())
  }

  /// The page as it was read last.
  func current() -> VaultPage {
    lastRequest = now()
    return page
  }

  /// What was read last, as metrics.
  func metrics() -> RenewalMetrics {
    lastRequest = now()
    lastScrape = now()
    return tokens
  }

  /// Reads again if a file changed, or a browser is open or metrics are asked for and the store was not read for a while; a
  /// difference is reported to the browsers.
  func follow() async {
    let found = ProjectStamp(of: project)
    let isStale = now().seconds(since: read.at) >= Self.storeSeconds
    let isScraped = lastScrape.map { now().seconds(since: $0) < Self.scrapeSeconds } ?? false
    guard found != read.stamp || (isStale && (!listeners.isEmpty || isScraped)) else {
      return keepAlive()
    }
    // Of the time before, so that what changes meanwhile is read again.
    read = (found, now())
    let loaded = await load()
    if let project = loaded.project { self.project = project }
    let fresh = loaded.page
    tokens.add(loaded, at: now())
    LeakedAtExit.release()
    if fresh.hasSameContent(as: page) { return keepAlive() }
    page = fresh
    for listener in listeners.values { listener.yield("event: change\ndata: {}\n\n") }
  }

  /// A browser's connection that has ended is only noticed by writing to it.
  private func keepAlive() {
    guard now().seconds(since: lastSign) >= Self.signSeconds else { return }
    lastSign = now()
    for listener in listeners.values { listener.yield(":\n\n") }
  }

  /// `nil` if there are too many already.
  func events() -> AsyncStream<String>? {
    if listeners.count >= Self.maxListeners { return nil }
    lastRequest = now()
    let id = UUID()
    let (events, listener) = AsyncStream.makeStream(of: String.self)
    listener.onTermination = { [weak self] _ in
      Task { await self?.remove(id) }
    }
    listeners[id] = listener
    listener.yield("retry: 3000\n\n")
    return events
  }

  /// Seconds since the last request; 0 while a browser is open.
  func idleSeconds() -> Int64 {
    listeners.isEmpty ? now().seconds(since: lastRequest) : 0
  }

  private func remove(_ id: UUID) {
    listeners[id] = nil
    lastRequest = now()
  }
}

extension RenewalMetrics {
  /// What was read at a time.
  fileprivate mutating func add(_ loaded: LivePage.Loaded, at now: Timestamp) {
    for (environment, tokens) in loaded.tokens {
      environments[environment, default: Environment()].lastPass = now
      if let tokens {
        environments[environment]?.connections = tokens
        environments[environment]?.lastSuccess = now
      } else {
        environments[environment]?.storeErrors += 1
      }
    }
  }
}
