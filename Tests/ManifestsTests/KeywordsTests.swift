import Manifests
import Testing

@Suite struct KeywordsTests {
  private let keywords: Keywords

  init() throws {
    keywords = Keywords(
      try ImportedData(
        json: Array(###"{"A": "one", "Q": "a\"b\n", "N": 5, "B": "##A##", "L": ["x"]}"###.utf8)))
  }

  /// In the file's text, as auth0-deploy-cli does it.
  @Test(arguments: [
    ("##A##", "one"), ("x##A####A##y", "xoneoney"), (#""@@Q@@""#, #""a\"b\n""#),
    ("'@@Q@@'", #""a\"b\n""#), ("@@Q@@", #""a\"b\n""#), (#""@@N@@""#, "5"), ("##Q##", "a\"b\n"),
    // A value is not searched again.
    ("##B##", "##A##"),
    ("##NONE##", "##NONE##"), ("##A#", "##A#"), ("# ## A", "# ## A"), ("###A##", "#one"),
    ("x: @@NONE@@", #"x: "@@NONE@@""#), ("[@@NONE@@, 1]", #"["@@NONE@@", 1]"#),
    (#""@@NONE@@""#, #""@@NONE@@""#), ("##L##", "##L##"), ("ü##A##\u{301}", "üone\u{301}"),
  ])
  func replacesWhatHasAValue(text: String, expected: String) {
    #expect(keywords.replaced(in: text) == expected)
  }

  @Test(arguments: [
    ("##A##", true), ("Bearer ##A##.x", true), ("@@A@@", true), ("#A#", false), ("a##b", false),
    ("## ##", false), ("", false), ("####", false),
  ])
  func seesWhatRemains(text: String, remains: Bool) {
    #expect(Keywords.remain(in: text) == remains)
  }

  @Test func takesLinearTime() {
    let text = String(repeating: "##A##@@Q@@####", count: 200_000)
    let time = ContinuousClock().measure { #expect(!keywords.replaced(in: text).isEmpty) }
    #expect(time < .seconds(60))
  }
}
