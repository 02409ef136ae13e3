import Applying
import Diagnostics
import Model
import Planning
import Stores
import TestSupport
import Testing

@Suite struct ApplyTests {
  private let names = (0..<12).map { "c-\($0)" }

  @Test func carriesOutEveryChange() async throws {
    let fixture = try ApplyFixture()
    let outcome = try await fixture.apply(names)
    #expect(outcome.isComplete && outcome.doneCount == 12)
    #expect(outcome.results.map(\.change.connection.rawValue) == names, "in the plan's order")
    #expect(try await fixture.store.reader.read().actual.count == 12)
    #expect(try await fixture.store.journal.recoverInterruptedRuns().isEmpty)
  }

  @Test func oneFailureLeavesTheRestToGoOn() async throws {
    let fixture = try ApplyFixture()
    #expect(try await fixture.apply(["c-3", "c-7"]).isComplete)
    let outcome = try await fixture.apply(names)
    #expect(outcome.doneCount == 10 && !outcome.isComplete && outcome.faults.isEmpty)
    for (change, result) in outcome.results {
      guard case .failed(let diagnostics) = result else { continue }
      #expect(["c-3", "c-7"].contains(change.connection.rawValue))
      #expect(diagnostics.map(\.code) == [.nameTaken])
    }
    #expect(try await fixture.store.reader.read().actual.count == 12)
  }

  private func expectNothingDone(
    _ fixture: ApplyFixture, _ outcome: ApplyOutcome, faults: [DiagnosticCode]
  ) async throws {
    #expect(outcome.faults.map(\.code) == faults)
    #expect(outcome.results.allSatisfy { $0.result == .skipped } && !outcome.mayHaveChanged)
    #expect(try await fixture.store.reader.read().actual.isEmpty)
    #expect(try await fixture.store.journal.recoverInterruptedRuns().isEmpty, "nothing was begun")
  }

  @Test func valuesThatDoNotOpenAreAllFoundBeforeTheFirstWrite() async throws {
    let fixture = try ApplyFixture()
    let outcome = try await fixture.apply(names, opener: TestOpener(failing: ["c-3", "c-11"]))
    try await expectNothingDone(
      fixture, outcome, faults: [.bindingMismatch, .bindingMismatch])
  }

  @Test func aValueThatTheCatalogRefusesIsFoundBeforeTheFirstWrite() async throws {
    let fixture = try ApplyFixture()
    let catalog = Catalog([
      App(
        id: "crm", name: "CRM",
        setups: [
          SetupShape(
            type: "token",
            fields: [FieldShape("token", secret: true, ValueConstraint(min: 4))])
        ])
    ])
    let outcome = try await fixture.apply(["long-enough", "z"], catalog: catalog)
    try await expectNothingDone(fixture, outcome, faults: [.invalidSecretValue])
  }

  @Test func aStoreKeyThatDoesNotOpenIsFoundBeforeTheFirstWrite() async throws {
    let fixture = try ApplyFixture()
    var locked = fixture.store
    locked.key = StoreKeyHolder(KeyOfOthers(), protection: TestProtection(opens: false))
    let outcome = try await fixture.apply(names, to: locked)
    try await expectNothingDone(fixture, outcome, faults: [.storeKeyUnavailable])
  }

  /// A key that exists and is sealed for somebody else.
  private struct KeyOfOthers: SealedKeyStorage {
    func sealedKey() async throws(StoreError) -> String? { "00" }
    func addSealedKey(_ key: StoreKey) async throws(StoreError) -> Bool { false }
    func replaceSealedKey(
      _ rotation: KeyRotation, by provenance: Provenance
    ) async throws(StoreError) { Issue.record("nobody can open it") }
  }

  /// At whatever write the backend goes away, nothing more is begun, each connection is whole or absent,
  /// and the next run reports it and finishes.
  @Test func aStoreKeyThatCannotBeReadIsNotReportedAsChanged() async throws {
    let planned = try SealedMessage(armored: sealedText(7)).digest
    let change = StoreKeyChange(added: ["Ben"], removed: [], current: planned)
    let cases: [(reads: [RecordedKey.Read], fault: DiagnosticCode)] = [
      ([.unavailable], .storeUnavailable), ([.text(sealedText(8))], .stalePlan),
      ([.absent], .stalePlan), ([.text("no message")], .stalePlan),
    ]
    for (reads, fault) in cases {
      let fixture = try ApplyFixture()
      var store = fixture.store
      store.key = RecordedKey(reads)
      let outcome = try await fixture.apply(names, to: store, storeKey: change)
      try await expectNothingDone(fixture, outcome, faults: [fault])
    }
  }

  @Test func aStoreKeyThatMayHaveBeenSealedAgainSaysSo() async throws {
    let planned = sealedText(7)
    let change = StoreKeyChange(
      added: ["Ben"], removed: [], current: try SealedMessage(armored: planned).digest)
    let cases: [(after: RecordedKey.Read, mayHaveChanged: Bool)] = [
      (.unavailable, true), (.text(sealedText(8)), true), (.text(planned), false),
    ]
    for (after, mayHaveChanged) in cases {
      let fixture = try ApplyFixture()
      var store = fixture.store
      store.key = RecordedKey([.text(planned), after])
      let outcome = try await fixture.apply([], to: store, storeKey: change)
      #expect(outcome.faults.map(\.code) == [.outcomeUnknown])
      #expect(outcome.mayHaveChanged == mayHaveChanged, "\(after)")
    }
  }

  @Test(arguments: [UnreliableJournal.Fate.unavailableBefore, .unavailableAfter], 0..<6)
  func whereverItIsCutTheNextRunFinishes(_ fate: UnreliableJournal.Fate, _ count: Int) async throws
  {
    let fixture = try ApplyFixture()
    let cut = fixture.store.unreliable(fate, afterWrites: count)
    let outcome = try await fixture.apply(names, to: cut)
    #expect(outcome.doneCount == count && !outcome.isComplete)
    #expect(outcome.count { $0 == .skipped } > 0)
    #expect(outcome.mayHaveChanged, "what the backend did is not known")

    let snapshot = try await fixture.store.reader.read()
    #expect(Set(snapshot.actual.keys) == Set(snapshot.applied.keys))
    #expect(snapshot.actual.values.allSatisfy { $0.fields.count == 1 })

    let runs = try await fixture.store.journal.recoverInterruptedRuns()
    let run = try #require(runs.first)
    #expect(run.planned == 12 && run.done == snapshot.actual.count)

    let desired = try names.map { try connection($0) }
    let rest = Planner(
      PlanningInput(desired: desired, snapshot: snapshot, catalog: Catalog([]))
    ).plan()
    #expect(rest.changes.count == 12 - snapshot.actual.count)
    let finished = try await fixture.apply(rest.changes.map(\.connection.rawValue))
    #expect(finished.isComplete)
    let end = Planner(
      PlanningInput(
        desired: desired, snapshot: try await fixture.store.reader.read(), catalog: Catalog([]))
    ).plan()
    #expect(end.changes.isEmpty && end.unchangedCount == 12)
  }

  @Test func reportsAKilledRunOnce() async throws {
    let fixture = try ApplyFixture()
    let intents = try ["half", "other"].map { StoreIntent(try connection($0).name, .create) }
    let run = try await fixture.store.journal.beginRun(intents, by: provenance)
    // Journaled, and not done.
    _ = try? await run.writer.carryOut(
      StoreWrite(
        name: connection("half").name, action: .update("nobody", from: "1"), app: "crm",
        setupType: nil, fields: [:], provenance: provenance))
    let applier = Applier(
      store: fixture.store, lock: fixture.lock(), opener: TestOpener(), catalog: Catalog([]),
      runtime: still)
    let warnings = try await applier.interruptedRuns()
    #expect(warnings.map(\.code) == [.interruptedApply])
    #expect(
      warnings.first?.notes.first
        == "it completed 0 of 2 changes; started but not completed: `half`")
    #expect(try await applier.interruptedRuns().isEmpty)
  }
}
