import HTTP
import Logging
import Synchronization
import Testing

/// What `-v`, `-vv` and `-vvv` log.
@Suite struct RequestLogTests {
  /// Answers every request with the same response.
  private struct Fixed: HTTPTransport {
    let response: HTTPResponse
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse { response }
  }

  private final class Lines: Sendable {
    let lines = Mutex<[String]>([])
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.message)") } }
  }

  private func log(
    _ level: Logger.Level, body: String, response: String = "", header: String = "x-other"
  ) async throws -> String {
    let lines = Lines()
    let logger = Logger(label: "test") { _ in Handler(lines: lines, logLevel: level) }
    let http = LoggingHTTPTransport(
      Fixed(
        response: HTTPResponse(
          status: 200, headers: ["set-cookie": "S3CRET", "server": "bao"],
          body: Array(response.utf8))), logger: logger)
    _ = try await http.send(
      HTTPRequest(
        .post, "https://example.com/a?version=2&code=S3CRET",
        headers: [(header, "S3CRET"), ("content-type", "text/plain")], body: Array(body.utf8)))
    return lines.lines.withLock { $0.joined(separator: "\n") }
  }

  @Test(
    arguments: [Logger.Level.info, .debug, .trace],
    [
      #"{"data": {"token": "S3CRET", "n": 5353}, "list": ["S3CRET", 1]}"#,
      "client_secret=S3CRET&grant_type=S3CRET", "S3CRET", #""S3CRET""#, #"{"a": "S3CRET""#,
      #"{"a": "S3CRET"} S3CRET"#, "UzNDUkVU=S3CRET", "S3CRET==", #"{"a": "S3CRET="#,
    ])
  func noValueIsLogged(level: Logger.Level, body: String) async throws {
    let text = try await log(level, body: body, response: body)
    #expect(!text.contains("S3CRET"), "\(text)")
    #expect(!text.contains("5353"), "\(text)")
    #expect(text.contains("POST https://example.com/a?version=2&code=…: 200"))
  }

  @Test(arguments: [
    (
      #"{"b": {"token": "x"}, "a": [true, 1], "c": [], "d": null}"#,
      #"{"a":[…,… of 2],"b":{"token":…},"c":[],"d":…}"#
    ),
    (#"[{"a": 1}]"#, #"[{"a":…}]"#), ("", "no body"), ("a=1&b=", "a=…&b=…"),
    ("plain", "a body that is not JSON"), ("[1,", "a body that is not JSON"),
  ])
  func theShapeOfABodyIsLogged(body: String, shape: String) async throws {
    let text = try await log(.trace, body: body)
    #expect(
      text.split(separator: "\n").contains("POST https://example.com/a?version=2&code=…: \(shape)"))
  }
}
