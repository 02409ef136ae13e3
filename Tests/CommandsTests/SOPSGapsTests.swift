import Commands
import Manifests
import Testing

@Suite struct SOPSGapsTests {
  private static let value = "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"

  private func data(_ json: String) throws -> ImportedData {
    try ImportedData(json: Array(json.replacing("~", with: "\"\(Self.value)\"").utf8))
  }

  @Test func plainAndEmptyValuesAreCounted() throws {
    let data = try data(
      #"{"a": ~, "b": {"c": "plain", "d": 5, "e": "", "f": null, "g": [~, true], "h": [], "i": {}}}"#
    )
    #expect(SOPSGaps([data]) == SOPSGaps(plain: 3, empty: 4))
  }

  /// The additional data of a value has the keys above it, and no list items and documents.
  @Test(arguments: [
    (#"{"a": [~, ~, "x"]}"#, 0), (#"{"a": [{"b": ~, "c": ~}]}"#, 0),
    (#"{"a": [{"b": ~}, {"c": "x"}], "d": ~}"#, 1), (#"{"a": [[~], ~, {}]}"#, 2),
    (#"{"a": [{}, {}], "b": {"c": [{"d": {"e": [~]}}, {"d": null}]}}"#, 1),
    (#"{"a:b": {"c": ~}, "d": {"e:": "x"}}"#, 1), (#"{"a:b": ~, "c": {":": ~}}"#, 2),
  ])
  func valuesThatOpenElsewhereAreCounted(json: String, count: Int) throws {
    #expect(SOPSGaps([try data(json)]).movable == count, "\(json)")
  }

  @Test func severalDocumentsAreNotAuthenticated() throws {
    let data = try data(#"{"a": ~, "b": "x", "sops": {"mac": ~, "age": [{"enc": "x"}, {}]}}"#)
    #expect(SOPSGaps([data, data]) == SOPSGaps(plain: 2, movable: 2))
  }

  /// Go takes more texts for a truth value than YAML does.
  @Test(arguments: [
    (#""mac_only_encrypted": true"#, false), (#""mac_only_encrypted": false"#, true),
    (#""mac_only_encrypted": null"#, true), (#""mac_only_encrypted": "True""#, false),
    (#""mac_only_encrypted": "yes""#, false), (#""mac_only_encrypted": [true]"#, false),
    (#""Mac_Only_Encrypted": "false""#, true), (#""MAC_ONLY_ENCRYPTED": true"#, false),
    (#""mac": "x""#, true),
  ])
  func whatMayBeUnauthenticatedIs(metadata: String, isAuthenticated: Bool) throws {
    let data = try data(#"{"a": "x", "sops": {\#(metadata)}}"#)
    #expect(SOPSGaps([data]).isPlainAuthenticated == isAuthenticated)
  }

  // MARK: Lines

  @Test func linesOfADotenvFile() throws {
    let dotenv = """
      # c=d
      A=\(Self.value)\r
       B = plain
      C=
      D=\(Self.value)
      D=\(Self.value)
      E:F=\(Self.value)
      sops_version=3.9.0
      sops_mac=\(Self.value)
      """
    let opened = try ImportedData(
      json: Array(#"{"A": "1", " B ": "plain", "C": "", "D": "2", "E:F": "3"}"#.utf8))
    // Two lines have one name, and one of them may be plain.
    #expect(
      SOPSGaps(SOPSLines(dotenv, isINI: false), opened: opened) == SOPSGaps(plain: 2, empty: 1))
  }

  @Test func linesOfAnINIFile() throws {
    let ini = """
      top = \(Self.value)
      [crm]
      ; c = d
      token = \(Self.value)
      key: \(Self.value)
      user = plain
      [sops]
      version = 3.9.0
      mac_only_encrypted = true
      [more]
      token = plain
      [a:b]
      token = \(Self.value)
      """
    let opened = try ImportedData(
      json: Array(
        #"{"DEFAULT": {"top": "1"}, "crm": {"token": "2", "key": "3", "user": "plain"}, "more": {"token": "plain"}, "a:b": {"token": "4"}, "none": {}}"#
          .utf8))
    #expect(
      SOPSGaps(SOPSLines(ini, isINI: true), opened: opened)
        == SOPSGaps(plain: 2, movable: 1, isPlainAuthenticated: false))
  }

  /// A value that goes over several lines hides what the lines are.
  @Test(arguments: ["b = `x", "b = \"\"\"x", "b = x \\"])
  func whereLinesMayContinueNothingIsKnown(line: String) throws {
    let ini = "\(line)\na = \(Self.value)\n"
    let opened = try ImportedData(json: Array(#"{"DEFAULT": {"a": "1"}}"#.utf8))
    #expect(
      SOPSGaps(SOPSLines(ini, isINI: true), opened: opened)
        == SOPSGaps(plain: 1, isPlainAuthenticated: false))
  }

  @Test(arguments: [
    ("sops_mac_only_encrypted=true", false), ("sops_mac_only_encrypted=True", false),
    ("sops_mac_only_encrypted=false", true), ("sops_mac_only_encrypted=", true),
    ("SOPS_MAC_ONLY_ENCRYPTED=1", false), ("sops_mac=x", true),
  ])
  func aLineMayLeaveThemUnauthenticated(line: String, isAuthenticated: Bool) {
    #expect(SOPSLines(line, isINI: false).authenticatesPlain == isAuthenticated)
  }
}
