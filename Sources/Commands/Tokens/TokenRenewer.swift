import Applying
import Diagnostics
import Foundation
import Manifests
import Model
import Pacing
import Renewing
import Secrets
import Stores

/// Renews the tokens of a session's store.
package struct TokenRenewer: Sendable {
  let session: Session
  let renewer: Renewer
  let tokens: any TokenStore
  let rule: RenewalRule
  let runtime: Runtime
  private let signals: SignalForwarder?
  let pauses: AttemptPauses
  /// Whether other processes renew the same tokens all the time.
  let isShared: Bool
  let conditions = ReportedConditions()
  /// Of the journal, which is looked at only where something is due.
  let journalConditions = ReportedConditions()

  /// - Parameter isShared: other processes renew the same tokens all the time.
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, termination: TerminationSignal?, isShared: Bool = false) throws {
    let rule = session.workspace.project.renewal
    try self.init(
      session, rule: isShared ? rule.shared(by: Self.holder(session.author)) : rule,
      runtime: termination?.endingSleeps(of: session.runtime) ?? session.runtime,
      signals: nil, isShared: isShared, isEnding: { termination?.isReceived ?? false })
  }

  /// For an apply, whose lock is released at a signal.
  ///
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, under lock: StoreLock) throws {
    try self.init(
      session, rule: session.workspace.project.renewal, runtime: session.runtime, signals: nil,
      isEnding: lock.isEnding)
  }

  /// For a caller that needs a valid token now.
  ///
  /// - Parameters:
  ///   - signals: wait for the end of the exchanges in progress.
  ///   - minimum: seconds that each token must still be valid for.
  /// - Throws: if the store keeps no tokens.
  init(_ session: Session, deferring signals: SignalForwarder, minimum: Int64) throws {
    try self.init(
      session, rule: session.workspace.project.renewal.onDemand(minimum: minimum),
      runtime: session.runtime,
      signals: signals, isEnding: { signals.isEnding })
  }

  private init(
    _ session: Session, rule: RenewalRule, runtime: Runtime, signals: SignalForwarder?,
    isShared: Bool = false, isEnding: @escaping @Sendable () -> Bool
  ) throws {
    guard let tokens = session.store.tokens else {
      throw Failure(.storeKeepsNoTokens(session.store.description))
    }
    self.session = session
    self.tokens = tokens
    self.rule = rule
    self.runtime = runtime
    self.signals = signals
    self.isShared = isShared
    pauses = AttemptPauses(session.runtime)
    renewer = Renewer(
      tokens: tokens, http: session.tokenHTTP,
      journal: session.responseJournal,
      runtime: runtime, isEnding: isEnding, rule: rule,
      holder: Self.holder(session.author), waitsForOthers: !isShared,
      provenance: session.provenance,
      reportDelay: { name, error, journaling in
        session.console.report([.saveDelayed(name, error, journaling, in: session)])
      })
  }

  private static func holder(_ author: Author) -> String {
    let process = ProcessInfo.processInfo.processIdentifier
    return "\(author.name) on \(HostIdentity.host), process \(process)"
  }

  /// Brings the copies that consumers read up to date.
  func repairCopies(_ copies: TokenCopies = .all) async throws {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.repairTokenCopies(copies)
    }
  }

  /// Renews tokens of connections.
  ///
  /// 1. Responses that a killed process left are saved.
  /// 2. The records say what is due, which needs no key.
  /// 3. If something is due, all setups that are needed are opened in one batch.
  /// 4. A bounded number is renewed in parallel; after one failure the others continue.
  ///
  /// - Returns: what was tried, and which connections need a person, by name.
  func run(
    _ selection: RenewalSelection, console: Console
  ) async throws -> [CompletedRenewal] {
    let look = try await look(selection, console: console)
    let count = look.due.count
    let progress = console.progress.map { advance in
      { @Sendable in advance("Renewing tokens", count) }
    }
    let results =
      look.results + look.heldBack
      + (try await renewed(look.due, isForced: selection.isForced, progress))
    return results.sorted { $0.name < $1.name }
  }

  /// With their setups' secrets, all opened in one batch.
  ///
  /// - Returns: also those whose setups could not be opened.
  func opened(
    _ subjects: [RenewalSubject]
  ) async throws -> (work: [BackgroundRenewals.Work], failed: [CompletedRenewal]) {
    if subjects.isEmpty { return ([], []) }
    let (secrets, failures) = try await setups(of: Set(subjects.map(\.name)))
    var work: [BackgroundRenewals.Work] = []
    var failed: [CompletedRenewal] = []
    for subject in subjects {
      if let error = failures[subject.name] {
        pauses.note(.storeFailed(error), of: subject.name)
        failed.append(CompletedRenewal(name: subject.name, outcome: .storeFailed(error)))
      } else {
        work.append((subject, secrets[subject.name] ?? [:]))
      }
    }
    return (work, failed)
  }

  private func renewed(
    _ subjects: [RenewalSubject], isForced: Bool, _ progress: (@Sendable () -> Void)?
  ) async throws -> [CompletedRenewal] {
    if subjects.isEmpty { return [] }
    let (work, failed) = try await opened(subjects)
    let renewed =
      if let signals {
        await signals.deferring {
          await renewer.renewAll(work, isForced: isForced, progress: progress)
        }
      } else {
        await renewer.renewAll(work, isForced: isForced, progress: progress)
      }
    for (name, outcome) in renewed { pauses.note(outcome, of: name) }
    return failed + renewed.map { CompletedRenewal(name: $0.name, outcome: $0.outcome) }
  }
}
