import Ledgers
import Model
import SQLiteStore
import Stores
import TestSupport
import Testing

@Suite struct WritingTests {
  @Test func aCreatedConnectionIsReadBackWithItsRecord() async throws {
    let test = try StoreUnderTest()
    let record = try await test.carryOut(
      write(
        "twilio-prod", .create,
        fields: [
          "base_url": .plain(.string("https://example.com")), "retries": .plain(.number("3")),
          "token": .secret(secret("t0ken"), ciphertext: "c1"),
        ], labels: ["team": "payments"], scopes: ["read", "write"]))
    let snapshot = try await test.another().read()
    let found = try #require(snapshot.actual[name("twilio-prod")])
    #expect(found.app == "http" && found.setupType == "bearer" && found.version == "1")
    #expect(found.labels == ["team": "payments"])
    #expect(
      found.fields == [
        "base_url": .plain(.string("https://example.com")), "retries": .plain(.number("3")),
        "token": .secret(version: "1"),
      ])
    #expect(found.grantedScopes == nil)
    #expect(found.updatedAt == provenance.at)
    let applied = try #require(record)
    #expect(snapshot.applied == [try name("twilio-prod"): applied])
    #expect(applied.scopes == ["read", "write"] && applied.provenance == provenance)
    #expect(applied.sealed("token")?.version == "1")
  }

  @Test func anUpdateWritesKeepsAndRemovesFieldByField() async throws {
    let test = try StoreUnderTest()
    let first = try await test.carryOut(
      write(
        "a", .create,
        fields: [
          "kept": .secret(secret("one"), ciphertext: "c1"),
          "rotated": .secret(secret("two"), ciphertext: "c2"),
          "dropped": .secret(secret("three"), ciphertext: "c3"),
          "plain": .plain(.string("same")),
        ]))
    let before = try #require(first)
    let after = try #require(
      try await test.carryOut(
        write(
          "a", .update(before.storeID, from: before.version),
          fields: [
            "kept": .keep(ciphertext: "c1-again"),
            "rotated": .secret(secret("four"), ciphertext: "c4"),
            "plain": .plain(.string("same")),
          ])))
    #expect(after.version == "2")
    #expect(after.sealed("kept")?.version == "1")
    #expect(after.sealed("kept")?.digest == before.sealed("kept")?.digest)
    #expect(after.sealed("rotated")?.version == "2")
    #expect(after.sealed("rotated")?.digest != before.sealed("rotated")?.digest)
    let found = try #require(try await test.backend.read().actual[name("a")])
    #expect(
      found.fields == [
        "kept": .secret(version: "1"), "rotated": .secret(version: "2"),
        "plain": .plain(.string("same")),
      ])
    #expect(
      try test.value(Int64.self, "SELECT version FROM field WHERE name = 'plain'") == 1,
      "a plain value that stays keeps its version")
  }

  @Test func aRenameKeepsIdValuesAndWhatIsLeftToOthers() async throws {
    let test = try StoreUnderTest()
    let before = try await test.create("old")
    let rename = StoreWrite.Action.rename(
      before.storeID, from: before.version, formerly: try name("old"))
    let after = try #require(
      try await test.carryOut(
        write("new", rename, fields: ["token": .keep(ciphertext: "c2"), "base_url": .leave])))
    #expect(after.storeID == before.storeID && after.version == "2")
    #expect(after.sealed("token")?.digest == before.sealed("token")?.digest)
    #expect(after.fields["base_url"] == before.fields["base_url"])
    let snapshot = try await test.backend.read()
    #expect(snapshot.actual.keys.map(\.rawValue) == ["new"])
    #expect(snapshot.applied.keys.map(\.rawValue) == ["new"])
    #expect(
      snapshot.actual[try name("new")]?.fields == [
        "token": .secret(version: "1"), "base_url": .plain(.string("https://example.com")),
      ])
    #expect(
      try await test.backend.events(of: name("old")).map(\.kind.stored) == [
        "create", "rename to new",
      ])
    #expect(
      try await test.backend.events(of: name("new")).map(\.kind.stored) == ["rename from old"])
    // Once done, it cannot be done again; nor onto a name that is taken.
    await #expect(throws: StoreError.self) { try await test.carryOut(write("new", rename)) }
    let other = try await test.create("other")
    let taken = StoreWrite.Action.rename(
      other.storeID, from: other.version, formerly: try name("other"))
    await #expect(throws: StoreError.nameTaken(try name("new"))) {
      try await test.carryOut(write("new", taken))
    }
  }

  @Test func whatIsNotThereCannotBeKept() async throws {
    let test = try StoreUnderTest()
    let record = try await test.create("a")
    let keeping = try write(
      "a", .update(record.storeID, from: record.version),
      fields: ["other": .keep(ciphertext: "c9")])
    await #expect(throws: StoreError.corrupt("field `other`, which the write keeps, is missing")) {
      try await test.carryOut(keeping)
    }
    #expect(try await test.backend.read().actual[name("a")]?.version == "1", "all or nothing")
    #expect(try await test.backend.read().actual[name("a")]?.fields.count == 2)
  }

  @Test func recordingLeavesTheConnectionAsItIs() async throws {
    let test = try StoreUnderTest()
    let before = try await test.create("a")
    let after = try #require(
      try await test.carryOut(
        write(
          "a", .record(before.storeID, at: before.version),
          fields: [
            "token": .keep(ciphertext: "c2"), "base_url": .plain(.string("https://example.com")),
          ], scopes: ["read"])))
    #expect(after.version == before.version && after.scopes == ["read"])
    guard case .sealed(let ciphertext, let digest, _) = after.fields["token"] else {
      Issue.record("the token is not sealed")
      return
    }
    #expect(ciphertext == "c2" && digest == before.sealed("token")?.digest)
    #expect(try await test.backend.read().actual[name("a")]?.version == "1")
  }

  @Test func replacingAndDeletingTakeTheOldOneWithThem() async throws {
    let test = try StoreUnderTest()
    let old = try await test.create("a")
    let new = try #require(
      try await test.carryOut(
        write("a", .replace(old.storeID, from: old.version), app: "slack", setup: nil)))
    #expect(new.storeID != old.storeID && new.version == "1")
    #expect(try await test.backend.read().actual[name("a")]?.app == "slack")
    #expect(try test.value(Int.self, "SELECT count(*) FROM field") == 0)

    let gone = try await test.carryOut(write("a", .delete(new.storeID, from: new.version)))
    #expect(gone == nil)
    #expect(try await test.backend.read().isEmpty)
    #expect(try test.value(Int.self, "SELECT count(*) FROM version") == 0)
    #expect(
      try await test.backend.events(of: name("a")).map(\.kind.stored) == [
        "create", "create", "delete",
      ])
  }

  @Test func everyWriteComparesTheVersionThatWasSeen() async throws {
    let test = try StoreUnderTest()
    let first = try await test.create("a")
    try await test.carryOut(write("a", .update(first.storeID, from: "1")))
    let conflict = StoreError.versionConflict(try name("a"), expected: "1", found: "2")
    for action: StoreWrite.Action in [
      .update(first.storeID, from: "1"), .record(first.storeID, at: "1"),
      .replace(first.storeID, from: "1"), .delete(first.storeID, from: "1"),
    ] {
      await #expect(throws: conflict) { try await test.carryOut(write("a", action)) }
    }
    await #expect(
      throws: StoreError.versionConflict(try name("a"), expected: "2", found: nil),
      "another connection's id"
    ) { try await test.carryOut(write("a", .update("elsewhere", from: "2"))) }
    await #expect(throws: StoreError.nameTaken(try name("a"))) {
      try await test.carryOut(write("a", .create))
    }
    #expect(try await test.backend.read().actual[name("a")]?.version == "2")
  }

  @Test func tellsEqualValuesFromOthersWithoutShowingThem() async throws {
    let test = try StoreUnderTest()
    try await test.create("a", token: "same")
    try await test.create("b", token: "same")
    let other = test.another()
    func address(_ text: String, _ field: FieldName) throws -> FieldAddress {
      FieldAddress(try name(text), field)
    }
    let found = try await other.store.compareWithRecords([
      (address("a", "token"), secret("same")), (address("a", "token"), secret("other")),
      (address("a", "base_url"), secret("same")), (address("nobody", "token"), secret("same")),
    ])
    #expect(found == [.same, .different, nil, nil])
    let records = try await other.read().applied
    #expect(
      try records[name("a")]?.sealed("token")?.digest
        != records[name("b")]?.sealed("token")?.digest,
      "equal values of two connections do not show")
  }

  @Test func recordsGrantsWithoutANewVersion() async throws {
    let test = try StoreUnderTest()
    try await test.create("a")
    try await test.backend.recordGrant(["read"], for: name("a"), by: provenance)
    let found = try #require(try await test.backend.read().actual[name("a")])
    #expect(found.grantedScopes == ["read"] && found.version == "1")
    await #expect(throws: StoreError.notFound(try name("b"))) {
      try await test.backend.recordGrant(["read"], for: name("b"), by: provenance)
    }
  }

  @Test func keepsTheLastTwentyVersionsAndEveryEvent() async throws {
    let test = try StoreUnderTest()
    let first = try await test.create("a")
    for number in 1...25 {
      try await test.carryOut(
        write("a", .update(first.storeID, from: StoreVersion(String(number)))))
    }
    let history = try await test.backend.versions(of: name("a"))
    #expect(history.map(\.version.rawValue) == (7...26).reversed().map(String.init))
    let events = try await test.backend.events(of: name("a"))
    #expect(events.count == 26)
    #expect(events.last?.commit == "0123456789abcdef" && events.last?.who == "ann@laptop")
    #expect(throws: (any Error).self) { try test.execute("DELETE FROM event") }
    #expect(throws: (any Error).self) { try test.execute("UPDATE event SET who = 'nobody'") }
  }

  /// A write without the key would make what it writes look like damage.
  @Test func plansNeedNoKeyAndWritesDo() async throws {
    let test = try StoreUnderTest()
    // Before the first secret there is no key.
    try await test.carryOut(write("a", .create, setup: nil))
    let other = test.another(TestProtection(opens: false))
    let plain = try await other.beginRun([], by: provenance)
    _ = try await plain.writer.carryOut(write("b", .create, setup: nil))
    #expect(try await other.read().doubt == nil)

    try await test.create("c")
    let snapshot = try await other.read()
    #expect(snapshot.actual.count == 3 && snapshot.doubt?.contains("not checked") == true)
    let run = try await other.beginRun([], by: provenance)
    for fields: [FieldName: FieldWrite] in [
      [:], ["token": .secret(secret("x"), ciphertext: "c")],
    ] {
      await #expect(throws: StoreError.keyUnavailable("no key is here")) {
        _ = try await run.writer.carryOut(write("d", .create, fields: fields))
      }
    }
    #expect(try await other.read().actual[name("d")] == nil)
    #expect(try await test.another().faults() == [])
  }

  @Test func tellsWhatAKilledRunLeft() async throws {
    let test = try StoreUnderTest()
    let run = try await test.backend.beginRun(
      [
        StoreIntent(name("a"), .create), StoreIntent(name("b"), .create),
        StoreIntent(name("c"), .create),
      ], by: provenance)
    _ = try await run.writer.carryOut(write("a", .create, setup: nil))
    // Journaled, and not done.
    _ = try? await run.writer.carryOut(write("b", .update("nobody", from: "1"), setup: nil))
    let next = test.another()
    #expect(
      try await next.recoverInterruptedRuns() == [
        InterruptedRun(provenance: provenance, planned: 3, done: 1, inDoubt: [try name("b")])
      ])
    #expect(try await next.recoverInterruptedRuns().isEmpty, "reported once")
  }

  /// A file that was edited can hold any number; neither an update nor a rollback counts on it.
  @Test(arguments: [Int64.max, -1, .min])
  func aVersionOutOfRangeIsAnError(number: Int64) async throws {
    let test = try StoreUnderTest()
    let id = try await test.create("a").storeID
    try test.execute(
      "PRAGMA ignore_check_constraints = ON; UPDATE connection SET version = \(number)")
    let update = await #expect(throws: StoreError.self) {
      try await test.carryOut(
        write("a", .update(id, from: StoreVersion(String(number))), setup: nil))
    }
    #expect(update?.isCorrupt ?? false, "\(update as Any)")
    let rollback = await #expect(throws: StoreError.self) {
      try await test.backend.rollBack(name("a"), to: "1", by: provenance)
    }
    #expect(rollback?.isCorrupt ?? false, "\(rollback as Any)")
  }

  @Test(arguments: [Int64.max, -1, .min])
  func aLedgerNumberOutOfRangeIsAnError(number: Int64) async throws {
    let test = try StoreUnderTest()
    let ledger = SQLiteLedger(path: test.path, name: "it")
    let empty = LedgerDraft(LedgerContents(), since: nil)
    try ledger.reset(to: empty, by: provenance)
    try test.execute("UPDATE ledger SET number = \(number)")
    let failure = #expect(throws: StoreError.self) {
      try ledger.reset(to: empty, by: provenance)
    }
    #expect(failure?.isCorrupt ?? false, "\(failure as Any)")
    let present = try ledger.read(isOffline: false)
    let move = #expect(throws: StoreError.self) {
      try ledger.move(
        from: present, on: present, to: LedgerDraft(present.contents, since: present),
        message: "m", by: provenance, isShared: false)
    }
    #expect(move?.isCorrupt ?? false, "\(move as Any)")
  }
}
