package import Model
package import Secrets
package import Stores
package import Tokens

/// How a consent ended.
package enum AuthorizationOutcome: Hashable, Sendable {
  case authorized(TokenRecord)
  case refused(TokenFault)
  case storeFailed(StoreError)
  /// The service gave tokens that the store did not take: the journal has them, or nobody.
  case unsaved(String, isJournaled: Bool)
}

/// Tokens that other tokens have taken the place of, and that are still good at the service.
package struct SupersededTokens: Sendable {
  package let access: SecretBytes?
  package let refresh: SecretBytes?

  package init(access: SecretBytes?, refresh: SecretBytes?) {
    self.access = access
    self.refresh = refresh
  }
}

extension Renewer {
  /// Exchanges what a person's consent gave, and keeps the tokens.
  ///
  /// Whatever is kept is replaced: a consent that was just given is newer than all else.
  ///
  /// - Parameters:
  ///   - scopes: that were asked for.
  ///   - ask: gets the service's answer; it may take as long as a person needs.
  /// - Returns: also the tokens that were kept until then, to be revoked now that the new ones are safe.
  package func authorize(
    _ subject: RenewalSubject, _ client: Client, scopes: Set<Scope>,
    ask: (TokenRequests) async throws(TokenFault) -> RawResponse
  ) async -> (outcome: AuthorizationOutcome, former: SupersededTokens?) {
    let requests = TokenRequests(client, http: http, now: surroundings.now)
    let raw: RawResponse
    do throws(TokenFault) {
      raw = try await ask(requests)
    } catch {
      return (.refused(error), nil)
    }
    do throws(StoreError) {
      return try await kept(raw, subject, client, scopes)
    } catch {
      return (.storeFailed(error), nil)
    }
  }

  private func kept(
    _ raw: RawResponse, _ subject: RenewalSubject, _ client: Client, _ scopes: Set<Scope>
  ) async throws(StoreError) -> (outcome: AuthorizationOutcome, former: SupersededTokens?) {
    let answer: TokenResponse
    do throws(TokenFault) {
      answer = try TokenResponse.read(raw, service: subject.service)
    } catch {
      return (.refused(error), nil)
    }
    let attempt = TokenAttempt(randomName())
    while true {
      let before = try await tokens.openTokens(of: subject.name)
      let entry = JournaledResponse(
        store: tokens.description.description, connection: subject.name, id: before.id,
        attempt: attempt, base: before.record?.tokens?.attempt, kind: .authorization,
        requested: scopes, client: client.mark, answer: raw)
      let isJournaled = await journal.takes(entry, of: tokens)
      let saving = ResponseSaver(
        tokens: tokens, surroundings: surroundings, service: subject.service,
        provenance: provenance)
      switch await saving.save(answer, of: entry, over: before) {
      case .saved(let kept):
        journal.clear(attempt)
        guard let record = kept.record else { preconditionFailure("what was saved has a record") }
        let former = SupersededTokens(access: before.access, refresh: before.refresh)
        return (.authorized(record), former)
      case .superseded: continue
      case .unsaved(let error):
        return (.unsaved("\(StoreWords(error))", isJournaled: isJournaled), nil)
      }
    }
  }

  /// Takes a connection's tokens out of the store; nothing is asked for them any more.
  ///
  /// - Returns: what there was, to be revoked at the service.
  package func removeTokens(of subject: RenewalSubject) async throws(StoreError)
    -> SupersededTokens?
  {
    while true {
      let kept = try await tokens.openTokens(of: subject.name)
      guard var record = kept.record, kept.access != nil || kept.refresh != nil else { return nil }
      record.tokens = nil
      record.claim = nil
      record.stop = .consent(.revoked)
      do throws(StoreError) {
        _ = try await tokens.swapTokens(
          TokenWrite(
            name: subject.name, id: kept.id, version: kept.version, record: record,
            tokens: .remove, event: .revoked, provenance: provenance()))
        return SupersededTokens(access: kept.access, refresh: kept.refresh)
      } catch {
        guard case .tokensMoved = error else { throw error }
      }
    }
  }

  /// Revokes tokens at the service: the refresh token, which most services take the access tokens
  /// along with, and then the access token.
  ///
  /// - Parameter sharing: connections of the same client; where one of them has the same refresh token,
  ///   nothing is revoked.
  /// - Returns: what did not work; nothing where all did, or the service has no such endpoint.
  package func revoke(
    _ former: SupersededTokens, _ client: Client, sharing others: [ConnectionName]
  ) async throws(StoreError) -> [TokenFault] {
    let requests = TokenRequests(client, http: http, now: surroundings.now)
    guard requests.canRevoke else {
      return [.configuration("the service has no revocation endpoint")]
    }
    for name in others {
      guard let kept = try? await tokens.openTokens(of: name) else { continue }
      for (ours, theirs) in [(former.refresh, kept.refresh), (former.access, kept.access)] {
        if let ours, let theirs, ours.constantTimeEquals(theirs) { return [] }
      }
    }
    var faults: [TokenFault] = []
    for (token, isRefresh) in [(former.refresh, true), (former.access, false)] {
      guard let token else { continue }
      do throws(TokenFault) {
        try await requests.revoke(token, isRefreshToken: isRefresh)
      } catch {
        faults.append(error)
      }
    }
    return faults
  }
}
