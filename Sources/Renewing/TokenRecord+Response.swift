import Model
import Tokens

extension TokenRecord {
  /// The record with a response's tokens, without claim, stop and retry time.
  func succeeded(
    _ response: TokenResponse, _ entry: JournaledResponse, service: OAuthService
  ) -> TokenRecord {
    var next = self
    let sentAt = entry.response.sentAt
    let isRefresh = entry.kind == .refresh
    if !isRefresh {
      next.client = entry.client
      next.requested = entry.requested
    }
    let before = isRefresh ? tokens : nil
    let consentedAt = before?.refresh?.consentedAt ?? sentAt
    let hasRefresh = response.refresh != nil || before?.refresh != nil
    let granted = response.granted ?? before?.granted ?? entry.requested
    let had = (before?.granted ?? []).union(before?.narrowed ?? [])
    let idle = response.refreshSeconds ?? service.refresh.idleSeconds
    let isPutOff = service.refresh.idleRenewedBy.map(next.requested.contains) ?? true
    next.tokens = TokenMetadata(
      attempt: entry.attempt, issuedAt: sentAt, expiry: response.expiry,
      granted: granted, narrowed: had.subtracting(granted),
      refresh: hasRefresh
        ? RefreshMetadata(
          consentedAt: consentedAt, usedAt: sentAt,
          idleUntil: isPutOff ? idle.map { sentAt.adding(seconds: $0) } : nil,
          hardUntil: (service.refresh.hardSeconds ?? (isPutOff ? nil : idle)).map {
            consentedAt.adding(seconds: $0)
          }) : nil,
      verifiedAt: sentAt, skewSeconds: response.skewSeconds)
    next.claim = nil
    next.stop = nil
    next.attempts = 0
    next.retryAt = nil
    return next
  }
}
