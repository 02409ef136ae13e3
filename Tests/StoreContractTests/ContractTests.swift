import Foundation
import Model
import Secrets
import Stores
import TestSupport
import Testing

/// What every store does alike; what one alone does is tried with it.
@Suite struct StoreContractTests {
  private func twilio(
    _ connection: String, _ action: StoreWrite.Action, account: String = "AC1",
    key: FieldWrite? = .secret(secret("t0ken"), ciphertext: "c1"), labels: [String: String] = [:],
    scopes: Set<Scope>? = nil
  ) throws -> StoreWrite {
    var fields: [FieldName: FieldWrite] = ["account_id": .plain(.string(account))]
    fields["api_key"] = key
    return try write(
      connection, action, app: "twilio", setup: "api_key", fields: fields, labels: labels,
      scopes: scopes)
  }

  private func empty(_ connection: String) throws -> StoreWrite {
    try write(connection, .create, app: "slack", setup: nil)
  }

  @Test(arguments: StoreKind.allCases)
  func whatIsCreatedIsReadBackWithItsRecord(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    #expect(try await contract.opened().reader.read().isEmpty, "nothing, and no error")
    let record = try #require(
      try await contract.opened().apply(
        twilio("a b/ä", .create, labels: ["team": "x"], scopes: ["read"])))
    let blank = try #require(try await contract.opened().apply(empty("blank")))
    let snapshot = try await contract.opened().reader.read()
    #expect(snapshot.applied == [try name("a b/ä"): record, try name("blank"): blank])
    let found = try #require(snapshot.actual[name("a b/ä")])
    #expect(found.id == record.storeID && found.version == record.version)
    #expect(found.app == "twilio" && found.setupType == "api_key")
    #expect(found.labels == ["team": "x"] && found.grantedScopes == nil && found.unseen == nil)
    #expect(found.fields["account_id"] == .plain(.string("AC1")))
    #expect(found.fields["api_key"] == .secret(version: record.sealed("api_key")?.version))
    #expect(record.sealed("api_key")?.digest != nil)
    #expect(record.scopes == ["read"] && record.provenance == provenance)
    let other = try #require(snapshot.actual[name("blank")])
    #expect(other.setupType == nil && other.fields.isEmpty && other.unseen == nil)
  }

  @Test(arguments: StoreKind.allCases)
  func anUpdateHasAVersionOfItsOwn(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let before = try #require(try await contract.opened().apply(twilio("a", .create)))
    let after = try #require(
      try await contract.opened().apply(
        twilio(
          "a", .update(before.storeID, from: before.version), account: "AC2",
          key: .secret(secret("n3w"), ciphertext: "c2"))))
    #expect(after.storeID == before.storeID && after.version != before.version)
    #expect(after.sealed("api_key")?.digest != before.sealed("api_key")?.digest)
    let found = try #require(try await contract.opened().reader.read().actual[name("a")])
    #expect(found.fields["account_id"] == .plain(.string("AC2")) && found.version == after.version)
  }

  @Test(arguments: StoreKind.allCases)
  func aRenameKeepsTheIdAndTheValues(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let before = try #require(try await contract.opened().apply(twilio("old", .create)))
    let rename = StoreWrite.Action.rename(
      before.storeID, from: before.version, formerly: try name("old"))
    let after = try #require(
      try await contract.opened().apply(
        twilio("new", rename, key: .keep(ciphertext: "c2"))))
    #expect(after.storeID == before.storeID)
    #expect(after.sealed("api_key")?.digest == before.sealed("api_key")?.digest)
    let snapshot = try await contract.opened().reader.read()
    #expect(snapshot.actual.keys.map(\.rawValue) == ["new"])
    #expect(snapshot.applied == [try name("new"): after])
    #expect(
      try await contract.opened().compareWithRecords([
        (FieldAddress(name("new"), "api_key"), secret("t0ken")),
        (FieldAddress(name("new"), "api_key"), secret("other")),
        (FieldAddress(name("new"), "account_id"), secret("AC1")),
        (FieldAddress(name("nobody"), "api_key"), secret("t0ken")),
      ]) == [.same, .different, nil, nil])
  }

  @Test(arguments: StoreKind.allCases)
  func recordingLeavesTheConnectionAsItIs(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let before = try #require(try await contract.opened().apply(twilio("a", .create)))
    let after = try #require(
      try await contract.opened().apply(
        twilio(
          "a", .record(before.storeID, at: before.version), key: .keep(ciphertext: "c2"),
          scopes: ["read"])))
    #expect(after.version == before.version && after.scopes == ["read"])
    #expect(after.sealed("api_key")?.digest == before.sealed("api_key")?.digest)
    #expect(try await contract.opened().reader.read().applied == [try name("a"): after])
  }

  @Test(arguments: StoreKind.allCases)
  func deletingTakesTheRecordAlongAndTheNameIsFree(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let first = try #require(try await contract.opened().apply(twilio("a", .create)))
    let gone = try await contract.opened().apply(
      write("a", .delete(first.storeID, from: first.version), app: "twilio", setup: nil))
    #expect(gone == nil)
    #expect(try await contract.opened().reader.read().isEmpty)
    let again = try #require(try await contract.opened().apply(twilio("a", .create)))
    #expect(again.storeID != first.storeID)
    let replaced = try #require(
      try await contract.opened().apply(
        write("a", .replace(again.storeID, from: again.version), app: "slack", setup: nil)))
    #expect(replaced.storeID != again.storeID)
    let found = try #require(try await contract.opened().reader.read().actual[name("a")])
    #expect(found.app == "slack" && found.fields.isEmpty)
  }

  @Test(arguments: StoreKind.allCases)
  func whatOthersChangedIsAConflictAndStays(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let record = try #require(try await contract.opened().apply(twilio("a", .create)))
    try await contract.touch("a")
    let theirs = try #require(try await contract.opened().reader.read().actual[name("a")])
    #expect(theirs.version != record.version, "drift shows")
    let conflict = StoreError.versionConflict(
      try name("a"), expected: record.version, found: theirs.version)
    for action: StoreWrite.Action in [
      .update(record.storeID, from: record.version),
      .delete(record.storeID, from: record.version),
    ] {
      await #expect(throws: conflict) { try await contract.opened().apply(twilio("a", action)) }
    }
    #expect(try await contract.opened().reader.read().actual[name("a")]?.version == theirs.version)
    if kind.keepsVersions {
      await #expect(throws: StoreError.nameTaken(try name("a"))) {
        try await contract.opened().apply(twilio("a", .create))
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aGrantMakesNoVersion(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let record = try #require(try await contract.opened().apply(twilio("a", .create)))
    try await contract.opened().grants.recordGrant(
      ["read", "write"], for: name("a"), by: provenance)
    let found = try #require(try await contract.opened().reader.read().actual[name("a")])
    #expect(found.grantedScopes == ["read", "write"] && found.version == record.version)
    await #expect(throws: StoreError.notFound(try name("b"))) {
      try await contract.opened().grants.recordGrant(["read"], for: name("b"), by: provenance)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func oneHolderHasTheLock(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let mine = holder(host: "one")
    let theirs = holder(host: "two")
    let store = try contract.opened()
    #expect(try await store.lock.tryLock(mine) == .acquired)
    guard case .held(let who) = try await contract.opened().lock.tryLock(theirs) else {
      Issue.record("it was given away")
      return
    }
    #expect(who.token == mine.token)
    try await store.lock.heartbeat(mine, at: Timestamp(Date()))
    try await store.lock.unlock(mine)
    let other = try contract.opened()
    #expect(try await other.lock.tryLock(theirs) == .acquired)
    await #expect(throws: StoreError.self) {
      try await store.lock.heartbeat(mine, at: Timestamp(Date()))
    }
    // Long silent, it is taken over.
    let later = LockHolder(
      token: "later", who: "eve@three", host: "three", processID: 1, processStart: nil,
      since: theirs.since.adding(seconds: 61), lastSeen: theirs.since.adding(seconds: 61))
    guard case .takenOver(let former) = try await contract.opened().lock.tryLock(later) else {
      Issue.record("a silent holder keeps it")
      return
    }
    #expect(former.token == theirs.token)
    await #expect(throws: StoreError.self) {
      try await other.lock.heartbeat(theirs, at: Timestamp(Date()))
    }
  }

  @Test(arguments: StoreKind.allCases)
  func theNextRunReportsOneThatNeverEnded(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let store = try contract.opened()
    let mine = holder()
    _ = try await store.lock.tryLock(mine)
    let run = try await store.journal.beginRun(
      [StoreIntent(name("a"), .create), StoreIntent(name("b"), .create)], by: provenance)
    _ = try await run.writer.carryOut(twilio("a", .create))

    // Another process takes the dead one's lock over.
    let next = try contract.opened()
    let later = LockHolder(
      token: "later", who: "eve@three", host: "three", processID: 1, processStart: nil,
      since: mine.since.adding(seconds: 61), lastSeen: mine.since.adding(seconds: 61))
    _ = try await next.lock.tryLock(later)
    let found = try await next.journal.recoverInterruptedRuns()
    #expect(found.map(\.planned) == [2] && found.map(\.done) == [1], "\(found)")
    #expect(try await next.journal.recoverInterruptedRuns().isEmpty, "reported once")
    let snapshot = try await next.reader.read()
    #expect(snapshot.actual.keys.map(\.rawValue) == ["a"])
    #expect(snapshot.applied[try name("a")]?.version == snapshot.actual[try name("a")]?.version)
  }

  @Test(arguments: StoreKind.allCases)
  func olderVersionsComeBackWhereTheyAreKept(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let first = try #require(try await contract.opened().apply(twilio("a", .create)))
    let second = try #require(
      try await contract.opened().apply(
        twilio(
          "a", .update(first.storeID, from: first.version), account: "AC2",
          key: .secret(secret("n3w"), ciphertext: "c2"))))
    let history = try contract.opened().history
    #expect((history != nil) == kind.keepsVersions)
    guard let history else { return }
    let versions = try await history.versions(of: name("a"))
    #expect(versions.map(\.version) == [second.version, first.version])
    #expect(versions.map(\.state) == [.present, .kept])
    #expect(versions.first?.who == "ann@laptop" && versions.first?.commit == "0123456789abcdef")
    let back = try await history.rollBack(name("a"), to: first.version, by: provenance)
    #expect(back.version != first.version && back.version != second.version)
    let snapshot = try await contract.opened().reader.read()
    #expect(snapshot.applied == [try name("a"): back])
    let found = try #require(snapshot.actual[name("a")])
    #expect(found.version == back.version && found.fields["account_id"] == .plain(.string("AC1")))
    let address = FieldAddress(try name("a"), "api_key")
    #expect(
      try await contract.opened().compareWithRecords([
        (address, secret("t0ken")), (address, secret("n3w")),
      ])
        == [.same, .different])
    await #expect(throws: StoreError.self) {
      _ = try await history.rollBack(name("a"), to: "99", by: provenance)
    }
    await #expect(throws: StoreError.notFound(try name("b"))) {
      _ = try await history.rollBack(name("b"), to: "1", by: provenance)
    }
  }

  /// A dead process of this host has lost the lock at once, a living one after a minute of silence,
  /// wherever it is.
  @Test(arguments: StoreKind.allCases)
  func theLockIsTakenFromTheDeadAndTheSilentAlone(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let start = Timestamp(Date())
    func candidate(
      _ token: String, after seconds: Int64, process: Int32, startedAt processStart: String? = nil
    ) -> LockHolder {
      LockHolder(
        token: token, who: "\(token)@here", host: "here", processID: process,
        processStart: processStart, since: start.adding(seconds: seconds),
        lastSeen: start.adding(seconds: seconds))
    }
    let own = ProcessInfo.processInfo.processIdentifier
    let dead = try run("/bin/sh", ["-c", "echo $$"]).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // Its id may be another process' by now, which started later.
    let killed = candidate(
      "killed", after: 0, process: try #require(Int32(dead)), startedAt: "1")
    #expect(try await contract.opened().lock.tryLock(killed) == .acquired)
    let living = candidate("living", after: 1, process: own)
    #expect(try await contract.opened().lock.tryLock(living) == .takenOver(from: killed))
    let early = candidate("early", after: 60, process: own)
    #expect(try await contract.opened().lock.tryLock(early) == .held(by: living))
    let feed = try contract.opened().feed
    let cursor = try await feed.currentCursor()
    let late = candidate("late", after: 61, process: own)
    let store = try contract.opened()
    #expect(try await store.lock.tryLock(late) == .takenOver(from: living))
    // Those who watch the store see it, also once the run has ended, and once.
    try await store.lock.unlock(late)
    let (events, next) = try await feed.events(after: cursor)
    #expect(events.map(\.kind) == [.lockTakenOver(from: living.who)])
    #expect(events.map(\.who) == [late.who])
    #expect(try await feed.events(after: next).0.isEmpty)
    // One that is taken while it is free is no take-over.
    let free = candidate("free", after: 62, process: own)
    #expect(try await store.lock.tryLock(free) == .acquired)
    try await store.lock.unlock(free)
    #expect(try await feed.events(after: next).0.isEmpty)
  }

  /// The parts that a store has are those of its kind, and each works.
  @Test(arguments: StoreKind.allCases)
  func optionalPartsWorkWhereTheyArePresent(kind: StoreKind) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let store = try contract.opened()
    let holds = !kind.writesWholeSetups
    #expect(store.traits.holdsRecords == holds && store.traits.writesWholeSetups != holds)
    #expect((store.secrets != nil) == holds && (store.tokens != nil) == holds)
    #expect((store.flows != nil) == !holds)
    let key = try #require(store.key)
    #expect(try await key.sealed() == nil)
    let none = try await key.present()
    #expect(none == nil)
    try await key.update(makesNew: false, by: provenance)
    #expect(try await key.sealed() == nil, "there is nothing to seal yet")
    let cursor = try await store.feed.currentCursor()
    try await store.apply(twilio("a", .create))

    let (events, next) = try await contract.opened().feed.events(after: cursor)
    #expect(events.map(\.kind) == [.created] && events.map(\.connection) == ["a"])
    #expect(try await contract.opened().feed.events(after: next).0.isEmpty)
    let sealed = try #require(try await contract.opened().key?.sealed())
    let address = FieldAddress(try name("a"), "api_key")
    if let secrets = try contract.opened().secrets {
      let value = try await secrets.secrets(of: [name("a")])[address]
      #expect(value?.constantTimeEquals(secret("t0ken")) == true)
    }
    if let flows = try contract.opened().flows { #expect(try await flows.flows().isEmpty) }
    switch try contract.opened().offline {
    case .reader(let reader):
      #expect(!holds)
      let copy = try await reader.snapshot()
      #expect(copy.applied == (try await contract.opened().reader.read().applied))
      #expect(try await reader.sealedKey() == sealed)
      #expect(
        try await contract.opened().compare(
          [(address, secret("t0ken"))], with: copy.applied, isOffline: true) == [.same])
    case .unavailable:
      #expect(holds)
      await #expect(throws: StoreError.self) { try await contract.opened().readOffline() }
    }
  }
}
