package import Model
package import Stores
import Tokens

/// What became of an answer that a killed process left.
package enum ReplayOutcome: Hashable, Sendable {
  case saved(ConnectionName)
  /// The store has it, or what came after it.
  case cleared(ConnectionName)
  /// It holds no tokens: an error that nobody has recorded.
  case refused(ConnectionName, String)
  /// It stays in the journal: nothing says how to read it, or the store did not take it.
  case kept(ConnectionName, String)
  case unreadable(file: String)
}

extension Renewer {
  /// Saves the answers that are in the journal, before anything is asked.
  ///
  /// - Parameter subjects: how the services of the store's connections answer.
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
    let kept: StoredTokens
    do throws(StoreError) {
      kept = try await tokens.openTokens(of: name)
    } catch {
      if case .notFound = error {
        // The connection was deleted, and its tokens are of no use to anybody.
        journal.clear(entry.attempt)
        return .cleared(name)
      }
      return .kept(name, "\(StoreWords(error))")
    }
    if kept.id != entry.id || kept.record?.tokens?.attempt != entry.base {
      journal.clear(entry.attempt)
      return .cleared(name)
    }
    guard let subject else { return .kept(name, "its app has no OAuth facts any more") }
    let answer: TokenResponse
    do throws(TokenFault) {
      answer = try TokenResponse.read(entry.answer, service: subject.service)
    } catch {
      // The claim, past its deadline, tells the next attempt to be careful.
      journal.clear(entry.attempt)
      return .refused(name, error.summary)
    }
    let saving = ResponseSaver(
      tokens: tokens, runtime: runtime, isEnding: isEnding, service: subject.service,
      provenance: provenance)
    switch await saving.save(answer, of: entry, over: kept) {
    case .saved:
      journal.clear(entry.attempt)
      return .saved(name)
    case .superseded:
      journal.clear(entry.attempt)
      return .cleared(name)
    case .unsaved(let error): return .kept(name, "\(StoreWords(error))")
    }
  }
}
