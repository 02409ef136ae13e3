import Model
import Secrets
import Stores
import TestOpenBao
import TestSupport
import Testing

/// Several owners in one store: what one applied, no other changes, sees as its own, or counts.
@Suite struct OwnerTests {
  private func owner(_ digit: String, environment: String? = nil) throws -> Owner {
    Owner(
      project: try #require(ProjectID(String(repeating: digit, count: 20))), name: "flows",
      environment: environment)
  }

  private func twilio(
    _ name: String, _ action: StoreWrite.Action, value: String, by owner: Owner?,
    sentTo destinations: Set<Destination>? = nil
  ) throws -> StoreWrite {
    try write(
      name, action, app: "twilio", setup: "api_key",
      fields: [
        "account_id": .plain(.string("AC1")),
        "api_key": .secret(secret(value), ciphertext: CiphertextDigest("digest of \(value)")),
      ], destinations: destinations, owner: owner)
  }

  /// One random change by an owner, as a plan of its own snapshot could contain it.
  private func step(
    _ store: Store, by owner: Owner, using random: inout SeededGenerator
  ) async throws {
    let snapshot = try await store.reader.read()
    let number = Int.random(in: 0..<12, using: &random)
    let name = "c-\(number)"
    let value = "value \(Int.random(in: 0..<1_000_000, using: &random))"
    let key = try TestSupport.name(name)
    if snapshot.foreign[key] != nil { return }
    guard let found = snapshot.actual[key] else {
      try await store.apply(twilio(name, .create, value: value, by: owner))
      return
    }
    switch Int.random(in: 0..<3, using: &random) {
    case 0:
      try await store.apply(deletion(name, found.id, from: found.version, by: owner))
    case 1:
      try await store.apply(
        twilio(name, .replace(found.id, from: found.version), value: value, by: owner))
    default:
      try await store.apply(
        twilio(name, .update(found.id, from: found.version), value: value, by: owner))
    }
  }

  @Test(arguments: StoreKind.allCases)
  func randomStepsOfOneOwnerChangeNothingOfAnother(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let owners = [
      try owner("a"), try owner("b"), try owner("a", environment: "prod"),
    ]
    let stores = try owners.map { try contract.opened(by: $0) }
    let steps = kind == .tenantWithGit ? 60 : 200
    for number in 0..<steps * 2 {
      let index = number % owners.count
      let others = owners.indices.filter { $0 != index }
      var before: [Snapshot] = []
      for other in others { before.append(try await stores[other].reader.read()) }
      try await step(stores[index], by: owners[index], using: &random)
      for (other, old) in zip(others, before) {
        let new = try await stores[other].reader.read()
        #expect(new.applied == old.applied, "seed \(seed), step \(number)")
        #expect(
          new.actual.mapValues(\.version) == old.actual.mapValues(\.version),
          "seed \(seed), step \(number)")
      }
    }
    // Each connection has one owner, and every other owner sees whose it is.
    for index in owners.indices {
      let mine = try await stores[index].reader.read()
      #expect(mine.applied.values.allSatisfy { $0.owner?.isSame(as: owners[index]) ?? false })
      for other in owners.indices where other != index {
        let theirs = try await stores[other].reader.read()
        #expect(Set(mine.actual.keys).isDisjoint(with: theirs.actual.keys))
        #expect(mine.actual.keys.allSatisfy { theirs.foreign[$0]?.owner == owners[index] })
      }
    }
  }

  @Test(arguments: [StoreKind.sqlite, .openBao], ["update", "replace", "delete", "record"])
  func aWriteToAnothersConnectionIsRefused(kind: StoreKind, action: String) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let (mine, theirs) = (try owner("a"), try owner("b"))
    let record = try #require(
      try await contract.opened(by: theirs).apply(
        twilio("x", .create, value: "theirs", by: theirs)))
    let (id, version) = (record.storeID, record.version)
    let store = try contract.opened(by: mine)
    let write =
      switch action {
      case "update": try twilio("x", .update(id, from: version), value: "mine", by: mine)
      case "replace": try twilio("x", .replace(id, from: version), value: "mine", by: mine)
      case "record": try twilio("x", .record(id, at: version), value: "mine", by: mine)
      default: try deletion("x", id, from: version, by: mine)
      }
    await #expect(throws: StoreError.ownedByOther(try name("x"), theirs)) {
      try await store.apply(write)
    }
    let after = try await contract.opened(by: theirs).reader.read()
    #expect(after.applied[try name("x")] == record)
  }

  private func deletion(
    _ name: String, _ id: StoreID, from version: StoreVersion, by owner: Owner
  ) throws -> StoreWrite {
    try write(name, .delete(id, from: version), app: "twilio", setup: nil, owner: owner)
  }

  @Test(arguments: [StoreKind.sqlite, .openBao])
  func whatAnotherOwnerWritesIsAForeignWriteAndWhatItDeletesIsItsOwn(
    kind: StoreKind
  ) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let (mine, theirs) = (try owner("a"), try owner("b"))
    let (store, other) = (try contract.opened(by: mine), try contract.opened(by: theirs))
    let old = try #require(
      try await other.apply(twilio("old", .create, value: "1", by: theirs)))
    let own = try #require(try await store.apply(twilio("own", .create, value: "1", by: mine)))
    var cursor = try await store.feed.currentCursor()
    func news() async throws -> [String] {
      let (events, next) = try await store.feed.events(after: cursor)
      // Who reads again after a failure sees the same.
      let again = try await store.feed.events(after: cursor).0
      #expect(again.map(\.kind) == events.map(\.kind))
      cursor = next
      return events.map { "\($0.kind.stored) \($0.connection ?? "")" }
    }

    let x = try #require(try await other.apply(twilio("x", .create, value: "1", by: theirs)))
    #expect(try await news() == ["foreign write x"])
    try await other.apply(
      twilio("x", .update(x.storeID, from: x.version), value: "2", by: theirs))
    #expect(try await news() == ["foreign write x"])
    try await other.apply(deletion("old", old.storeID, from: old.version, by: theirs))
    #expect(try await news().isEmpty)
    try await store.apply(
      twilio("own", .update(own.storeID, from: own.version), value: "2", by: mine))
    #expect(try await news() == ["update own"])
    let found = try #require(try await store.reader.read().actual[try name("own")])
    try await store.apply(deletion("own", found.id, from: found.version, by: mine))
    #expect(try await news() == ["delete own"])
    // The name is free, and another owner takes it; OpenBao keeps whose it was.
    guard kind == .sqlite else { return }
    try await other.apply(twilio("own", .create, value: "3", by: theirs))
    #expect(try await news() == ["foreign write own"])
    #expect(try await news().isEmpty)
  }

  @Test(arguments: StoreKind.allCases.filter(\.keepsVersions))
  func aRestoredVersionKeepsItsOwnerAndDestinations(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let owner = try owner("a")
    let store = try contract.opened(by: owner)
    let first = try #require(
      try await store.apply(twilio("x", .create, value: "old", by: owner, sentTo: ["a.example"])))
    try await store.apply(
      twilio(
        "x", .update(first.storeID, from: first.version), value: "new", by: owner,
        sentTo: ["a.example"]))
    let history = try #require(store.history)
    _ = try await history.rollBack(name("x"), to: first.version, by: provenance)
    let snapshot = try await contract.opened(by: owner).reader.read()
    #expect(snapshot.unclaimed.isEmpty)
    let record = try #require(snapshot.applied[try name("x")])
    #expect(record.owner == owner && record.destinations == ["a.example"])
  }

  @Test(arguments: StoreKind.allCases)
  func aRecordSaysWhereSecretsGoAndWhatWasAllowed(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let owner = try owner("a")
    try await contract.opened(by: owner).apply(
      write(
        "x", .create, app: "twilio", setup: "api_key",
        fields: ["account_id": .plain(.string("AC1"))], destinations: ["a.example", "b.example:8"],
        redirects: [try name("x")], owner: owner))
    let record = try #require(
      try await contract.opened(by: owner).reader.read().applied[try name("x")])
    #expect(record.destinations == ["a.example", "b.example:8"])
    #expect(record.provenance.allowedRedirects == [try name("x")])
  }

  // MARK: The form before records had owners

  @Test(arguments: StoreKind.allCases)
  func recordsOfTheFormerFormAreUnclaimedUntilTheyAreClaimed(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let former = try contract.opened()
    for name in ["x", "y"] {
      try await former.apply(twilio(name, .create, value: "old \(name)", by: nil))
    }
    let before = try await former.reader.read()

    let owner = try owner("a")
    let store = try contract.opened(by: owner)
    let (x, y) = (try name("x"), try name("y"))
    let unclaimed = try await store.reader.read()
    #expect(unclaimed.unclaimed == [x, y])
    #expect(unclaimed.isEmpty)

    let upgrade = try #require(store.upgrade)
    for expected: Set in [[x], []] {
      let holder = holder()
      #expect(try await store.lock.tryLock(holder) == .acquired)
      #expect(try await upgrade.claim([x], by: provenance, holding: holder) == expected)
      try await store.lock.unlock(holder)
    }
    let claimed = try await contract.opened(by: owner).reader.read()
    #expect(claimed.unclaimed == [y])
    #expect(Set(claimed.applied.keys) == [x])
    #expect(claimed.applied[x] == before.applied[x]?.owned(by: owner))
    #expect(claimed.actual[x]?.version == before.actual[x]?.version)

    // Another owner takes the other one, and both digests still hold.
    let other = try self.owner("b")
    let second = try contract.opened(by: other)
    let holder = holder()
    #expect(try await second.lock.tryLock(holder) == .acquired)
    #expect(try await #require(second.upgrade).claim([y], by: provenance, holding: holder) == [y])
    try await second.lock.unlock(holder)
    let comparison = try await contract.opened(by: other).compareWithRecords([
      (FieldAddress(y, "api_key"), secret("old y"))
    ])
    #expect(comparison == [.same])
    #expect(try await contract.opened(by: owner).reader.read().foreign[y]?.owner == other)
  }

  @Test(arguments: [StoreKind.openBao, .tenantWithGit, .tenantWithFile])
  func anApplyOfTheFormerFormIsWaitedFor(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let former = try contract.opened()
    try await former.apply(twilio("x", .create, value: "old", by: nil))
    let x = try name("x")
    let found = try #require(try await former.reader.read().actual[x])
    let running = holder()
    #expect(try await former.lock.tryLock(running) == .acquired)
    _ = try await former.journal.beginRun(
      [StoreIntent(x, .update(found.id, from: found.version))], by: provenance)

    let owner = try owner("a")
    let store = try contract.opened(by: owner)
    let upgrade = try #require(store.upgrade)
    let ours = holder()
    #expect(try await store.lock.tryLock(ours) == .acquired)
    let refusal = await #expect(throws: StoreError.self) {
      try await upgrade.claim([x], by: provenance, holding: ours)
    }
    guard case .refused(let reason) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(reason.contains(running.who), "\(reason)")
    try await store.lock.unlock(ours)
    #expect(try await contract.opened(by: owner).reader.read().unclaimed == [x])

    // Killed, it is silent from then on.
    let now = provenance.at.milliseconds
    let later = holder().seen(
      at: Timestamp(milliseconds: max(now, running.lastSeen.milliseconds) + 61_000))
    #expect(try await store.lock.tryLock(later) == .acquired)
    #expect(try await upgrade.claim([x], by: provenance, holding: later) == [x])
    try await store.lock.unlock(later)
    let claimed = try await contract.opened(by: owner).reader.read()
    #expect(claimed.applied[x]?.owner == owner)
    // Nothing of the previous format is left to do.
    let again = try contract.opened()
    let next = holder().seen(at: later.lastSeen)
    #expect(try await again.lock.tryLock(next) == .acquired)
    #expect(try await again.journal.recoverInterruptedRuns().isEmpty)
    try await again.lock.unlock(next)
  }

  @Test func tokensAreMovedAlthoughAMoveWasKilled() async throws {
    let contract = try await Contract(.openBao)
    defer { contract.end() }
    let former = try contract.opened()
    let record = try #require(
      try await former.apply(twilio("x", .create, value: "old", by: nil)))
    let x = try name("x")
    let tokens = try #require(former.tokens)
    _ = try await tokens.swapTokens(
      TokenWrite(
        name: x, id: record.storeID, version: 0,
        record: TokenStoreContract.record(granted: ["read"]),
        tokens: .put(access: secret("t0ken"), refresh: nil), event: .minted,
        provenance: provenance))
    let owner = try owner("a")
    // The settings of the copy, and no data yet.
    try #require(contract.bao).root.order(
      "POST", "secret/metadata/vaultctl-tokens/\(owner.project)/refresh/x",
      ["max_versions": 2])

    let store = try contract.opened(by: owner)
    let ours = holder()
    #expect(try await store.lock.tryLock(ours) == .acquired)
    _ = try await #require(store.upgrade).claim([x], by: provenance, holding: ours)
    try await store.lock.unlock(ours)
    let moved = try await #require(contract.opened(by: owner).tokens).openTokens(of: x)
    let text = moved.access?.withBytes { span in
      String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
    #expect(text == "t0ken")
  }

  @Test func aFileOfTheFormerFormIsTakenOverByTheNextRun() async throws {
    let contract = try await Contract(.sqlite)
    defer { contract.end() }
    try await contract.opened().apply(twilio("x", .create, value: "old", by: nil))
    let owner = try owner("a")
    let store = try contract.opened(by: owner, isShared: false)
    #expect(try await store.reader.read().applied[try name("x")]?.owner == nil)
    try await store.apply(twilio("y", .create, value: "new", by: owner))
    #expect(try await store.reader.read().applied.values.allSatisfy { $0.owner == owner })
  }
}
