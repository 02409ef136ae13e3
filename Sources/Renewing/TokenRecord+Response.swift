import Model
import Tokens

extension TokenRecord {
  /// The record with a response's tokens, without claim, stop and retry time.
  func succeeded(
    _ response: TokenResponse, _ entry: JournaledResponse, service: OAuthService
  ) -> TokenRecord {
    var next = self
    let issuedAt = response.issuedAt
    let isRefresh = entry.kind == .refresh
    if !isRefresh {
      next.client = entry.client
      next.requested = entry.requested
    }
    let before = isRefresh ? tokens : nil
    let consentedAt = before?.refresh?.consentedAt ?? issuedAt
    let hasRefresh = response.refresh != nil || before?.refresh != nil
    let granted =
      response.granted ?? before?.granted
      ?? service.scopes.granted(asRequested: entry.requested)
    let had = (before?.granted ?? []).union(before?.narrowed ?? [])
    let idle = response.refreshSeconds ?? service.refresh.idleSeconds
    let isPutOff = service.refresh.idleRenewedBy.map(next.requested.contains) ?? true
    next.tokens = TokenMetadata(
      attempt: entry.attempt, issuedAt: issuedAt, expiry: response.expiry,
      granted: granted, narrowed: had.subtracting(granted),
      refresh: hasRefresh
        ? RefreshMetadata(
          consentedAt: consentedAt, usedAt: issuedAt,
          idleUntil: isPutOff ? idle.map { issuedAt.adding(seconds: $0) } : nil,
          hardUntil: (service.refresh.hardSeconds ?? (isPutOff ? nil : idle)).map {
            consentedAt.adding(seconds: $0)
          }) : nil,
      verifiedAt: issuedAt, skewSeconds: response.skewSeconds)
    next.claim = nil
    next.stop = nil
    next.attempts = 0
    next.retryAt = nil
    next.unexplainedSince = nil
    return next
  }
}
