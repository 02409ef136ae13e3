import Diagnostics
import Model
import Renewing
import Stores
import Tokens

/// Revokes the tokens of connections that are about to be removed. While the store has them, a run that is
/// killed can be repeated; once it has forgotten them, nobody could revoke them any more.
actor RemovalRevoker {
  private let tokenRenewer: TokenRenewer
  private let clients: [ConnectionName: Result<Client, TokenError>]
  private let names: Set<ConnectionName>
  /// What could not be revoked, as warnings, in no order.
  private(set) var diagnostics: [Diagnostic] = []
  /// Whether the service was asked, and did not revoke.
  private(set) var hasFailed = false

  /// - Parameters:
  ///   - clients: or why a setup makes none; absent for a setup without tokens.
  ///   - names: the connections that have tokens.
  init(
    _ tokenRenewer: TokenRenewer, clients: [ConnectionName: Result<Client, TokenError>],
    names: Set<ConnectionName>
  ) {
    self.tokenRenewer = tokenRenewer
    self.clients = clients
    self.names = names
  }

  /// The tokens are read now: another process may have renewed them since the plan. A failure does not
  /// stop the removal, because the service may no longer exist.
  func revoke(before change: Change) async {
    let name = change.connection
    guard names.contains(name) else { return }
    let client: Client
    switch clients[name] {
    case .success(let found): client = found
    case .failure(let fault): return diagnostics.append(.notRevoked(name, fault.summary))
    case nil:
      return diagnostics.append(.notRevoked(name, "its setup does not describe a client"))
    }
    do {
      let session = tokenRenewer.session
      let tokens = tokenRenewer.tokens
      let stored = try await session.mappingStoreErrors { () async throws(StoreError) in
        try await tokens.openTokens(of: name)
      }
      let findings = await tokenRenewer.revoke(
        SupersededTokens(stored), of: name, client, isReplaced: false)
      diagnostics += findings
      if client.service.revocationEndpoint != nil,
        findings.contains(where: { $0.severity != .info })
      {
        hasFailed = true
      }
    } catch {
      hasFailed = true
      let reason = (error as? Failure)?.diagnostics.first?.message
      diagnostics.append(.notRevoked(name, reason ?? "they cannot be read from the store"))
    }
  }
}
