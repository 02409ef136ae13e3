import Model
import Testing

@Suite struct ConnectionNameTests {
  @Test(arguments: [
    "a", "A b", "-x", "...", ".a", "a/b", "ünï", "漢字", String(repeating: "é", count: 150),
  ])
  func takesANameAsItIs(text: String) {
    #expect(ConnectionName(text)?.rawValue == text)
  }

  @Test(arguments: [
    "", ".", "..", " a", "a ", "\u{A0}a", "a\nb", "a\u{7F}", String(repeating: "é", count: 151),
  ])
  func refusesWhatCannotBeOne(text: String) {
    #expect(ConnectionName(text) == nil)
  }
}
