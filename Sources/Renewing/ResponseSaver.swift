import Model
import Stores
import Tokens

/// Puts an answer's tokens into the store.
struct ResponseSaver {
  let tokens: any TokenStore
  let surroundings: RenewalSurroundings
  let service: OAuthService
  let provenance: @Sendable () -> Provenance

  enum Outcome {
    case saved(StoredTokens)
    /// Tokens that came after those that this answer follows are there.
    case superseded(TokenRecord)
    case unsaved(StoreError)
  }

  /// Tries until the tokens are there, with short pauses until the process is to end: they may be in
  /// no other place, and the journal keeps them meanwhile.
  ///
  /// An answer may be saved as long as the tokens there are those that it was asked with, whoever has
  /// claimed them since: it is what comes after them, and the service may take no other.
  func save(
    _ answer: TokenResponse, of entry: JournaledResponse, over claimed: StoredTokens
  ) async -> Outcome {
    var kept = claimed
    var pause: Int64 = 50
    while true {
      do throws(StoreError) {
        let record = (kept.record ?? claimed.record ?? entry.emptyRecord).succeeded(
          answer, entry, service: service)
        let refresh =
          entry.kind == .refresh ? answer.refresh ?? kept.refresh : answer.refresh
        let version = try await tokens.swapTokens(
          TokenWrite(
            name: entry.connection, id: kept.id, version: kept.version, record: record,
            tokens: .put(access: answer.access, refresh: refresh),
            event: entry.kind.event, provenance: provenance()))
        return .saved(
          StoredTokens(
            id: kept.id, version: version, record: record, access: answer.access,
            refresh: refresh))
      } catch {
        if case .notFound = error { return .unsaved(error) }
        if case .tokensMoved = error {
        } else {
          if surroundings.isEnding() { return .unsaved(error) }
          await surroundings.sleep(.milliseconds(pause))
          pause = min(pause * 2, RenewalTimes.longestSavePauseMilliseconds)
        }
      }
      do throws(StoreError) {
        let found = try await tokens.openTokens(of: entry.connection)
        guard found.id == entry.id else { return .unsaved(.notFound(entry.connection)) }
        if let record = found.record, record.tokens?.attempt != entry.base {
          // The swap whose answer was lost may have been done.
          return record.tokens?.attempt == entry.attempt ? .saved(found) : .superseded(record)
        }
        kept = found
      } catch {
        if case .notFound = error { return .unsaved(error) }
        if surroundings.isEnding() { return .unsaved(error) }
      }
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

extension TokenRecord {
  /// The record with an answer's tokens: nothing stands against them any more.
  func succeeded(
    _ answer: TokenResponse, _ entry: JournaledResponse, service: OAuthService
  ) -> TokenRecord {
    var next = self
    let sentAt = entry.answer.sentAt
    let isRefresh = entry.kind == .refresh
    if !isRefresh {
      next.client = entry.client
      next.requested = entry.requested
    }
    let before = isRefresh ? tokens : nil
    let consentedAt = before?.refresh?.consentedAt ?? sentAt
    let hasRefresh = answer.refresh != nil || before?.refresh != nil
    let granted = answer.granted ?? before?.granted ?? entry.requested
    let had = (before?.granted ?? []).union(before?.narrowed ?? [])
    let idle = answer.refreshSeconds ?? service.refresh.idleSeconds
    let isPutOff = service.refresh.idleRenewedBy.map(next.requested.contains) ?? true
    next.tokens = TokenMetadata(
      attempt: entry.attempt, issuedAt: sentAt, expiry: answer.expiry,
      granted: granted, narrowed: had.subtracting(granted),
      refresh: hasRefresh
        ? RefreshMetadata(
          consentedAt: consentedAt, usedAt: sentAt,
          idleUntil: isPutOff ? idle.map { sentAt.adding(seconds: $0) } : nil,
          hardUntil: (service.refresh.hardSeconds ?? (isPutOff ? nil : idle)).map {
            consentedAt.adding(seconds: $0)
          }) : nil,
      verifiedAt: sentAt, skewSeconds: answer.skewSeconds)
    next.claim = nil
    next.stop = nil
    next.attempts = 0
    next.retryAt = nil
    return next
  }
}

/// A store's error in a few words, where a line has no room for a diagnostic.
struct StoreWords: CustomStringConvertible {
  let description: String

  init(_ error: StoreError) {
    description =
      switch error {
      case .unavailable(let reason), .writeFailed(let reason), .outcomeUnknown(let reason),
        .corrupt(let reason), .keyUnavailable(let reason), .refused(let reason),
        .unauthorized(let reason), .misconfigured(let reason), .tooNew(let reason),
        .ledgerFailed(let reason):
        reason
      case .notFound(let name): "the store has no connection `\(name)` any more"
      case .tokensMoved, .versionConflict, .ledgerMoved: "somebody else was quicker"
      case .modeTooLoose, .isSymlink, .nameTaken, .lockLost, .permissionDenied, .ambiguousName:
        "the store cannot be written"
      }
  }
}
