import Manifests
import Testing

@Suite struct PathPatternTests {
  @Test(arguments: [
    ("**", "connections/a.yaml", true), ("connections/**", "connections/prod/a.yaml", true),
    ("connections/*.yaml", "connections/a.yaml", true),
    ("connections/*.yaml", "connections/prod/a.yaml", false),
    ("connections/prod/**", "connections/staging/a.yaml", false),
    ("**/a?.yaml", "x/y/ab.yaml", true), ("**/a?.yaml", "x/y/a.yaml", false),
    ("a/**/b/**/c", "a/x/b/y/z/c", true), ("a/**/b/**/c", "a/x/y/z/c", false),
    ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
  ])
  func matchesAsGitignoreDoes(pattern: String, path: String, matches: Bool) {
    #expect(PathPattern(pattern).matches(path) == matches)
  }
}
