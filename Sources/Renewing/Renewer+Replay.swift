package import Model
package import Stores
import Tokens

/// The result of replaying a journaled response that a killed process left.
package enum ReplayOutcome: Hashable, Sendable {
  case saved(ConnectionName)
  /// The store has it, or newer tokens.
  case cleared(ConnectionName)
  /// It holds no tokens but an error that was not recorded.
  case refused(ConnectionName, String)
  /// It stays in the journal: its app has no OAuth facts any more, or the store did not take it.
  case retained(ConnectionName, String)
  case unreadable(file: String)
}

extension Renewer {
  /// Saves the responses that are in the journal, before any request is sent.
  ///
  /// - Parameter subjects: how to read the responses for the store's connections.
  package func replay(
    _ subjects: [ConnectionName: RenewalSubject]
  ) async throws(StoreError) -> [ReplayOutcome] {
    let (entries, unreadable) = try await journal.entries(of: tokens)
    var outcomes = unreadable.map { ReplayOutcome.unreadable(file: $0) }
    for entry in entries { outcomes.append(await replayed(entry, subjects[entry.connection])) }
    return outcomes
  }

  private func replayed(
    _ entry: JournaledResponse, _ subject: RenewalSubject?
  ) async -> ReplayOutcome {
    let name = entry.connection
    let stored: StoredTokens
    do throws(StoreError) {
      stored = try await tokens.openTokens(of: name)
    } catch {
      if case .notFound = error {
        // The connection was deleted, and its tokens are useless.
        journal.clear(entry.attempt)
        return .cleared(name)
      }
      return .retained(name, error.summary)
    }
    if stored.id != entry.id || stored.record?.tokens?.attempt != entry.base {
      journal.clear(entry.attempt)
      return .cleared(name)
    }
    guard let subject else { return .retained(name, "its app no longer defines `oauth:`") }
    let response: TokenResponse
    do throws(TokenError) {
      response = try TokenResponse.read(entry.response, service: subject.service)
    } catch {
      // The expired claim makes the next attempt careful.
      journal.clear(entry.attempt)
      return .refused(name, error.summary)
    }
    let saver = ResponseSaver(
      tokens: tokens, runtime: runtime, isEnding: isEnding, service: subject.service,
      provenance: provenance)
    switch await saver.save(response, of: entry, over: stored) {
    case .saved:
      journal.clear(entry.attempt)
      return .saved(name)
    case .superseded:
      journal.clear(entry.attempt)
      return .cleared(name)
    case .unsaved(let error): return .retained(name, error.summary)
    }
  }
}
