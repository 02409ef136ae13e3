import Diagnostics
import Model
import Pacing
import Stores

/// Looks for tokens of a running command that are due, or that another process has renewed.
actor CredentialRenewal {
  /// Opens the credentials, and renews those that are due; reports what was noticed.
  typealias Open = @Sendable (_ report: @Sendable ([Diagnostic]) -> Void) async throws -> Variables

  /// Seconds after which a renewal by another process is noticed.
  private static let longestPause: Int64 = 30
  /// Seconds between two looks at a token that stays due.
  private static let duePause: Int64 = 5
  /// Seconds between two attempts to get a token that lasts for as long as it should.
  private static let minimumPause: Int64 = 60

  private let session: Session
  private let tokenRenewer: TokenRenewer
  private let names: Set<ConnectionName>
  private let minimum: Int64
  private let console: Console
  private let open: Open
  private let conditions = ReportedConditions()
  /// Where the values came from, read before they were opened: `[:]` for the first ones.
  private var attempts: [ConnectionName: TokenAttempt] = [:]
  private var nextDue: Timestamp?
  private var absence = StoreAbsence()
  /// After a failure.
  private var retryPause: Duration?

  /// `nil` if none of the connections has tokens.
  ///
  /// - Parameter minimum: seconds that each token must still be valid for.
  init?(
    _ session: Session, _ names: Set<ConnectionName>, minimum: Int64,
    deferring signals: SignalForwarder, console: Console, open: @escaping Open
  ) async throws {
    if session.store.tokens == nil { return nil }
    let tokenRenewer = try TokenRenewer(session, deferring: signals, minimum: minimum)
    let found = try await tokenRenewer.attempts(of: names)
    if found.attempts.isEmpty { return nil }
    nextDue = found.nextDue
    self.tokenRenewer = tokenRenewer
    self.session = session
    self.names = names
    self.minimum = minimum
    self.console = console
    self.open = open
  }

  /// How long to wait before the next look.
  func pause() -> Duration {
    if let retryPause { return retryPause }
    guard let nextDue else { return .seconds(Self.longestPause) }
    let left = nextDue.milliseconds - session.runtime.now().milliseconds
    return left <= 0
      ? .seconds(Self.duePause) : .milliseconds(min(max(left, 250), Self.longestPause * 1000))
  }

  /// The values after a renewal, which are in the files by then; `nil` if they are the same, or a failure
  /// was reported.
  func values(
    differingFrom former: Variables, writingTo files: CredentialFiles?
  ) async -> Variables? {
    do {
      let (found, due) = try await tokenRenewer.attempts(of: names)
      nextDue = due
      let isDue = due.map { $0 <= session.runtime.now() } ?? false
      var values: Variables?
      if found != attempts || isDue {
        let fresh = try await open { [console, conditions] diagnostics in
          console.report(conditions.new(among: diagnostics))
        }
        if !fresh.hasSameValues(as: former) {
          _ = try files?.write(fresh)
          values = fresh
        }
        attempts = found
      }
      retryPause = nil
      if absence.ended() > 0 { console.note("The credentials of the command are fresh again.") }
      return values
    } catch {
      let (new, pause) = absence.failed(
        Failure(error, outcome: .failed).diagnostics, fraction: session.runtime.random())
      console.report(new)
      retryPause = minimum > 0 ? max(pause, .seconds(Self.minimumPause)) : pause
      return nil
    }
  }
}
