import Commands
import Manifests
import Testing

@Suite struct SOPSValueTypeTests {
  /// No code authenticates the type, so no other one may change a value.
  @Test(arguments: [
    ("str", "TOK-AbC", ImportedData.text("TOK-AbC")), ("str", "True", .text("True")),
    ("str", "", .text("")), ("bool", "True", .literal("true")),
    ("bool", "False", .literal("false")),
    ("bool", "TOK-AbC", nil), ("bool", "true", nil), ("bool", "1", nil), ("bool", "T", nil),
    ("int", "-12", .literal("-12")), ("int", "007", .literal("007")), ("int", "TOK-AbC", nil),
    ("int", "", nil), ("int", "1.5", nil), ("int", "1 ", nil), ("float", "1.5", .literal("1.5")),
    ("float", "100000000000000000000000", .literal("100000000000000000000000")),
    ("float", "TOK", nil), ("float", "", nil), ("float", "1,5", nil),
    ("time", "2026-01-01T00:00:00Z", .text("2026-01-01T00:00:00Z")),
    ("time", "2026-01-01T00:00:00.5+02:00", .text("2026-01-01T00:00:00.5+02:00")),
    ("time", "TOK-AbC", nil), ("time", "T", nil), ("bytes", "x", nil), ("comment", "x", nil),
    ("String", "x", nil), ("", "x", nil),
  ])
  func aTypeHasOnlyItsValues(type: String, text: String, expected: ImportedData?) {
    #expect(SOPSValueType(rawValue: type)?.data(text) == expected)
  }
}

@Suite struct SOPSPlainValuesTests {
  private static let value = "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"

  @Test(arguments: [("true", false), ("false", true)])
  func documentsAreCounted(macsOnlyEncrypted: String, areAuthenticated: Bool) throws {
    let json = """
      {"a": "\(Self.value)", "b": {"c": "plain", "d": 5, "e": "", "f": null, "g": ["\(Self.value)", true]},
       "sops": {"mac": "x", "mac_only_encrypted": \(macsOnlyEncrypted), "age": [{"enc": "x"}]}}
      """
    let data = try ImportedData(json: Array(json.utf8))
    #expect(
      SOPSPlainValues([data, data])
        == SOPSPlainValues(count: 6, areAuthenticated: areAuthenticated))
  }

  @Test func linesAreCounted() {
    let dotenv = """
      # c=d
      A=\(Self.value)\r
       B = plain
      C=
      sops_version=3.9.0
      sops_mac=\(Self.value)
      """
    #expect(SOPSPlainValues(lines: dotenv) == SOPSPlainValues(count: 1, areAuthenticated: true))
    let ini = """
      [crm]
      ; c = d
      token = \(Self.value)
      user = plain

      [sops]
      version = 3.9.0
      mac_only_encrypted = true
      [more]
      user = plain
      """
    #expect(SOPSPlainValues(lines: ini) == SOPSPlainValues(count: 2, areAuthenticated: false))
  }
}
