import Applying
import Diagnostics
import Model
import Planning
import SQLiteStore
import Stores
import Testing

@Suite struct ApplyTests {
  private let names = (0..<12).map { "c-\($0)" }

  @Test func carriesOutEveryChange() async throws {
    let fixture = try ApplyFixture()
    let outcome = try await fixture.apply(names)
    #expect(outcome.isComplete && outcome.doneCount == 12)
    #expect(outcome.results.map(\.change.connection.rawValue) == names, "in the plan's order")
    #expect(try await fixture.store.read().actual.count == 12)
    #expect(try await fixture.store.takeInterruptedRuns().isEmpty)
  }

  @Test func oneFailureLeavesTheRestToGoOn() async throws {
    let fixture = try ApplyFixture()
    let outcome = try await fixture.apply(names, opener: TestOpener(failing: ["c-3", "c-7"]))
    #expect(outcome.doneCount == 10 && !outcome.isComplete && outcome.faults.isEmpty)
    for (change, result) in outcome.results {
      guard case .failed(let diagnostics) = result else { continue }
      #expect(["c-3", "c-7"].contains(change.connection.rawValue))
      #expect(diagnostics.map(\.code) == [.bindingMismatch])
    }
    #expect(try await fixture.store.read().actual.count == 10)
  }

  @Test func aValueThatTheCatalogRefusesIsNotWritten() async throws {
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
    let outcome = try await fixture.apply(["c", "long-enough"], catalog: catalog)
    #expect(outcome.doneCount == 1)
    guard case .failed(let diagnostics) = outcome.results[0].result else { throw Unexpected() }
    #expect(diagnostics.map(\.code) == [.invalidSecretValue])
  }

  /// At whatever write the backend goes away, nothing more is begun, each connection is there as
  /// a whole or not at all, the next run tells it, and finishes it.
  @Test(arguments: [UnreliableStore.Fate.unavailableBefore, .unavailableAfter], 0..<6)
  func whereverItIsCutTheNextRunFinishes(_ fate: UnreliableStore.Fate, _ count: Int) async throws {
    let fixture = try ApplyFixture()
    let cut = UnreliableStore(fixture.store, fate, afterWrites: count)
    let outcome = try await fixture.apply(names, to: cut)
    #expect(outcome.doneCount == count && !outcome.isComplete)
    #expect(outcome.count { $0 == .skipped } > 0)

    let snapshot = try await fixture.store.read()
    #expect(Set(snapshot.actual.keys) == Set(snapshot.applied.keys))
    #expect(snapshot.actual.values.allSatisfy { $0.fields.count == 1 })

    let runs = try await fixture.store.takeInterruptedRuns()
    let run = try #require(runs.first)
    #expect(run.planned == 12 && run.done == snapshot.actual.count)

    let desired = try names.map { try connection($0) }
    let rest = Planner(
      PlanningInput(desired: desired, snapshot: snapshot, catalog: Catalog([]))
    ).plan()
    #expect(rest.changes.count == 12 - snapshot.actual.count)
    let healed = try await fixture.apply(rest.changes.map(\.connection.rawValue))
    #expect(healed.isComplete)
    let end = Planner(
      PlanningInput(
        desired: desired, snapshot: try await fixture.store.read(), catalog: Catalog([]))
    ).plan()
    #expect(end.changes.isEmpty && end.unchangedCount == 12)
  }

  @Test func tellsOfAKilledRunOnce() async throws {
    let fixture = try ApplyFixture()
    let intents = try ["half", "other"].map { StoreIntent(try connection($0).name, .create) }
    let run = try await fixture.store.beginRun(intents, by: provenance)
    try await fixture.store.intend(connection("half").name, in: run)
    let applier = Applier(
      store: fixture.store, lock: fixture.lock(), opener: TestOpener(), catalog: Catalog([]),
      runtime: still)
    let told = try await applier.interruptedRuns()
    #expect(told.map(\.code) == [.interruptedApply])
    #expect(told.first?.notes.first == "it did 0 of 2 changes; begun and not done: `half`")
    #expect(try await applier.interruptedRuns().isEmpty)
  }
}
