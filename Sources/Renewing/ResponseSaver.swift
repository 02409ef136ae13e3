import Model
import Pacing
import Stores
import Tokens

/// Saves a response's tokens in the store.
struct ResponseSaver {
  let tokens: any TokenStore
  let runtime: Runtime
  let isEnding: @Sendable () -> Bool
  let service: OAuthService
  let provenance: @Sendable () -> Provenance

  /// The tokens may be nowhere else, so there is no limit but the end of the process.
  private static let policy = RetryPolicy(
    .none, Backoff(first: 0.05, longest: 2, jitter: .none))

  enum Outcome {
    case saved(StoredTokens)
    /// The store has newer tokens than those that this response follows.
    case superseded(TokenRecord)
    case unsaved(StoreError)
  }

  /// Retries with short pauses until the tokens are saved or the process has to end: they may exist
  /// nowhere else, and the journal holds them in the meantime.
  ///
  /// A response may be saved as long as the tokens in the store are those of its request, whichever
  /// process has claimed them since: it follows them, and the service may accept no other.
  func save(
    _ response: TokenResponse, of entry: JournaledResponse, over claimed: StoredTokens
  ) async -> Outcome {
    var stored = claimed
    var name = entry.connection
    var retry = Retry(Self.policy, runtime)
    while true {
      do throws(StoreError) {
        let record = (stored.record ?? claimed.record ?? entry.emptyRecord).succeeded(
          response, entry, service: service)
        let refresh =
          entry.kind == .refresh ? response.refresh ?? stored.refresh : response.refresh
        let version = try await tokens.swapTokens(
          TokenWrite(
            name: name, id: stored.id, version: stored.version, record: record,
            tokens: .put(access: response.access, refresh: refresh),
            event: entry.kind.event, provenance: provenance()))
        return .saved(
          StoredTokens(
            id: stored.id, version: version, record: record, access: response.access,
            refresh: refresh))
      } catch {
        switch error {
        case .tokensMoved: break
        case .notFound:
          guard let other = await renamed(entry, from: name) else { return .unsaved(error) }
          name = other
        default:
          if isEnding() { return .unsaved(error) }
          await retry.wait()
        }
      }
      do throws(StoreError) {
        let found = try await tokens.openTokens(of: name)
        guard found.id == stored.id else { return .unsaved(.notFound(name)) }
        if let record = found.record, record.tokens?.attempt != entry.base {
          // A swap whose response was lost may have been carried out.
          return record.tokens?.attempt == entry.attempt ? .saved(found) : .superseded(record)
        }
        stored = found
      } catch {
        if case .notFound = error {
          guard let other = await renamed(entry, from: name) else { return .unsaved(error) }
          name = other
        }
        if isEnding() { return .unsaved(error) }
        await retry.wait()
      }
    }
  }

  /// The name of a connection that was renamed during its exchange.
  private func renamed(
    _ entry: JournaledResponse, from name: ConnectionName
  ) async -> ConnectionName? {
    let found = try? await tokens.name(of: entry.id)
    return found == name ? nil : found
  }
}

extension JournaledResponse {
  fileprivate var emptyRecord: TokenRecord {
    TokenRecord(client: client, grant: .authorizationCode, requested: requested)
  }
}

extension JournaledResponse.Kind {
  fileprivate var event: TokenEvent {
    switch self {
    case .mint: .minted
    case .refresh: .refreshed
    case .authorization: .authorized
    }
  }
}
