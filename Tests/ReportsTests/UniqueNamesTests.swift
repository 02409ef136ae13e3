import Reports
import Testing

@Suite struct UniqueNamesTests {
  @Test func anUnusedNameGetsTheFirstFreeNumber() {
    let taken: Set<String> = ["a", "a-2", "b-2"]
    var names = UniqueNames(separator: "-")
    #expect(names.name(for: "a", isTaken: taken.contains) == "a-3")
    #expect(names.name(for: "b", isTaken: taken.contains) == "b")
    #expect(names.name(for: "b", isTaken: taken.contains) == "b-3")
  }

  @Test func takesLinearTime() {
    var names = UniqueNames()
    let time = ContinuousClock().measure {
      for _ in 0..<100_000 { #expect(!names.name(for: "a").isEmpty) }
    }
    #expect(time < .seconds(60))
  }
}
