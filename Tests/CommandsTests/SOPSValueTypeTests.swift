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

@Suite struct SOPSLiteralTests {
  /// As Go prints them: `strconv.FormatFloat(x, 'f', -1, 64)`.
  @Test(arguments: [
    ("12", "12"), ("-0", "0"), ("1.5", "1.5"), ("1.10", "1.1"), ("2.0", "2"),
    ("0.00001", "0.00001"),
    ("1e-05", "0.00001"), ("-2.5e-7", "-0.00000025"), ("1e16", "10000000000000000"),
    ("1.5e+17", "150000000000000000"), ("123456789.125e3", "123456789125"), ("0.0", "0"),
    ("18446744073709551616", "18446744073709552000"), ("1e21", "1000000000000000000000"),
    ("9007199254740993", "9007199254740993"), ("0.1", "0.1"), ("100.25", "100.25"),
    (".inf", "+Inf"), ("-.inf", "-Inf"), (".nan", "NaN"), ("true", "True"), ("False", "False"),
    ("2026-01-01", "2026-01-01"),
  ])
  func isWrittenAsGoDoesIt(text: String, expected: String) {
    #expect(SOPSLiteral.authenticated(text) == expected)
  }
}
