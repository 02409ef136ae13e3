import Diagnostics
import Model
import Pacing
import Secrets
import Stores

/// Copies the tokens of connections. Tokens that only the target has are never replaced: nobody could get
/// them back.
struct TokenCopier: Sendable {
  let source: Store
  let target: Store
  let runtime: Runtime
  let provenance: @Sendable () -> Provenance

  /// - Returns: the scopes that the tokens were granted; `nil` if there are none.
  func copy(_ name: ConnectionName) async throws(StoreCopyFailure) -> Set<Scope>? {
    guard let tokens = source.tokens, let copies = target.tokens else { return nil }
    let stored = try await source.copying(name) { () async throws(StoreError) in
      try await tokens.openTokens(of: name)
    }
    guard var record = stored.record else { return nil }
    if let claim = record.claim {
      if claim.isActive(at: runtime.now()) {
        throw StoreCopyFailure(.beingRenewed(name, by: claim.holder, source.description))
      }
      record.claim = try await copy(claim, of: stored, name)
    }
    let present = try await target.copying(name) { () async throws(StoreError) in
      try await copies.openTokens(of: name)
    }
    try requireReplaceable(present, by: stored, name)
    let write = TokenWrite(
      name: name, id: present.id, version: present.version, record: record,
      tokens: stored.access.map { .put(access: $0, refresh: stored.refresh) } ?? .keep,
      provenance: provenance())
    try await target.copying(name) { () async throws(StoreError) in
      _ = try await copies.swapTokens(write)
    }
    return record.tokens?.granted
  }

  /// The target's connection is about to be replaced, and its tokens with it.
  func requireReplaceable(_ name: ConnectionName) async throws(StoreCopyFailure) {
    guard let tokens = source.tokens, let copies = target.tokens else { return }
    let stored = try await source.copying(name) { () async throws(StoreError) in
      try await tokens.openTokens(of: name)
    }
    let present = try await target.copying(name) { () async throws(StoreError) in
      try await copies.openTokens(of: name)
    }
    try requireReplaceable(present, by: stored, name)
  }

  private func requireReplaceable(
    _ present: StoredTokens, by stored: StoredTokens, _ name: ConnectionName
  ) throws(StoreCopyFailure) {
    let isLost = stored.access == nil && (present.access != nil || present.refresh != nil)
    if isLost || present.record?.hasNewerTokens(than: stored.record) ?? false {
      throw StoreCopyFailure(.tokensChanged(name, in: target.description))
    }
  }

  /// A claim names the refresh token that it presents by its digest, under the store's key.
  private func copy(
    _ claim: TokenClaim, of stored: StoredTokens, _ name: ConnectionName
  ) async throws(StoreCopyFailure) -> TokenClaim {
    guard let digest = claim.refreshDigest, let refresh = stored.refresh else { return claim }
    let present = try await source.copying(name) { () async throws(StoreError) in
      try await source.tokens?.refreshDigest(of: refresh, in: stored.id)
    }
    guard present == digest else { return claim }
    let own = try await target.copying(name) { () async throws(StoreError) in
      try await target.tokens?.refreshDigest(of: refresh, in: stored.id)
    }
    return own.map(claim.presenting) ?? claim
  }
}
