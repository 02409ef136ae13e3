import HTTP
import Testing

@Suite struct ProxyTests {
  @Test(
    arguments: [
      ("https://acme.eu.auth0.com", ["HTTPS_PROXY": "http://proxy:3128"], "proxy:3128"),
      ("https://acme.eu.auth0.com", ["https_proxy": "proxy"], "proxy:8080"),
      ("https://acme.eu.auth0.com", ["HTTP_PROXY": "http://proxy:3128"], nil),
      ("http://127.0.0.1:80", ["HTTP_PROXY": "http://proxy:3128"], nil),
      ("http://example.com", ["http_proxy": "http://proxy:3128"], "proxy:3128"),
      ("https://a.example.com", ["https_proxy": "p", "NO_PROXY": "x, .example.com"], nil),
      ("https://example.com", ["https_proxy": "p", "no_proxy": "example.com"], nil),
      ("https://badexample.com", ["https_proxy": "p:1", "no_proxy": "example.com"], "p:1"),
      ("https://example.com", ["https_proxy": "p", "no_proxy": "*"], nil),
      ("https://example.com", [:], nil),
    ] as [(String, [String: String], String?)])
  func isFoundByCurlsRules(url: String, environment: [String: String], expected: String?) {
    let found = ProxyAddress.of(url, environment: environment)
    #expect(found.map { "\($0.host):\($0.port)" } == expected)
  }
}
