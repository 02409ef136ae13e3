package import Model
import Pacing
import Secrets
package import Stores
package import Tokens

extension Renewer {
  /// Exchanges an authorization for tokens, and saves them.
  ///
  /// Tokens in the store are replaced: an authorization that was just given is newer than all else.
  ///
  /// - Parameters:
  ///   - scopes: the requested ones.
  ///   - ask: obtains the service's response; it may take as long as a person needs.
  /// - Returns: also the previous tokens, to be revoked now that the new ones are saved.
  package func authorize(
    _ subject: RenewalSubject, _ client: Client, scopes: Set<Scope>,
    ask: (TokenRequests) async throws(TokenError) -> RawResponse
  ) async -> (outcome: AuthorizationOutcome, superseded: SupersededTokens?) {
    // What saves the response is known before a person is asked for it.
    let (key, before): (StoreKey, StoredTokens)
    do throws(StoreError) {
      key = try await tokens.tokenKey()
      before = try await tokens.openTokens(of: subject.name)
    } catch {
      return (.storeFailed(error), nil)
    }
    let requests = TokenRequests(
      client, http: http, now: runtime.now,
      skewSeconds: before.record?.tokens?.skewSeconds ?? 0)
    let raw: RawResponse
    do throws(TokenError) {
      raw = try await ask(requests)
    } catch {
      return (.refused(error), nil)
    }
    return await saved(raw, over: before, subject, client, scopes, key)
  }

  /// - Parameter before: what the store had before a person was asked. The response is journaled with it,
  ///   so that it is kept before anything else is waited for.
  private func saved(
    _ raw: RawResponse, over before: StoredTokens, _ subject: RenewalSubject, _ client: Client,
    _ scopes: Set<Scope>, _ key: StoreKey
  ) async -> (outcome: AuthorizationOutcome, superseded: SupersededTokens?) {
    let response: TokenResponse
    do throws(TokenError) {
      response = try TokenResponse.read(raw, service: subject.service, isRefresh: false)
    } catch {
      return (.refused(error), nil)
    }
    let attempt = TokenAttempt(randomName())
    var before = before
    let entry = JournaledResponse(
      store: tokens.description.description, connection: subject.name, id: before.id,
      attempt: attempt, base: before.record?.tokens?.attempt, kind: .authorization,
      requested: scopes, client: client.identity, response: raw)
    let saver = saver(of: subject.service, await journal.tryToWrite(entry, under: key))
    while true {
      let failure: StoreError?
      let based = entry.based(on: before.record?.tokens?.attempt)
      switch await saver.save(response, of: based, over: before) {
      case .saved(let stored):
        await journal.clear(attempt)
        guard let record = stored.record else { preconditionFailure("saved tokens have a record") }
        return (.authorized(record), SupersededTokens(before))
      case .superseded: failure = nil
      case .unsaved(let error): failure = error
      }
      // It was renewed meanwhile, or deleted and created again.
      do throws(StoreError) {
        let found = try await tokens.openTokens(of: subject.name)
        if let failure, found.id == before.id { throw failure }
        before = found
      } catch {
        return (.unsaved((failure ?? error).summary, saver.journaling), nil)
      }
    }
  }

  /// Removes a connection's tokens from the store. A grant that a person gave is not renewed any more; another
  /// is when it is next due.
  ///
  /// A renewal in progress is waited for: its tokens would be lost, and live on at the service.
  ///
  /// - Returns: the removed tokens, to be revoked at the service.
  package func removeTokens(of subject: RenewalSubject) async throws(StoreError) -> TokenRemoval {
    var races = Retry(.lostRaces, runtime)
    while true {
      let stored = try await tokens.openTokens(of: subject.name)
      guard var record = stored.record, stored.access != nil || stored.refresh != nil else {
        return .nothing
      }
      if let claim = record.claim, claim.isActive(at: runtime.now()) {
        if isEnding() { return .interrupted }
        await runtime.sleep(RenewalTimes.claimPoll)
        continue
      }
      record.tokens = nil
      record.claim = nil
      record.retryAt = nil
      record.stop = .consent(.revoked)
      do throws(StoreError) {
        _ = try await tokens.swapTokens(
          TokenWrite(
            name: subject.name, id: stored.id, version: stored.version, record: record,
            tokens: .remove, event: .revoked, provenance: provenance()))
        return .removed(SupersededTokens(stored))
      } catch {
        guard case .tokensMoved = error else { throw error }
        try await races.waitAfterLostRace()
      }
    }
  }

  /// Revokes tokens at the service: first the refresh token, with which most services revoke its
  /// access tokens, then the access token.
  ///
  /// - Parameter sharing: connections of the same client; if one of them has the same token,
  ///   nothing is revoked.
  /// - Throws: if the store does not say whether one of them has it; nothing is revoked then.
  package func revoke(
    _ superseded: SupersededTokens, _ client: Client, sharing others: [ConnectionName]
  ) async throws(StoreError) -> Revocation {
    let requests = TokenRequests(client, http: http, now: runtime.now)
    guard requests.canRevoke else {
      return .failed(.local("the service has no revocation endpoint"))
    }
    for name in others {
      let stored: StoredTokens
      do throws(StoreError) {
        stored = try await tokens.openTokens(of: name)
      } catch {
        guard case .notFound = error else { throw error }
        continue
      }
      for (ours, theirs) in [
        (superseded.refresh, stored.refresh), (superseded.access, stored.access),
      ] {
        if let ours, let theirs, ours.constantTimeEquals(theirs) { return .shared(with: name) }
      }
    }
    var fault: TokenError?
    for (token, isRefresh) in [(superseded.refresh, true), (superseded.access, false)] {
      guard let token else { continue }
      do throws(TokenError) {
        try await requests.revoke(token, isRefreshToken: isRefresh)
      } catch {
        fault = fault ?? error
      }
    }
    return fault.map { .failed($0) } ?? .revoked
  }
}
