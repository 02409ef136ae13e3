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
  let journaling: Journaling
  /// Whether this process itself saves later what the journal has. A run that ends may take its disk with it.
  var savesLater = false
  /// Is called once if the store has not taken the tokens for a while.
  var reportDelay: @Sendable (ConnectionName, StoreError, Journaling) -> Void = { _, _, _ in }

  private static let backoff = Backoff(first: 0.05, longest: 2, jitter: .half)
  /// How long tokens are tried that the journal has, from where the next pass or run saves them.
  private static let journaledLimit = Duration.seconds(60)
  private static let silence = Duration.seconds(10)
  /// Attempts of a process that has to end, if the store can be used and others were quicker.
  private static let endingAttempts = 5

  enum Outcome {
    case saved(StoredTokens)
    /// The store has newer tokens than those that this response follows.
    case superseded(TokenRecord)
    case unsaved(StoreError)
  }

  /// Retries with short pauses until the tokens are saved or the process has to end: they may exist
  /// nowhere else. Those that the journal holds are left to it after a minute, if a later pass saves them or
  /// the store is there and does not take them.
  ///
  /// A response may be saved as long as the tokens in the store are those of its request, whichever
  /// process has claimed them since: it follows them, and the service may accept no other.
  func save(
    _ response: TokenResponse, of entry: JournaledResponse, over claimed: StoredTokens
  ) async -> Outcome {
    var stored = claimed
    var name = entry.connection
    var retry = Retry(RetryPolicy(limit, Self.backoff), runtime)
    let start = runtime.elapsed()
    var hasReported = false
    while true {
      let failure: StoreError
      do throws(StoreError) {
        let record = (stored.record ?? claimed.record ?? entry.emptyRecord).succeeded(
          response, entry, service: service)
        return .saved(try await put(record, response, of: entry, over: stored, as: name))
      } catch {
        failure = error
      }
      if isOver(retry, after: failure) { return .unsaved(failure) }
      await retry.wait()
      do throws(StoreError) {
        guard let found = try await current(claimed.id, formerly: name) else {
          return .unsaved(.notFound(name))
        }
        if let record = found.stored.record, record.tokens?.attempt != entry.base {
          // A swap whose response was lost may have been carried out.
          return record.tokens?.attempt == entry.attempt
            ? .saved(found.stored) : .superseded(record)
        }
        (name, stored) = (found.name, found.stored)
      } catch {
        if isOver(retry, after: error) { return .unsaved(error) }
        await retry.wait()
      }
      if !hasReported, runtime.elapsed() - start >= Self.silence {
        hasReported = true
        reportDelay(name, failure, journaling)
      }
    }
  }

  private var limit: RetryPolicy.Limit {
    switch journaling {
    case .written: .duration(Self.journaledLimit)
    // The tokens may be nowhere else, so there is no limit but the end of the process.
    case .failed: .none
    }
  }

  private func isOver(_ retry: Retry, after failure: StoreError) -> Bool {
    if retry.isExhausted, savesLater || failure.meaning != .absence { return true }
    guard isEnding() else { return false }
    return failure.meaning != .change || retry.count >= Self.endingAttempts
  }

  private func put(
    _ record: TokenRecord, _ response: TokenResponse, of entry: JournaledResponse,
    over stored: StoredTokens, as name: ConnectionName
  ) async throws(StoreError) -> StoredTokens {
    let refresh = entry.kind == .refresh ? response.refresh ?? stored.refresh : response.refresh
    let version = try await tokens.swapTokens(
      TokenWrite(
        name: name, id: stored.id, version: stored.version, record: record,
        tokens: .put(access: response.access, refresh: refresh),
        event: entry.kind.event, provenance: provenance()))
    return StoredTokens(
      id: stored.id, version: version, record: record, access: response.access, refresh: refresh)
  }

  /// The connection's tokens, by the name that it has now; `nil` if it is gone.
  private func current(
    _ id: StoreID, formerly name: ConnectionName
  ) async throws(StoreError) -> (name: ConnectionName, stored: StoredTokens)? {
    do throws(StoreError) {
      let found = try await tokens.openTokens(of: name)
      if found.id == id { return (name, found) }
    } catch {
      guard case .notFound = error else { throw error }
    }
    guard let other = try await tokens.name(of: id), other != name else { return nil }
    let found = try await tokens.openTokens(of: other)
    return found.id == id ? (other, found) : nil
  }
}

extension StoreError {
  /// Whether the store is away, so that whatever else is written next waits as long.
  var isAbsence: Bool { meaning == .absence }

  fileprivate enum Meaning {
    /// It may be over as soon as the store is back.
    case absence
    /// The store can be used, and has something else than what was read.
    case change
    /// Waiting alone does not cure it.
    case refusal
  }

  fileprivate var meaning: Meaning {
    switch self {
    case .unavailable, .busy, .outcomeUnknown: .absence
    case .tokensMoved, .notFound: .change
    case .modeTooLoose, .isSymlink, .versionConflict, .nameTaken, .ownedByOther, .lockLost, .tooNew,
      .corrupt, .notAStore, .keyUnavailable, .keyNotSealed, .writeFailed, .misconfigured,
      .unauthorized, .permissionDenied, .refused, .unfinished, .ledgerFailed, .ledgerRejected,
      .ledgerUnreachable, .ledgerUntrusted, .ledgerMoved:
      .refusal
    }
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
