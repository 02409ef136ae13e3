import HTTP
import Model
import Testing
import Tokens

@Suite struct TokenErrorTests {
  enum Class: String { case consent, configuration, transient, unspecified, responseLost }

  private func kind(_ result: Result<TokenResponse, TokenError>) -> Class? {
    guard case .failure(let fault) = result else { return nil }
    switch fault {
    case .consent: return .consent
    case .configuration: return .configuration
    case .transient: return .transient
    case .unspecified: return .unspecified
    case .responseLost: return .responseLost
    case .authorizationPending, .slowDown: return nil
    }
  }

  @Test(arguments: [
    (400, #"{"error": "invalid_grant"}"#, Class.consent),
    (400, #"{"error": "access_denied"}"#, .consent),
    (400, #"{"error": "invalid_client"}"#, .configuration),
    (401, #"{"error": "invalid_client"}"#, .configuration),
    (400, #"{"error": "unauthorized_client"}"#, .configuration),
    (400, #"{"error": "invalid_scope"}"#, .configuration),
    (400, #"{"error": "scope_invalid"}"#, .configuration),
    (400, #"{"error": "unsupported_grant_type"}"#, .configuration),
    (200, #"{"error": "incorrect_client_credentials"}"#, .configuration),
    (401, "", .configuration), (403, "", .configuration), (404, "<html>", .configuration),
    (302, "", .configuration),
    (500, "", .transient), (503, "<html>", .transient), (429, "", .transient),
    (400, #"{"error": "temporarily_unavailable"}"#, .transient),
    (503, #"{"error": "who knows"}"#, .transient),
    (400, "", .unspecified), (400, #"{"error": "invalid_request"}"#, .unspecified),
    (400, #"{"error": "something_new"}"#, .unspecified),
    (200, #"{"ok": false}"#, .unspecified),
  ])
  func classifiesErrorsByWhatFixesThem(status: Int, body: String, expected: Class) {
    #expect(kind(read(response(body, status: status))) == expected)
  }

  @Test(
    arguments: [
      ("7", 7), ("Mon, 21 Sep 2026 14:14:20 GMT", 60), ("999999999", 86_400), ("-3", 0),
      ("soon", nil), ("9223372036854775807", 86_400), ("-9223372036854775808", 0),
      ("99999999999999999999", nil), ("Mon, 21 Sep 9999 14:14:20 GMT", 86_400),
      ("Mon, 21 Sep 9223372036854775807 14:14:20 GMT", nil),
      ("Mon, 9223372036854775807 Sep 2026 14:14:20 GMT", nil),
      ("Mon, 21 Sep 2026 9223372036854775807:14:20 GMT", nil),
    ] as [(String, Int64?)])
  func waitsAsLongAsTheServiceSays(header: String, seconds: Int64?) {
    guard
      case .failure(.transient(_, let wait)) = read(
        response("", status: 429, retryAfter: header))
    else {
      Issue.record("429 is no passing fault")
      return
    }
    #expect(wait == seconds)
  }

  // MARK: What is shown

  @Test(arguments: [
    #"{"error": "client_secret=Tops3cretValue rejected"}"#,
    #"{"error": "Tops3cretValue"}"#, #"{"error": "bad", "error_description": "Tops3cretValue"}"#,
    #"{"error": {"code": "Tops3cretValue"}}"#, #"{"status": "Tops3cretValue"}"#,
    "Tops3cretValue", "error=Tops3cretValue", #"{"access_token": 1, "x": "Tops3cretValue"}"#,
    #"{"error": "aVeryLongWordThatCouldBeATokenTops3cretValue"}"#,
  ])
  func quotesNothingThatAServiceMayEcho(body: String) {
    for status in [200, 400, 401, 429, 500] {
      guard case .failure(let fault) = read(response(body, status: status)) else { continue }
      #expect(!"\(fault)".contains("Tops3cret"), "\(fault)")
      #expect(!fault.summary.contains("Tops3cret"), "\(fault.summary)")
    }
  }
}
