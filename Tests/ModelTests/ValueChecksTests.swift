import Model
import Testing

@Suite struct ValueChecksTests {
  @Test(arguments: [
    ("https://example.org", ValueFormat.httpsURL, true),
    ("https://example.org:8443/a?b#c", .httpsURL, true),
    ("https://[::1]/", .httpsURL, true),
    ("http://example.org", .httpsURL, false),
    ("https://", .httpsURL, false),
    ("https://user:password@example.org", .httpsURL, false),
    ("https://example.org/a b", .httpsURL, false),
    ("acme.eu.auth0.com", .hostName, true),
    ("-acme.com", .hostName, false),
    ("acme-.com", .hostName, false),
    ("acme..com", .hostName, false),
    ("https://acme.com", .hostName, false),
    (String(repeating: "a", count: 64), .hostName, false),
    ("bot@acme.iam.example", .email, true),
    ("bot@", .email, false),
    ("@acme.example", .email, false),
    ("a@b@c", .email, false),
  ])
  func checksFormats(text: String, format: ValueFormat, isRight: Bool) {
    #expect((ValueConstraint(format: format).violation(of: text) == nil) == isRight)
  }

  @Test func countsUnicodeScalars() {
    let constraint = ValueConstraint(max: 2)
    #expect(constraint.violation(of: "äö") == nil)
    #expect(constraint.violation(of: "äöü") == .tooLong(most: 2))
    #expect(constraint.violation(of: "") == .tooShort(least: 1))
  }

  @Test func acceptsOnlyListedValues() {
    let constraint = ValueConstraint(oneOf: ["HEADER", "QUERY"])
    #expect(constraint.violation(of: "QUERY") == nil)
    #expect(constraint.violation(of: "query") == .notOneOf(["HEADER", "QUERY"]))
  }
}
