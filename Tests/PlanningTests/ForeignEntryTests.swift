import Diagnostics
import Model
import Planning
import Testing

@Suite struct ForeignEntryTests {
  @Test func anEntryOfOthersConcernsNothingElse() throws {
    var it = try Scenario()
    it.fields["zone"] = .plain(.string("us"))
    let plan = it.planned(foreign: [
      ForeignEntry(id: "x", name: " odd", reason: .invalidName),
      ForeignEntry(id: "y", name: "it", reason: .sharedName, connection: it.name),
      ForeignEntry(id: "z", name: "", reason: .unreadable),
    ])
    #expect(plan.changes.count == 1)
    #expect(Set(plan.codes) == [.foreignEntry, .ambiguousName] && plan.codes.count == 3)
    #expect(plan.findings.allSatisfy { $0.diagnostic.severity == .info && !$0.isBlocking })
  }

  /// Neither is one of them taken, nor a third one created.
  @Test func aNameThatTwoHaveIsLeftAlone() throws {
    var it = try Scenario()
    it.actual = nil
    it.applied = nil
    it.options.adopts = true
    let foreign = ["x", "y"].map {
      ForeignEntry(id: StoreID($0), name: "it", reason: .sharedName, connection: it.name)
    }
    let plan = it.planned(foreign: foreign)
    #expect(plan.changes.isEmpty && plan.codes == [.ambiguousName])
    #expect(plan.findings[0].isBlocking && plan.findings[0].diagnostic.notes[0].contains("x, y"))
    // Also under a previous name.
    it.former = it.name
    it.name = try #require(ConnectionName("new"))
    #expect(it.planned(foreign: foreign).changes.isEmpty)
  }

  /// It is not gone, so it is neither created again nor forgotten.
  @Test func aConnectionOfOursInAFormThatCannotBeReadIsLeftAlone() throws {
    var it = try Scenario()
    it.actual = nil
    it.options.prunes = true
    let foreign = [
      ForeignEntry(id: "id", name: "it", reason: .unreadable, connection: it.name)
    ]
    for declared in [true, false] {
      let plan = it.planned(declared: declared, foreign: foreign)
      #expect(plan.changes.isEmpty && plan.codes == [.foreignEntry])
      #expect(plan.findings[0].isBlocking == declared)
    }
  }
}
