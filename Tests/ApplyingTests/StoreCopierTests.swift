import Applying
import Diagnostics
import Model
import Secrets
import Stores
import TestSupport
import Testing

/// A copy loses nothing that only one of the stores has, and what it says is equal is.
@Suite struct StoreCopierTests {
  private let robot: ConnectionName

  init() throws { robot = try name("robot") }

  private func token(_ text: String) -> [FieldName: FieldWrite] {
    ["token": .secret(secret(text), ciphertext: CiphertextDigest("digest of \(text)"))]
  }

  /// A copied connection, with this token in the source.
  private func copied(access: String?) async throws -> CopyFixture {
    let it = try CopyFixture()
    try await it.source.carryOut(robot, .create, token("t-1"))
    try await it.source.putTokens(robot, access: access)
    #expect(try await it.copy().isEmpty)
    return it
  }

  // MARK: Tokens

  /// The first refresh of the original had failed, and a person authorized the copy.
  @Test func tokensThatOnlyTheCopyHasStay() async throws {
    let it = try await copied(access: nil)
    try await it.target.putTokens(robot, access: "a-2", at: 60)
    let obstacles = try await it.copy()
    #expect(obstacles.map(\.code) == [.copyBlocked])
    #expect(obstacles[0].help.contains { $0.contains("--finish") })
    #expect(try await it.target.accessToken(robot) == "a-2")
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  /// The record of the copy is the only one.
  @Test func anAttemptOfTheCopyAloneIsNotUndone() async throws {
    let it = try CopyFixture()
    try await it.source.carryOut(robot, .create, token("t-1"))
    #expect(try await it.copy().isEmpty)
    try await it.target.putTokens(robot, access: nil)
    #expect(try await it.copy().map(\.code) == [.copyBlocked])
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  /// They are replaced by no version of a connection either.
  @Test(arguments: [nil, "a-1"])
  func tokensOfTheCopyStayIfTheOriginalIsAppliedAgain(access: String?) async throws {
    let it = try await copied(access: access)
    try await it.target.putTokens(robot, access: "a-2", at: 60)
    try await it.source.update(robot, token("t-2"), at: 30)
    #expect(try await it.copy().map(\.code) == [.copyBlocked])
    #expect(try await it.target.accessToken(robot) == "a-2")
    #expect(try await it.target.value(robot, "token") == "t-1")
  }

  /// They came after the comparison.
  @Test(arguments: [true, false])
  func tokensThatArriveDuringTheCopyStay(isReplaced: Bool) async throws {
    let it = try await copied(access: nil)
    if isReplaced {
      try await it.source.update(robot, token("t-2"), at: 30)
    } else {
      var record = try #require(try await it.source.tokens?.openTokens(of: robot).record)
      record.attempts = 3
      let present = try #require(try await it.source.tokens?.openTokens(of: robot))
      _ = try await it.source.tokens?.swapTokens(
        TokenWrite(
          name: robot, id: present.id, version: present.version, record: record,
          provenance: later()))
    }
    let comparison = try await it.compared()
    #expect(comparison.obstacles.isEmpty)
    try await it.target.putTokens(robot, access: "a-2", at: 60)
    let result = await it.copied(comparison)
    #expect(result.faults.map(\.code) == [.copyBlocked])
    #expect(try await it.target.accessToken(robot) == "a-2")
  }

  @Test func newerTokensOfTheOriginalAreCopied() async throws {
    let it = try await copied(access: "a-1")
    try await it.source.putTokens(robot, access: "a-2", at: 60)
    #expect(try await it.copy().isEmpty)
    #expect(try await it.target.accessToken(robot) == "a-2")
  }

  // MARK: Finishing

  @Test func anOriginalThatWasAppliedAgainIsNotRemoved() async throws {
    let it = try await copied(access: "a-1")
    try await it.target.putTokens(robot, access: "a-2", at: 60)
    #expect(try await it.faultsOfFinish().isEmpty)
    try await it.source.update(robot, token("t-2"), at: 30)
    let faults = try await it.faultsOfFinish()
    #expect(faults.map(\.code) == [.copyDiffers])
    #expect(faults.allSatisfy { $0.help.contains { $0.contains("vaultctl apply") } })
    // Once the copy has it, too, nothing is lost.
    try await it.target.update(robot, token("t-2"), at: 90)
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  /// A host renews from the old store after the copies were verified: only its token still works.
  @Test(arguments: [nil, "a-1"])
  func anOriginalWhoseTokensChangeMeanwhileIsNotRemoved(access: String?) async throws {
    let it = try await copied(access: access)
    let other = try name("other")
    try await it.source.carryOut(other, .create, token("t-2"))
    #expect(try await it.copy().isEmpty)
    let comparison = try await it.compared()
    #expect(try await it.faultsOfFinish().isEmpty)
    try await it.source.putTokens(robot, access: "a-2", at: 60)
    let result = await it.removed(comparison)
    #expect(result.done == [other] && result.faults.map(\.code) == [.copyBlocked])
    #expect(try await it.source.accessToken(robot) == "a-2")
    #expect(try await it.source.reader.read().actual.keys.map(\.rawValue) == ["robot"])
    // What it is now can be removed, if the copy is.
    #expect(await it.removed(try it.compared()).done == [robot])
    #expect(try await it.source.reader.read().actual.isEmpty)
  }

  /// A claim of a renewal in progress, which has not presented its refresh token yet.
  @Test func anOriginalThatIsClaimedMeanwhileIsNotRemoved() async throws {
    let it = try await copied(access: "a-1")
    let comparison = try await it.compared()
    let present = try #require(try await it.source.tokens?.openTokens(of: robot))
    var record = try #require(present.record)
    record.claim = TokenClaim(
      attempt: "attempt-9", holder: "host", deadline: later(30).at, refreshDigest: nil)
    _ = try await it.source.tokens?.swapTokens(
      TokenWrite(
        name: robot, id: present.id, version: present.version, record: record, provenance: later()))
    let result = await it.removed(comparison)
    #expect(result.done.isEmpty && result.faults.map(\.code) == [.copyBlocked])
    #expect(try await it.source.accessToken(robot) == "a-1")
  }

  /// What was applied and reverted is what the copy has.
  @Test func anOriginalThatIsAsItWasCopiedIsRemoved() async throws {
    let it = try await copied(access: "a-1")
    try await it.target.putTokens(robot, access: "a-2", at: 60)
    try await it.source.update(robot, token("t-2"), at: 30)
    try await it.source.update(robot, token("t-1"), at: 40)
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  // MARK: Versions

  @Test func anOlderVersionIsRestoredAsInTheOriginal() async throws {
    let it = try CopyFixture()
    try await it.source.carryOut(
      robot, .create, setup: "basic_auth",
      [
        "username": .plain(.string("ann")),
        "password": .secret(secret("p-1"), ciphertext: "p"),
      ], labels: ["team": "old"])
    try await it.source.update(robot, token("t-2"), labels: ["team": "new"], at: 10)
    #expect(try await it.copy().isEmpty)
    for store in [it.source, it.target] {
      let history = try #require(store.history)
      let first = try #require(try await history.versions(of: robot).last?.version)
      let record = try await history.rollBack(robot, to: first, by: later(20))
      let actual = try #require(try await store.reader.read().actual[robot])
      #expect(actual.setupType == "basic_auth" && record.setupType == "basic_auth")
      #expect(actual.labels == ["team": "old"] && record.labels == ["team": "old"])
      #expect(try await store.value(robot, "password") == "p-1")
      #expect(try await store.value(robot, "username") == "ann")
    }
  }

  /// The first version has its time from a clock that is ahead: another host's, or that of a server which
  /// the store was copied to. What is there of the copy is not taken for one that is in use.
  @Test(arguments: [1, 2])
  func aCopyThatIsKilledBetweenVersionsContinues(writes: Int) async throws {
    let it = try CopyFixture()
    try await it.source.carryOut(robot, .create, token("t-1"), at: 90)
    try await it.source.update(robot, token("t-2"), at: 60)
    try await it.source.update(robot, token("t-3"), at: 30)
    #expect(await !it.copied(try it.compared(), killedAfter: writes).faults.isEmpty)
    #expect(try await it.target.value(robot, "token") == "t-\(writes)")
    #expect(try await it.faultsOfFinish().map(\.code) == [.copyDiffers])
    #expect(try await it.copy().isEmpty)
    #expect(try await it.target.value(robot, "token") == "t-3")
    #expect(try await it.target.history?.versions(of: robot).count == 3)
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  // MARK: Fields that others write

  /// Shows the source's records as they were: another tool wrote since.
  private struct EarlierRecords: ConnectionReader {
    let base: any ConnectionReader
    let records: [ConnectionName: AppliedRecord]

    func read() async throws(StoreError) -> Snapshot {
      let now = try await base.read()
      return Snapshot(actual: now.actual, applied: records)
    }
  }

  private func fields(_ key: String, _ host: String) -> [FieldName: FieldWrite] {
    [
      "token": .keep(ciphertext: "digest of t-1"), "key": .secret(secret(key), ciphertext: "key"),
      "host": .plain(.string(host)),
    ]
  }

  @Test func ignoredFieldsAreCopiedAsTheyAre() async throws {
    var it = try CopyFixture()
    try await it.source.carryOut(
      robot, .create, token("t-1").merging(fields("k-1", "one")) { first, _ in first })
    let reader = EarlierRecords(
      base: it.source.reader, records: try await it.source.reader.read().applied)
    try await it.source.update(robot, fields("k-2", "two"), at: 10)
    let changed = try await it.copy(reader: reader)
    #expect(changed.map(\.code) == [.copyBlocked])
    it.ignored = [robot: ["key", "host"]]
    #expect(try await it.copy(reader: reader).isEmpty)
    #expect(try await it.target.value(robot, "key") == "k-2")
    #expect(try await it.target.value(robot, "host") == "two")
    // The other tool writes again: so does the next copy.
    try await it.source.update(robot, fields("k-3", "three"), at: 20)
    #expect(try await it.copy(reader: reader).isEmpty)
    #expect(try await it.target.value(robot, "key") == "k-3")
    #expect(try await it.target.value(robot, "host") == "three")
    #expect(try await it.target.value(robot, "token") == "t-1")
    // It may not change what is declared.
    try await it.source.update(
      robot, token("t-2").merging(fields("k-3", "three")) { first, _ in first }, at: 30)
    #expect(try await it.copy(reader: reader).map(\.code) == [.copyBlocked])
  }

  /// They were imported where no key could compare them.
  @Test func fieldsWithoutARecordAreCopiedWithoutOne() async throws {
    let it = try CopyFixture()
    let record = try #require(
      try await it.source.carryOut(
        robot, .create,
        token("t-1").merging(
          ["key": .secret(secret("k-1"), ciphertext: "key"), "host": .plain(.string("one"))]
        ) { first, _ in first }))
    try await it.source.carryOut(
      robot, .record(record.storeID, at: record.version),
      ["token": .keep(ciphertext: "digest of t-1")])
    for _ in 0..<2 {
      #expect(try await it.copy().isEmpty)
      let snapshot = try await it.target.reader.read()
      #expect(snapshot.applied[robot]?.fields.keys.sorted() == ["token"])
      #expect(snapshot.actual[robot]?.version == "1")
      #expect(try await it.target.value(robot, "key") == "k-1")
      #expect(try await it.target.value(robot, "host") == "one")
    }
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  /// What no record describes is compared as well.
  @Test func aFieldWithoutARecordThatDiffersIsFound() async throws {
    let it = try CopyFixture()
    try await put(.secret(secret("k-1"), ciphertext: "key"), in: it.source)
    try await put(.secret(secret("k-2"), ciphertext: "key"), in: it.target)
    let faults = try await StoreCopyVerifier(it.source, it.target).faults(it.compared())
    #expect(faults.flatMap(\.notes) == ["`key` differs"])
  }

  /// A server's snapshot has the recorded fields alone, and it has no codes.
  private struct RecordedFields: ConnectionReader {
    let base: any ConnectionReader

    func read() async throws(StoreError) -> Snapshot {
      let all = try await base.read()
      let actual = all.actual.mapValues { connection in
        ActualConnection(
          id: connection.id, name: connection.name, app: connection.app,
          setupType: connection.setupType,
          fields: connection.fields.filter {
            all.applied[connection.name]?.fields[$0.key] != nil
          }, labels: connection.labels, grantedScopes: connection.grantedScopes,
          version: connection.version, updatedAt: connection.updatedAt)
      }
      return Snapshot(actual: actual, applied: all.applied)
    }
  }

  private func asServer(_ store: Store) -> Store {
    var server = store
    server.reader = RecordedFields(base: store.reader)
    server.authentication = nil
    return server
  }

  /// The field `key` without a record, as a plain value or a secret.
  private func put(_ key: FieldWrite, in store: Store) async throws {
    let record = try #require(
      try await store.carryOut(
        robot, .create, token("t-1").merging(["key": key]) { first, _ in first }))
    try await store.carryOut(
      robot, .record(record.storeID, at: record.version),
      ["token": .keep(ciphertext: "digest of t-1")])
  }

  /// Neither snapshot shows that there is such a field.
  @Test(arguments: ["k-1", "k-2"])
  func whatOnlyAServersDataHasIsCompared(key: String) async throws {
    let it = try CopyFixture()
    try await put(.secret(secret("k-1"), ciphertext: "key"), in: it.source)
    try await put(.secret(secret(key), ciphertext: "key"), in: it.target)
    let (source, target) = (asServer(it.source), asServer(it.target))
    let faults = try await StoreCopyVerifier(source, target)
      .faults(StoreCopyComparison(source, target))
    #expect(faults.flatMap(\.notes) == (key == "k-1" ? [] : ["`key` differs"]))
  }

  /// A server does not know of a field without a record whether it is a secret.
  @Test(arguments: [("7", true), ("8", false)])
  func aPlainValueAndASecretAreComparedAsText(value: String, isSame: Bool) async throws {
    for isPlainFirst in [true, false] {
      let it = try CopyFixture()
      let key = FieldWrite.secret(secret(value), ciphertext: "key")
      try await put(isPlainFirst ? .plain(.number("7")) : key, in: it.source)
      try await put(isPlainFirst ? key : .plain(.number("7")), in: it.target)
      let faults = try await StoreCopyVerifier(it.source, it.target).faults(it.compared())
      #expect(faults.flatMap(\.notes) == (isSame ? [] : ["`key` differs"]))
    }
  }

  // MARK: Grants

  @Test func anOriginalWithAnotherGrantIsNotRemoved() async throws {
    let it = try CopyFixture()
    try await it.source.carryOut(robot, .create, token("t-1"))
    #expect(try await it.copy().isEmpty)
    try await it.source.grants.recordGrant(["read"], for: robot, by: later(60))
    let faults = try await it.faultsOfFinish()
    #expect(faults.map(\.code) == [.copyDiffers])
    #expect(faults.allSatisfy { $0.message.contains("granted scopes") }, "\(faults)")
    #expect(try await it.copy().isEmpty)
    #expect(try await it.target.reader.read().actual[robot]?.grantedScopes == ["read"])
    #expect(try await it.faultsOfFinish().isEmpty)
  }

  // MARK: Cost

  @Test func grantsAreCopiedWithoutReadingTheStoreForEach() async throws {
    let it = try CopyFixture()
    let names = try (0..<20).map { try name("c-\($0)") }
    for name in names {
      try await it.source.carryOut(name, .create, token("t-1"))
      try await it.source.grants.recordGrant(["read"], for: name, by: later())
    }
    let comparison = try await it.compared()
    let before = it.reads.value
    #expect(await it.copied(comparison).done.count == names.count)
    #expect(it.reads.value == before)
    let copy = try await it.target.reader.read()
    #expect(copy.actual.values.allSatisfy { $0.grantedScopes == ["read"] })
  }

  /// Who knows the snapshot is still kept from others' connections.
  @Test func aGrantOfAnothersConnectionIsRefused() async throws {
    let it = try CopyFixture()
    try await it.target.carryOut(robot, .create, token("t-1"))
    let snapshot = try await it.target.reader.read()
    let other = Owner(
      project: try #require(ProjectID(String(repeating: "b", count: 20))), name: "other",
      environment: nil)
    let foreign = Snapshot(
      foreign: try [robot: #require(snapshot.applied[robot]).owned(by: other)])
    await #expect(throws: StoreError.ownedByOther(robot, other)) {
      try await it.target.grants(knowing: foreign).recordGrant(["read"], for: robot, by: later())
    }
  }
}
