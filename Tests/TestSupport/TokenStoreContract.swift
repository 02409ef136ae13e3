package import Model
import Secrets
package import Stores
import Testing

/// What every token store guarantees; a backend's tests run all cases against it.
package struct TokenStoreContract: Sendable {
  package enum Case: String, CaseIterable, Sendable {
    case nothingIsKeptAtFirst, keepsWhatIsPut, aRecordAloneLeavesTheTokens
    case removesTokens, ofTwoSwapsOneWins, refusesAnOldVersion
    case anotherProcessReadsWhatWasWritten, aDeletionTakesTokens, aRenameKeepsTokens,
      aReplacementTakesTokens, aDeletionLeavesOtherTokens
    case anUpdateKeepsTokens, grantsShow, eventsAreLogged, digestsDependOnTokenAndConnection
    case unknownConnections
  }

  private let store: Store
  private let tokens: any TokenStore
  private let another: any TokenStore

  /// - Parameters:
  ///   - store: an empty one.
  ///   - another: the same place, as another process would open it.
  package init(_ store: Store, another: Store) throws {
    self.store = store
    tokens = try #require(store.tokens)
    self.another = try #require(another.tokens)
  }

  package static let provenance = Provenance(
    who: "ann@laptop", at: Timestamp(milliseconds: 1_790_000_000_000), toolVersion: "0.1.0",
    commit: nil)

  package func run(_ tried: Case) async throws {
    let name = try #require(ConnectionName("crm"))
    if tried == .unknownConnections { return try await refusesUnknownConnections() }
    let made = try #require(try await carryOut(name, .create))
    let id = made.storeID
    switch tried {
    case .nothingIsKeptAtFirst:
      #expect(try await tokens.tokenRecords().isEmpty)
      let kept = try await tokens.openTokens(of: name)
      #expect(kept.id == id && kept.version == 0 && kept.record == nil)
      #expect(kept.access == nil && kept.refresh == nil)
    case .keepsWhatIsPut:
      let version = try await put(name, id, from: 0, access: "acc\u{0}ess-1", refresh: "refresh-1")
      let kept = try await tokens.openTokens(of: name)
      #expect(kept.version == version && version > 0)
      #expect(kept.record == Self.record(granted: ["read"]))
      #expect(text(kept.access) == "acc\u{0}ess-1" && text(kept.refresh) == "refresh-1")
      #expect(
        try await tokens.tokenRecords()[name]
          == StoredTokenRecord(id: id, version: version, record: Self.record(granted: ["read"])))
      // Also of connections that the caller has just read; those of another of this name are none.
      #expect(try await tokens.tokenRecords(in: store.reader.read())[name]?.version == version)
      #expect(try await tokens.tokenRecords(of: [name: StoreID("another")]).isEmpty)
      #expect(try await tokens.tokenRecords(of: [:]).isEmpty)
      let next = try await put(name, id, from: version, access: "access-2", refresh: nil)
      #expect(next > version)
      let later = try await tokens.openTokens(of: name)
      #expect(text(later.access) == "access-2" && later.refresh == nil)
    case .aRecordAloneLeavesTheTokens:
      var version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      for attempts in 1...3 {
        var record = Self.record(granted: ["read"])
        record.attempts = attempts
        version = try await tokens.swapTokens(
          write(name, id, from: version, record: record, tokens: .keep))
        let kept = try await tokens.openTokens(of: name)
        #expect(kept.record?.attempts == attempts && kept.version == version)
        #expect(text(kept.access) == "access-1" && text(kept.refresh) == "refresh-1")
      }
    case .removesTokens:
      let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      var record = Self.record(granted: ["read"])
      record.tokens = nil
      record.stop = .consent(.revoked)
      _ = try await tokens.swapTokens(
        write(name, id, from: version, record: record, tokens: .remove))
      let kept = try await tokens.openTokens(of: name)
      #expect(kept.access == nil && kept.refresh == nil && kept.record == record)
    case .ofTwoSwapsOneWins: try await ofManySwapsOneWins(name, id)
    case .refusesAnOldVersion:
      let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      for old in [0, version - 1, version + 1] where old != version {
        await #expect(throws: StoreError.tokensMoved(name)) {
          _ = try await put(name, id, from: old, access: "access-x", refresh: nil)
        }
      }
      #expect(text(try await tokens.openTokens(of: name).access) == "access-1")
    case .anotherProcessReadsWhatWasWritten:
      let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      let there = try await another.openTokens(of: name)
      #expect(there.version == version && text(there.refresh) == "refresh-1")
      let next = try await another.swapTokens(
        write(name, id, from: version, record: Self.record(granted: ["read"]), tokens: .keep))
      #expect(try await tokens.openTokens(of: name).version == next)
    case .aDeletionTakesTokens:
      _ = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      _ = try await carryOut(name, .delete(id, from: made.version))
      #expect(try await tokens.tokenRecords().isEmpty)
      await #expect(throws: StoreError.notFound(name)) {
        _ = try await tokens.openTokens(of: name)
      }
      _ = try await carryOut(name, .create)
      #expect(try await tokens.openTokens(of: name).version == 0)
    case .aDeletionLeavesOtherTokens:
      var known: Int64 = 0
      for number in 1...2 {
        let stale = known
        known = try await put(
          name, id, from: stale, access: "access-\(number)", refresh: "refresh-\(number)")
        await #expect(throws: StoreError.tokensMoved(name)) {
          _ = try await carryOut(name, .delete(id, from: made.version), tokenVersion: stale)
        }
        #expect(text(try await another.openTokens(of: name).refresh) == "refresh-\(number)")
      }
      _ = try await carryOut(name, .delete(id, from: made.version), tokenVersion: known)
      #expect(try await store.reader.read().actual.isEmpty)
      #expect(try await tokens.tokenRecords().isEmpty)
      #expect(try await tokens.strayTokens().isEmpty)
    case .aRenameKeepsTokens:
      let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      let other = try #require(ConnectionName("crm-2"))
      _ = try await carryOut(other, .rename(id, from: made.version, formerly: name))
      let kept = try await tokens.openTokens(of: other)
      #expect(kept.id == id && text(kept.access) == "access-1" && text(kept.refresh) == "refresh-1")
      #expect(try await tokens.tokenRecords().keys.map { $0 } == [other])
      #expect(try await tokens.strayTokens().isEmpty)
      #expect(try await tokens.name(of: id) == other)
      // Who has not noticed yet writes nothing.
      await #expect(throws: StoreError.notFound(name)) {
        _ = try await put(name, id, from: version, access: "access-x", refresh: nil)
      }
      _ = try await put(other, id, from: kept.version, access: "access-2", refresh: "refresh-2")
      #expect(text(try await another.openTokens(of: other).refresh) == "refresh-2")
    case .aReplacementTakesTokens:
      _ = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      let again = try await carryOut(name, .replace(id, from: made.version))
      let kept = try await tokens.openTokens(of: name)
      #expect(kept.version == 0 && kept.id == again?.storeID && kept.access == nil)
      await #expect(throws: StoreError.notFound(name)) {
        _ = try await put(name, id, from: 0, access: "access-x", refresh: nil)
      }
    case .anUpdateKeepsTokens:
      let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
      _ = try await carryOut(name, .update(id, from: made.version), client: "other")
      let kept = try await tokens.openTokens(of: name)
      #expect(kept.version == version && text(kept.access) == "access-1")
      let connection = try await store.reader.read().actual[name]
      _ = try await put(name, id, from: version, access: "access-2", refresh: nil)
      #expect(try await store.reader.read().actual[name]?.version == connection?.version)
    case .grantsShow:
      #expect(try await store.reader.read().actual[name]?.grantedScopes == nil)
      let version = try await put(name, id, from: 0, access: "a", refresh: nil)
      #expect(try await store.reader.read().actual[name]?.grantedScopes == ["read"])
      _ = try await tokens.swapTokens(
        write(
          name, id, from: version, record: Self.record(granted: ["write"]), tokens: .keep))
      #expect(try await store.reader.read().actual[name]?.grantedScopes == ["write"])
    case .eventsAreLogged:
      let version = try await put(name, id, from: 0, access: "a", refresh: nil)
      _ = try await tokens.swapTokens(
        write(
          name, id, from: version, record: Self.record(granted: ["read"]), tokens: .keep,
          event: nil))
      let kinds = try #require(try await store.history?.events(of: name)).map(\.kind)
      #expect(kinds.count { $0 == .token(.minted) } == 1)
      #expect(kinds.count == 2, "\(kinds)")
    case .digestsDependOnTokenAndConnection:
      let token = SecretBytes(copying: "refresh-1".utf8)
      let digest = try await tokens.refreshDigest(of: token, in: id)
      #expect(try await another.refreshDigest(of: token, in: id) == digest)
      #expect(try await tokens.refreshDigest(of: token, in: "other") != digest)
      let other = SecretBytes(copying: "refresh-2".utf8)
      #expect(try await tokens.refreshDigest(of: other, in: id) != digest)
      #expect(!digest.rawValue.contains("refresh"))
    case .unknownConnections: break
    }
  }

  private func refusesUnknownConnections() async throws {
    let name = try #require(ConnectionName("nobody"))
    #expect(try await tokens.tokenRecords().isEmpty)
    await #expect(throws: StoreError.notFound(name)) {
      _ = try await tokens.openTokens(of: name)
    }
    await #expect(throws: StoreError.notFound(name)) {
      _ = try await put(name, "no-id", from: 0, access: "a", refresh: nil)
    }
  }

  /// Sixteen want to claim the same version, by two openers of one place.
  private func ofManySwapsOneWins(_ name: ConnectionName, _ id: StoreID) async throws {
    let version = try await put(name, id, from: 0, access: "access-1", refresh: "refresh-1")
    let wins = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<16 {
        group.addTask {
          var record = Self.record(granted: ["read"])
          record.claim = TokenClaim(
            attempt: TokenAttempt("attempt-\(number)"), holder: "\(number)",
            deadline: Self.provenance.at, refreshDigest: nil)
          let opener = number.isMultiple(of: 2) ? tokens : another
          let write = write(name, id, from: version, record: record, tokens: .keep)
          do throws(StoreError) {
            _ = try await opener.swapTokens(write)
            return true
          } catch {
            #expect(error == .tokensMoved(name))
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(wins == 1)
    #expect(try await tokens.openTokens(of: name).record?.claim != nil)
  }

  // MARK: What is written

  package static func record(granted: Set<Scope>) -> TokenRecord {
    let at = provenance.at
    return TokenRecord(
      client: ClientIdentity(id: "flows", digest: "d"), grant: .authorizationCode,
      requested: ["read", "write"],
      tokens: TokenMetadata(
        attempt: "attempt-0", issuedAt: at, expiry: .at(at.adding(seconds: 3600)),
        granted: granted, refresh: RefreshMetadata(consentedAt: at, usedAt: at), verifiedAt: at,
        skewSeconds: -3),
      history: [TokenFailure(at: at, reason: "it failed once")])
  }

  private func put(
    _ name: ConnectionName, _ id: StoreID, from version: Int64, access: String, refresh: String?
  ) async throws(StoreError) -> Int64 {
    try await tokens.swapTokens(
      write(
        name, id, from: version, record: Self.record(granted: ["read"]),
        tokens: .put(
          access: SecretBytes(copying: access.utf8),
          refresh: refresh.map { SecretBytes(copying: $0.utf8) })))
  }

  private func write(
    _ name: ConnectionName, _ id: StoreID, from version: Int64, record: TokenRecord,
    tokens: TokenWrite.Tokens, event: TokenEvent? = .minted
  ) -> TokenWrite {
    TokenWrite(
      name: name, id: id, version: version, record: record, tokens: tokens, event: event,
      provenance: Self.provenance)
  }

  private func carryOut(
    _ name: ConnectionName, _ action: StoreWrite.Action, client: String = "flows",
    tokenVersion: Int64? = nil
  ) async throws -> AppliedRecord? {
    let run = try await store.journal.beginRun(
      [StoreIntent(name, action)], by: Self.provenance)
    let write = StoreWrite(
      name: name, action: action, app: "http", setupType: "oauth_client_credentials",
      fields: [
        "client_id": .plain(.string(client)),
        "client_secret": .secret(SecretBytes(copying: "s3cret".utf8), ciphertext: "c1"),
      ], provenance: Self.provenance, tokenVersion: tokenVersion)
    let record: AppliedRecord?
    do {
      record = try await run.writer.carryOut(write)
    } catch {
      try await run.abandon?(name)
      try await run.end?(Self.provenance.at)
      throw error
    }
    try await run.end?(Self.provenance.at)
    return record
  }

  private func text(_ secret: SecretBytes?) -> String? {
    secret?.withBytes { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
  }
}
