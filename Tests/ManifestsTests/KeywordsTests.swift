import Diagnostics
import Manifests
import SourceYAML
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

  /// Alone on its line, it is the value of the key above, unless that has another one.
  @Test(arguments: [
    "token:\n  ##NO##\nz: y\n", "token:\n  @@NO@@\nz: y\n", "z: y\ntoken: # c\n\n  # d\n  ##NO##",
    "token:\r\n  ##NO##\r\nz: y\r\n", "z: y\n\"token\":\n  ##NO##  # c\n\n# d\n",
    "token: |\n  ##NO##\nz: y\n", "token: '\n  ##NO##'\nz: y\n",
    "token:\n  ##NO##\n  ##NONE##\nz: y\n", "{token:\n  ##NO##, z: y}",
  ])
  func aKeywordBelowItsKeyIsItsValue(text: String) throws {
    let data = try parsed(text)
    #expect(Keywords.remain(in: try #require(data["token"]?.text)))
    #expect(data["z"]?.text == "y")
  }

  @Test(arguments: [
    "- token:\n    ##NO##\n- token: x\n", "-\n  token:\n    ##NO##\n- token: x\n",
    "-  - token:\n       ##NO##\n   - token: x\n- x\n",
  ])
  func alsoInAList(text: String) throws {
    let first = try #require(parsed(text).items.first)
    let item = first.items.first ?? first
    #expect(Keywords.remain(in: try #require(item["token"]?.text)))
  }

  @Test func alsoBelowADash() throws {
    let items = try parsed("-\n  ##NO##\n- x\n").items.map(\.text)
    #expect(items == ["##NO##", "x"])
  }

  private func parsed(_ text: String) throws -> ImportedData {
    let (yaml, faults) = YAMLFile.parse(Array(keywords.replaced(in: text).utf8), file: "it")
    #expect(!faults.hasErrors, "\(keywords.replaced(in: text))")
    return ImportedData(try #require(yaml.documents.first?.root))
  }

  private static let bare = ["##NO##", "@@NO@@", "Bearer ##NO##", "x##NO##"]
  private static let values =
    bare + [
      "##NO##-x", "##NO####NO##", "##NO## x", "##NO##  # why", "@@NO@@ # why", "'##NO##'",
      "'it''s: ##NO##'", #""\": ##NO##""#, "a'b ##NO##",
    ]

  /// To YAML, it would be a comment, or no value at all.
  @Test(
    arguments: values.map { "token: \($0)\nz: y\n" }
      + bare.flatMap { ["{token: \($0), z: y}", "{z: y, token: \($0)}"] })
  func whatHasNoValueIsNoComment(text: String) throws {
    let data = try parsed(text)
    #expect(Keywords.remain(in: try #require(data["token"]?.text)))
    #expect(data["z"]?.text == "y")
  }

  /// A decoration is a comment, and a text of JSON stays whole.
  @Test(arguments: [
    "##clients##\n- a\n", "  ##clients##\n  - a\n", "clients:\n  ##clients##\n  - a\n",
    "clients:\n##clients##\n- a\n", "clients:\n  ##clients##\n- a\n",
    "clients:\n  ##clients##\n\n  # a\n  b: c\n",
    "- a:\n    ##b##\n    c: d\n", "a: b\n  ##c##\n", "---\n  ##c##\na: b\n", "-a\n  ##c##\n",
    #"{"a": "b: ##NO## c", "d": "e, ##NO##"}"#,
    #"{"a": "\": ##NO## x", "b": "@@NO@@ y"}"#,
  ])
  func whatIsNoBareValueStays(text: String) { #expect(keywords.replaced(in: text) == text) }

  @Test(arguments: [
    ("##A##", true), ("Bearer ##A##.x", true), ("@@A@@", true), ("#A#", false), ("a##b", false),
    ("## ##", false), ("", false), ("####", false),
  ])
  func seesWhatRemains(text: String, remains: Bool) {
    #expect(Keywords.remain(in: text) == remains)
  }

  @Test(arguments: ["##A##@@Q@@####", "a:\n  ##NO##\n", "  ##NO##\n", "a:\n\n"])
  func takesLinearTime(part: String) {
    let text = String(repeating: part, count: 200_000)
    let time = ContinuousClock().measure { #expect(!keywords.replaced(in: text).isEmpty) }
    #expect(time < .seconds(60))
  }
}
