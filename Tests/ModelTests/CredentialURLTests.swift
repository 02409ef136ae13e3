import Model
import Testing

@Suite struct CredentialURLTests {
  /// Whether credentials may be sent to a server, and whether it is this machine.
  private static let servers: [(url: String, isTaken: Bool, isLoopback: Bool)] = [
    ("https://bao.example.com", true, false), ("https://bao.example.com:8200", true, false),
    ("https://10.0.0.1:65535", true, false), ("https://my_bao", true, false),
    ("https://[2001:db8::1]:8200", true, false), ("https://localhost", true, true),
    ("http://127.0.0.1", true, true), ("http://localhost:8200", true, true),
    ("http://[::1]:8200", true, true),
    // Plain http to others.
    ("http://bao.example.com", false, false), ("http://127.0.0.1.example.com", false, false),
    ("http://localhost.example.com", false, false), ("http://127.0.0.2", false, false),
    ("http://[::2]", false, false), ("http://localhost@example.com", false, false),
    // No host, or one that parsers read differently.
    ("https://", false, false), ("https://:", false, false), ("https://:443", false, false),
    ("https://.", false, false), ("https://-", false, false), ("https://[]", false, false),
    ("https://[::1", false, false), ("https://[::1]x", false, false),
    ("https://[::1]]", false, false), ("https://[1]", false, false),
    ("https://ex%61mple.com", false, false), ("https://a\\b", false, false),
    ("https://me@example.com", false, false), ("https://münchen.example", false, false),
    ("https://a b", false, false), ("https://a\u{0}", false, false),
    // No port, or no number of one.
    ("https://a:", false, false), ("http://localhost:", false, false),
    ("https://a:0", false, false), ("https://a:080", false, false),
    ("https://a:65536", false, false), ("https://a:+80", false, false),
    ("https://a:80:80", false, false), ("http://localhost:٨٠", false, false),
    ("http://127.0.0.1:80a", false, false),
    // Another scheme, or none.
    ("", false, false), ("HTTPS://a", false, false), ("ftp://a", false, false),
    ("https:/a", false, false), ("//a", false, false),
  ]

  @Test(arguments: servers)
  func namesAServer(_ url: String, isTaken: Bool, isLoopback: Bool) throws {
    for allowsPath in [false, true] {
      let read = CredentialURL(url, allowsPath: allowsPath)
      #expect((read != nil) == isTaken)
      #expect((read?.isLoopback ?? false) == isLoopback)
    }
    for rest in ["/", "/token", "/a@b:c", "?tenant=1", "/{}/[]"] {
      #expect(CredentialURL(url + rest, allowsPath: false) == nil, "\(rest)")
      #expect((CredentialURL(url + rest, allowsPath: true) != nil) == isTaken, "\(rest)")
    }
    for rest in ["#fragment", "/a#b", "/a b", "/ä"] {
      #expect(CredentialURL(url + rest, allowsPath: true) == nil, "\(rest)")
    }
  }

  /// A schema says the same, but for the largest port.
  @Test(arguments: servers)
  func thePatternSaysTheSame(_ url: String, isTaken: Bool, isLoopback: Bool) throws {
    let pattern = try Regex("^" + CredentialURL.pattern(hasFields: false) + "$")
    if url != "https://a:65536" {
      #expect(((try pattern.wholeMatch(in: url)) != nil) == isTaken)
    }
    let template = try Regex("^" + CredentialURL.pattern(hasFields: true) + "$")
    #expect(((try template.wholeMatch(in: url)) != nil) || !isTaken)
  }

  @Test(arguments: [
    ("https://{domain}", true), ("https://eu.{domain}:{port}", true),
    ("https://{domain", false), ("http://{domain}", false), ("https://{}", false),
  ])
  func fieldsMayBePartsOfAHost(_ url: String, isTaken: Bool) throws {
    let template = try Regex("^" + CredentialURL.pattern(hasFields: true) + "$")
    #expect(((try template.wholeMatch(in: url)) != nil) == isTaken)
    let plain = try Regex("^" + CredentialURL.pattern(hasFields: false) + "$")
    #expect((try plain.wholeMatch(in: url)) == nil)
  }
}
