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
    case .local, .authorizationPending, .slowDown, .interrupted: return nil
    }
  }

  @Test(arguments: [
    (400, #"{"error": "invalid_grant"}"#, Class.consent),
    (400, #"{"error": "access_denied"}"#, .consent),
    (403, #"{"error": "access_denied"}"#, .consent),
    (400, #"{"error": "invalid_client"}"#, .configuration),
    (401, #"{"error": "invalid_client"}"#, .configuration),
    (400, #"{"error": "unauthorized_client"}"#, .configuration),
    (400, #"{"error": "invalid_scope"}"#, .configuration),
    (400, #"{"error": "scope_invalid"}"#, .configuration),
    (400, #"{"error": "unsupported_grant_type"}"#, .configuration),
    (200, #"{"error": "incorrect_client_credentials"}"#, .configuration),
    (401, "", .unspecified), (403, "", .unspecified), (404, "<html>", .unspecified),
    (405, "Method Not Allowed", .unspecified), (410, "", .unspecified), (302, "", .unspecified),
    (307, #"{"moved": true}"#, .unspecified), (200, "", .unspecified),
    (200, "<!doctype html>", .unspecified), (200, "{}", .unspecified), (204, "", .unspecified),
    (504, "", .responseLost), (504, "<html>", .responseLost),
    (504, #"{"error": "server_error"}"#, .transient),
    (408, "", .transient), (425, "", .transient), (502, #"{"error": "invalid_grant"}"#, .transient),
    (503, #"{"error": "invalid_client"}"#, .transient),
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

  /// No person is asked in a refresh, and RFC 6749 section 5.2 has neither code: a policy or a gateway refuses
  /// for now. A service may use them for dead refresh tokens, if its app says so.
  @Test(arguments: ["access_denied", "expired_token"], [400, 403])
  func onlyAPersonsDenialEndsAGrant(code: String, status: Int) {
    let denied = response(#"{"error": "\#(code)"}"#, status: status)
    #expect(kind(read(denied)) == .consent)
    #expect(kind(read(denied, isRefresh: true)) == .unspecified)
    var service = anyService
    service.refresh.invalidGrantCodes = [code]
    #expect(kind(read(denied, service, isRefresh: true)) == .consent)
    let dead = response(#"{"error": "invalid_grant"}"#, status: status)
    #expect(kind(read(dead, isRefresh: true)) == .consent)
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

  /// The service's clock, or ours, is hours off.
  @Test(
    arguments: [
      ("Mon, 21 Sep 2026 16:13:30 GMT", "Mon, 21 Sep 2026 16:14:00 GMT"),
      ("Mon, 21 Sep 2026 12:13:30 GMT", "Mon, 21 Sep 2026 12:14:00 GMT"),
      ("Mon, 21 Sep 2026 14:13:30 GMT", "Mon, 21 Sep 2026 14:14:00 GMT"),
      ("today", "Mon, 21 Sep 2026 14:13:50 GMT"),
    ])
  func aTimeToRetryIsByTheServicesClock(date: String, retryAfter: String) {
    let result = read(response("", status: 503, date: date, retryAfter: retryAfter))
    guard case .failure(.transient(_, 30)) = result else {
      Issue.record("\(result)")
      return
    }
  }

  /// A proxy that limits its clients may refuse with any status.
  @Test(arguments: [403, 404, 503]) func aRetryTimeIsHonoredWithAnyStatus(status: Int) {
    let result = read(response("<html>", status: status, retryAfter: "7"))
    guard case .failure(.transient(_, 7)) = result else {
      Issue.record("\(result)")
      return
    }
  }

  // MARK: What is shown

  @Test(
    arguments: [
      (404, "text/html", "\n <html><h1>Tops3cret", "responded with 404 and an HTML page"),
      (401, nil, "", "responded with 401 and an empty body"),
      (302, "text/html", "<html>", "redirected the request (302)"),
      (400, "application/json", #"{"reason": "Tops3cret"}"#, "responded with 400 and JSON"),
      (200, nil, #"{"access_token": "Tops3cret"#, "responded with 200 and damaged JSON"),
      (400, "text/xml", "<?xml", "responded with 400 and XML"),
      (404, "text/plain", "Tops3cret not found!", "responded with 404 and plain text"),
      (400, nil, "reason=Tops3cret", "responded with 400 and a form"),
    ] as [(Int, String?, String, String)])
  func anUnexplainedRefusalSaysWhatWasSeen(
    status: Int, type: String?, body: String, seen: String
  ) {
    guard
      case .failure(.unspecified(let reason)) = read(
        response(body, status: status, contentType: type))
    else {
      Issue.record("it has a reason")
      return
    }
    #expect(reason.hasPrefix("the service " + seen) && !reason.contains("Tops3cret"), "\(reason)")
  }

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
