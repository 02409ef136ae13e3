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
  /// It stays in the journal: its connection is missing, or its app has no OAuth facts any more.
  case retained(ConnectionName, String)
  /// It stays in the journal: the store did not take it. The connection's other tokens may be spent.
  case unsaved(ConnectionName, StoreError)
  case unreadable(UnreadableResponse)
}

extension Renewer {
  /// Saves the responses that are in the journal, before any request is sent.
  ///
  /// A store that is away lets each write wait for as long as it may. So once one has waited, the others are left
  /// where they are, and so they are by a process that has to end.
  ///
  /// - Parameters:
  ///   - subjects: how to read the responses for the store's connections.
  ///   - exceptions: connections whose exchanges are in progress here, and are about to save theirs.
  package func replay(
    _ subjects: [ConnectionName: RenewalSubject], except exceptions: Set<ConnectionName> = []
  ) async throws(StoreError) -> [ReplayOutcome] {
    let (entries, unreadable) = try await journal.entries(of: tokens)
    var outcomes = unreadable.map { ReplayOutcome.unreadable($0) }
    var absence: StoreError?
    for entry in entries where !exceptions.contains(entry.connection) {
      if absence == nil, isEnding() { absence = .unavailable("interrupted by a signal") }
      if let absence {
        outcomes.append(.unsaved(entry.connection, absence))
        continue
      }
      let outcome = await replayed(entry, subjects)
      if case .unsaved(_, let error) = outcome, error.isAbsence { absence = error }
      outcomes.append(outcome)
    }
    return outcomes
  }

  private func replayed(
    _ entry: JournaledResponse, _ subjects: [ConnectionName: RenewalSubject]
  ) async -> ReplayOutcome {
    var name = entry.connection
    let stored: StoredTokens
    do throws(StoreError) {
      guard let found = try await storedTokens(of: entry) else {
        if try await tokens.strayTokens().contains(where: { $0.id == entry.id }) {
          return .retained(
            name,
            "its connection is being renamed, or is gone: apply again, or see vaultctl tokens list")
        }
        // The connection was deleted, and its tokens are useless.
        await journal.clear(entry.attempt)
        return .cleared(name)
      }
      (name, stored) = found
    } catch {
      return .unsaved(name, error)
    }
    let subject = subjects[name]
    if !entry.follows(stored.record?.tokens) {
      await journal.clear(entry.attempt)
      return .cleared(name)
    }
    guard let subject else { return .retained(name, "its setup is not one that obtains tokens") }
    let response: TokenResponse
    do throws(TokenError) {
      response = try TokenResponse.read(
        entry.response, service: subject.service, isRefresh: entry.kind == .refresh)
    } catch {
      // The expired claim makes the next attempt careful.
      await journal.clear(entry.attempt)
      return .refused(name, error.summary)
    }
    // The journal has it: it is tried once, and holds up nothing else.
    let saver = ResponseSaver(
      tokens: tokens, runtime: runtime, isEnding: { true }, service: subject.service,
      provenance: provenance, journaling: .written)
    let based = entry.based(on: stored.record?.tokens?.attempt)
    switch await saver.save(response, of: based, over: stored) {
    case .saved:
      await journal.clear(entry.attempt)
      return .saved(name)
    case .superseded:
      await journal.clear(entry.attempt)
      return .cleared(name)
    case .unsaved(let error): return .unsaved(name, error)
    }
  }

  /// The tokens that a response follows, also where the connection was renamed since, or has lost its id;
  /// `nil` if it is gone.
  private func storedTokens(
    of entry: JournaledResponse
  ) async throws(StoreError) -> (ConnectionName, StoredTokens)? {
    do throws(StoreError) {
      let found = try await tokens.openTokens(of: entry.connection)
      let follows = entry.base != nil && found.record?.tokens?.attempt == entry.base
      if found.id == entry.id || follows { return (entry.connection, found) }
    } catch {
      guard case .notFound = error else { throw error }
    }
    guard let name = try await tokens.name(of: entry.id), name != entry.connection else {
      return nil
    }
    return (name, try await tokens.openTokens(of: name))
  }
}

extension JournaledResponse {
  /// Whether it is newer than the tokens of the store: those of its request, or for a consent, of an earlier
  /// consent, which may have been renewed while a person was asked.
  fileprivate func follows(_ tokens: TokenMetadata?) -> Bool {
    if tokens?.attempt == base { return true }
    guard kind == .authorization, let tokens, tokens.attempt != attempt else { return false }
    return (tokens.refresh?.consentedAt ?? tokens.issuedAt) < response.sentAt
  }
}
