import Diagnostics
import Model
import Pacing
import Renewing
import Reports
import Stores

extension TokenRenewer {
  /// Renews one connection at a time, beside the passes of a service.
  ///
  /// - Parameter completion: is called after each.
  func background(completion: @escaping @Sendable () -> Void) -> BackgroundRenewals {
    BackgroundRenewals(
      isEnding: renewer.isEnding,
      renew: { [renewer, pauses] work in
        let outcome = await renewer.renew(work.subject, secrets: work.secrets)
        pauses.note(outcome, of: work.subject.name)
        return outcome
      }, completion: completion)
  }

  /// Begins to renew all that are due, and says what is due next.
  ///
  /// What takes longer than a moment is reported by a later pass.
  func pass(
    _ background: BackgroundRenewals, in group: inout DiscardingTaskGroup, console: Console
  ) async throws -> Pass {
    var look = try await look(
      .allDue, except: background.inProgress, console: console)
    let (work, failed) = try await opened(look.due)
    background.begin(work, in: &group)
    await background.wait(for: moment(after: look, except: background.inProgress), runtime)
    let completed = failed + background.takeCompleted()
    var needsRecords = false
    for result in completed {
      switch result.outcome {
      case .renewed(let record), .adopted(let record): look.records[result.name] = record
      case .notDue, .needsAuthorization, .stopped, .unsaved: break
      // Their records say when the next attempt is due.
      case .waiting, .failed, .storeFailed: needsRecords = true
      }
    }
    // What is known is reported, even if the store cannot be read.
    let records = needsRecords ? try? await storedRecords(in: look.snapshot) : nil
    if let records { look.records = records.mapValues(\.record) }
    let names = Set(completed.map(\.name))
    let results = (look.results.filter { !names.contains($0.name) } + completed)
      .sorted { $0.name < $1.name }
    return Pass(
      completed: completed, results: results,
      outlook: outlook(look, except: background.inProgress.union(look.waiting)))
  }

  package struct Pass {
    /// The renewals that have ended since the last pass.
    let completed: [CompletedRenewal]
    /// These, and what could not be tried now.
    let results: [CompletedRenewal]
    let outlook: Outlook

    fileprivate init(
      completed: [CompletedRenewal], results: [CompletedRenewal], outlook: Outlook
    ) {
      self.completed = completed
      self.results = results
      self.outlook = outlook
    }

    /// Of no connections.
    package init(completed: [CompletedRenewal], results: [CompletedRenewal]) {
      self.init(
        completed: completed, results: results,
        outlook: Outlook(
          subjects: [:], obstacles: [:], records: [:], rule: .standard, nextDue: nil))
    }
  }

  /// How long a pass waits for what it has begun: no longer than until another token is due.
  private func moment(after look: Look, except exceptions: Set<ConnectionName>) -> Duration {
    guard let due = nextDue(look, except: exceptions.union(look.waiting)) else {
      return Self.longestMoment
    }
    return min(
      Self.longestMoment, .milliseconds(max(due - session.runtime.now(), 0).count))
  }

  private static let longestMoment = Duration.milliseconds(500)

  /// What the records say of the time to come.
  struct Outlook {
    fileprivate let subjects: [ConnectionName: RenewalSubject]
    fileprivate let obstacles: [ConnectionName: RenewalObstacle]
    fileprivate let records: [ConnectionName: TokenRecord]
    fileprivate let rule: RenewalRule
    /// When the records must be read again; `nil` if nothing expires.
    let nextDue: Timestamp?

    /// The state of the tokens of each connection that has some.
    func tokens(at now: Timestamp) -> [ConnectionName: RenewalMetrics.Token] {
      subjects.states(by: TokenOverview(records: records, rule: rule, now: now), obstacles)
    }
  }

  private func outlook(_ look: Look, except exceptions: Set<ConnectionName>) -> Outlook {
    Outlook(
      subjects: look.subjects, obstacles: look.obstacles, records: look.records, rule: rule,
      nextDue: nextDue(look, except: exceptions))
  }

  private func nextDue(_ look: Look, except exceptions: Set<ConnectionName>) -> Timestamp? {
    let now = session.runtime.now()
    return look.subjects.values.lazy.filter { !exceptions.contains($0.name) }
      .compactMap { due($0, look.records, now) }.min()
  }
}
