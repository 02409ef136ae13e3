import Applying
package import Diagnostics
package import Model
import Pacing
import Renewing
import Stores
import Tokens

extension TokenRenewer {
  /// A connection with its client.
  ///
  /// - Throws: if the store has no such connection, or it has no tokens.
  func client(of name: ConnectionName) async throws -> (RenewalSubject, Client) {
    let snapshot = try await session.read()
    let subjects = subjects(snapshot)
    try requireTokens([name], subjects, snapshot)
    guard let subject = subjects[name] else { throw Failure(.noTokens(name)) }
    let secrets = try await secrets(of: [name])[name] ?? [:]
    let records = try await storedRecords(in: snapshot)
    do throws(TokenError) {
      return (subject, try subject.client(secrets, record: records[name]?.record))
    } catch {
      throw Failure(
        Diagnostic(
          .renewalFailed, "`\(name)` is not configured to obtain tokens",
          notes: [error.summary], help: ["fix its setup, then: vaultctl apply"]))
    }
  }

  /// Revokes tokens of a connection, which are no longer in the store or about to be removed from it.
  ///
  /// - Parameter isReplaced: other tokens replaced them, and must be known to work first.
  /// - Returns: why tokens are still valid at the service, or may be: a warning if they should not be. Empty
  ///   if the connection itself uses them.
  func revoke(
    _ superseded: SupersededTokens, of name: ConnectionName, _ client: Client, isReplaced: Bool
  ) async -> [Diagnostic] {
    do {
      return try await revocation(of: superseded, of: name, client, isReplaced: isReplaced)
    } catch {
      return Self.unfinished(error, of: name)
    }
  }

  /// They are in the store no more, or were replaced there: that is done, and a revocation that failed before
  /// its request is not.
  package static func unfinished(_ error: any Error, of name: ConnectionName) -> [Diagnostic] {
    let reason = Failure(error, outcome: .failed).diagnostics.first?.message
    return [.notRevoked(name, reason ?? "the store does not say who uses them")]
  }

  private func revocation(
    of superseded: SupersededTokens, of name: ConnectionName, _ client: Client, isReplaced: Bool
  ) async throws -> [Diagnostic] {
    if superseded.access == nil, superseded.refresh == nil { return [] }
    let records = try await storedRecords(in: session.read())
    let others = records.filter { $0.key != name && $0.value.record.client.id == client.id }
    if client.service.refresh.revocationEndsOthers {
      if isReplaced { return [] }
      if let other = others.keys.min() {
        return [.stillInUse(name, "revoking them would end those of `\(other)` too")]
      }
    }
    // If the service cannot revoke, replacing the grant loses nothing.
    if isReplaced {
      if client.service.revocationEndpoint == nil { return [] }
      guard try await currentTokenWorks(name, client) else { return [.stillUntried(name)] }
    }
    let revocation = try await session.mappingStoreErrors { () async throws(StoreError) in
      // New tokens of the connection itself may be the previous ones in part.
      let sharing = records.keys.filter { isReplaced || $0 != name }.sorted()
      return try await renewer.revoke(superseded, client, sharing: sharing)
    }
    return switch revocation {
    case .revoked where superseded.isInDoubt && !isReplaced:
      [.notRevoked(name, "a renewal was interrupted, and may have obtained tokens that nobody has")]
    case .revoked: []
    case .shared(let other) where other == name: []
    case .shared(let other): [.stillInUse(name, "`\(other)` has the same ones")]
    case .failed(let error): [.notRevoked(name, error.summary)]
    }
  }

  /// Whether the service accepts the token that the store has now; true if the service cannot be
  /// asked.
  private func currentTokenWorks(_ name: ConnectionName, _ client: Client) async throws -> Bool {
    let kept = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await tokens.openTokens(of: name)
    }
    guard client.service.introspectionEndpoint != nil, let access = kept.access else {
      return true
    }
    let requests = TokenRequests(client, http: session.tokenHTTP) { session.runtime.now() }
    return (try? await requests.introspect(access).isActive) ?? false
  }
}

extension Diagnostic {
  static func notRevoked(_ name: ConnectionName, _ reason: String) -> Diagnostic {
    Diagnostic(
      .revocationFailed, "the tokens of `\(name)` may still be valid at the service",
      severity: .warning, notes: [reason],
      help: ["revoke them on the service's own page"])
  }

  fileprivate static func stillInUse(_ name: ConnectionName, _ reason: String) -> Diagnostic {
    Diagnostic(
      .revocationFailed, "the tokens of `\(name)` remain valid at the service", severity: .info,
      notes: [reason])
  }

  fileprivate static func stillUntried(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .revocationFailed, "the previous tokens of `\(name)` were not revoked", severity: .warning,
      notes: ["the service did not confirm that the new ones work"],
      help: ["revoke the previous ones on the service's own page"])
  }
}
