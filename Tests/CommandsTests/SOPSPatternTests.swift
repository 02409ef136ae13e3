import Commands
import Testing

@Suite struct SOPSPatternTests {
  /// As Go's `regexp.MatchString` finds them.
  @Test(arguments: [
    ("^token$", "token", true), ("^token$", "tokens", false), ("token", "my_token_2", true),
    ("^(data|stringData)$", "stringData", true), ("^(data|stringData)$", "data2", false),
    ("(?i)PASS", "passwörd", true), ("(?i)^ü$", "Ü", true), ("^.*_(key|secret)$", "api_key", true),
    ("^.*_(key|secret)$", "key", false), ("a+b*c?d", "aad", true), ("^[^a-c_]+$", "xyz", true),
    ("^[^a-c_]+$", "xbz", false), ("[]-]", "a-b", true), ("^\\d{2,3}$", "123", true),
    ("^\\d{2,3}$", "1234", false), ("^\\w+\\.\\S$", "a_1.x", true), ("^a{2}$", "aa", true),
    ("^a{2,}$", "aaaa", true), ("^a{0,1}$", "aa", false), ("", "x", true), ("^$", "", true),
    ("a||b", "x", true), ("^(?:ab)+$", "abab", true), ("x|^y", "ay", false), ("a.c", "a\nc", false),
    ("^e\u{301}$", "e\u{301}", true), ("^e", "e\u{301}", true), ("a*?b", "aab", true),
  ])
  func matchesAsGoDoes(pattern: String, text: String, matches: Bool) throws {
    #expect(try #require(SOPSPattern(pattern)).matches(text) == matches)
  }

  @Test(arguments: [
    "(", ")", "[a", "a**", "*", "\\b", "(?P<x>a)", "a{3,2}", "a{1", "[[:alpha:]]", "\\", "\\pL",
    "[b-a]",
    "a{1001}", "((a{100}){100}){100}", String(repeating: "(", count: 10_000),
  ])
  func whatIsNotSupportedIsRefused(pattern: String) { #expect(SOPSPattern(pattern) == nil) }

  /// What keeps a backtracking matcher busy for years.
  @Test(arguments: ["(a+)+$", "(a|a)+$", "(a*)*b", "^(a|aa)+$", "(.*)*(.*)*x"])
  func takesLinearTime(pattern: String) throws {
    let text = String(repeating: "a", count: 20_000) + "!"
    let matcher = try #require(SOPSPattern(pattern))
    let time = ContinuousClock().measure { #expect(!matcher.matches(text)) }
    #expect(time < .seconds(60))
  }
}
