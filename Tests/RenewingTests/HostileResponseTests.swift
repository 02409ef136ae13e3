import Crypto
import CryptoExtras
import Foundation
import HTTP
import Model
import Renewing
import Stores
import TestAuthorizationServer
import TestSupport
import Testing
import Tokens

/// What must be refused, and what clients must show, against a real endpoint.
@Suite struct HostileResponseTests {
  @Test func followsNoRedirectToAnotherHost() async throws {
    let other = try await HostileServer { _ in .body(#"{"access_token": "stolen"}"#) }
    let server = try await HostileServer { _ in
      .body("", status: 307, headers: ["Location": other.address + "/token"])
    }
    let harness = try await RenewalHarness(server.service, grant: .clientCredentials)
    guard case .failed(let reason, _?) = await harness.renew() else {
      Issue.record("it has no next time")
      return
    }
    #expect(reason.contains("redirected the request (307)") && other.calls.isEmpty)
  }

  /// What stands in front of a service may answer in its place for a while.
  @Test(arguments: [
    (404, "<html>not here"), (302, ""), (401, ""), (403, "<html>blocked"), (400, ""),
    (200, "<!doctype html>log in"), (200, ""), (405, "no"), (503, #"{"error": "invalid_grant"}"#),
  ])
  func oneStrayPageCostsNoGrant(status: Int, body: String) async throws {
    let server = try await HostileServer { _ in .body("") }
    for grant in [OAuthGrant.authorizationCode, .clientCredentials] {
      let harness = try await RenewalHarness(server.service, grant: grant)
      if grant.needsPerson { try await harness.authorize() }
      let count = server.calls.count
      server.answer { _ in .body(body, status: status) }
      guard case .failed(_, let next?) = await harness.renew() else {
        Issue.record("it has no next time")
        return
      }
      server.answer { _ in
        .body(#"{"access_token": "access-1", "refresh_token": "r", "expires_in": 3600}"#)
      }
      // Nothing is sent before that time, and then it is renewed without a person.
      for _ in 0..<5 { await harness.renew() }
      #expect(server.calls.count == count + 1)
      harness.clock.advance(seconds: next.seconds(since: harness.clock.now) + 1)
      guard case .renewed = await harness.renew() else {
        Issue.record("the grant was given up")
        return
      }
    }
  }

  @Test func refusesAResponseOverAMebibyte() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "x": "\#(String(repeating: "x", count: 1 << 20))"}"#)
    }
    let harness = try await RenewalHarness(server.service, grant: .clientCredentials)
    guard case .failed(let reason, _) = await harness.renew() else {
      Issue.record("it was taken")
      return
    }
    #expect(reason.contains("larger"))
    #expect(try await harness.stored().access == nil)
  }

  @Test(arguments: [
    "http://id.example.com/token", "ftp://id.example.com/token", "https://me@id.example.com/token",
    "https://id.example.com/token#x", "id.example.com/token", "{missing}", "http://127.0.0.1.evil/",
  ])
  func refusesEndpointsThatALoginMustNotBeSentTo(url: String) async throws {
    let service = OAuthService(token: EndpointTemplate(url))
    let fault = #expect(throws: TokenError.self) {
      _ = try Client(
        .clientCredentials, service, plain: ["client_id": .string("flows")], secrets: [:],
        destinations: nil)
    }
    guard case .local = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func errorsOnStatus200AreErrors() async throws {
    let server = try await HostileServer { _ in
      .body(#"{"ok": false, "error": "invalid_refresh_token"}"#)
    }
    var service = server.service
    service.refresh.invalidGrantCodes = ["invalid_refresh_token"]
    let harness = try await RenewalHarness(service)
    try await harness.authorize()
    #expect(await harness.renew() == .needsAuthorization(.refused(code: "invalid_refresh_token")))
  }

  @Test func noFailureQuotesWhatWasSent() async throws {
    let server = try await HostileServer { call in
      .body(
        #"{"error": "refresh-0", "error_description": "\#(call.form["refresh_token"] ?? "")"}"#,
        status: 400)
    }
    let harness = try await RenewalHarness(server.service)
    try await harness.authorize()
    let outcome = await harness.renew()
    #expect(!"\(outcome)".contains("refresh-0"))
    let record = try #require(try await harness.stored().record)
    #expect(!"\(record)".contains("refresh-0"))
  }

  // MARK: Clients

  @Test func authenticatesInTheForm() async throws {
    let server = try await HostileServer { _ in .body(#"{"access_token": "a"}"#) }
    var service = server.service
    service.clientAuthentication = .post
    let harness = try await RenewalHarness(
      service, grant: .clientCredentials, clientSecret: "s&=+ü %")
    _ = await harness.renew()
    let call = try #require(server.calls.first)
    #expect(call.form["client_id"] == "flows" && call.form["client_secret"] == "s&=+ü %")
    #expect(call.authorization == nil)
  }

  @Test func encodesBothPartsOfBasic() async throws {
    let server = try await HostileServer { _ in .body(#"{"access_token": "a"}"#) }
    let harness = try await RenewalHarness(
      server.service, grant: .clientCredentials, clientSecret: "a:b c")
    _ = await harness.renew()
    let header = try #require(server.calls.first?.authorization?.dropFirst(6))
    let decoded = try #require(Data(base64Encoded: String(header)))
    #expect(String(decoding: decoded, as: UTF8.self) == "flows:a%3Ab%20c")
  }

  @Test func signsAnAssertionThatItsKeyVerifies() async throws {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "expires_in": 3599}"#)
    }
    // Out of a service account's file, with its line breaks still escaped.
    let pem = key.pemRepresentation.replacingOccurrences(of: "\n", with: "\\n")
    let harness = try await RenewalHarness(
      server.service, grant: .jwtBearer, clientSecret: nil, privateKey: pem)
    guard case .renewed = await harness.renew() else {
      Issue.record("it was not minted")
      return
    }
    let call = try #require(server.calls.first)
    #expect(call.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
    #expect(Set(call.form.keys) == ["grant_type", "assertion"] && call.authorization == nil)
    let jwt = try #require(call.form["assertion"])
    #expect(try part(jwt, 0)["alg"] as? String == "RS256")
    let claims = try part(jwt, 1)
    #expect(claims["iss"] as? String == "flows")
    #expect(claims["aud"] as? String == server.address + "/token")
    #expect(claims["scope"] as? String == "read")
    let issued = try #require(claims["iat"] as? Int)
    #expect(issued == 1_790_000_000 && claims["exp"] as? Int == issued + 300)
    let parts = jwt.split(separator: ".").map(String.init)
    #expect(
      key.publicKey.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: try data(parts[2])),
        for: Data("\(parts[0]).\(parts[1])".utf8), padding: .insecurePKCS1v1_5))
  }

  @Test func authenticatesByPrivateKeyJWT() async throws {
    let key = P256.Signing.PrivateKey()
    let server = try await HostileServer { _ in .body(#"{"access_token": "a"}"#) }
    var service = server.service
    service.clientAuthentication = .privateKeyJWT
    let harness = try await RenewalHarness(
      service, grant: .clientCredentials, clientSecret: nil, privateKey: key.pemRepresentation)
    _ = await harness.renew()
    let call = try #require(server.calls.first)
    #expect(
      call.form["client_assertion_type"]
        == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    let jwt = try #require(call.form["client_assertion"])
    let claims = try part(jwt, 1)
    #expect(claims["iss"] as? String == "flows" && claims["sub"] as? String == "flows")
    let parts = jwt.split(separator: ".").map(String.init)
    let signature = try P256.Signing.ECDSASignature(rawRepresentation: data(parts[2]))
    #expect(
      key.publicKey.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)))
  }

  @Test func assertionsAreDatedByTheServicesClock() async throws {
    let key = P256.Signing.PrivateKey()
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "a", "expires_in": 60}"#)
    }
    let harness = try await RenewalHarness(
      server.service, grant: .jwtBearer, clientSecret: nil, privateKey: key.pemRepresentation)
    let renewer = harness.renewer(http: DatedHTTP(date: "Mon, 21 Sep 2026 15:13:20 GMT"))
    guard case .renewed(let record) = await harness.renew(renewer) else {
      Issue.record("it was not minted")
      return
    }
    #expect(record.tokens?.skewSeconds == 3600)
    _ = await harness.renew(renewer, isForced: true)
    let jwt = try #require(server.calls.last?.form["assertion"])
    #expect(try part(jwt, 1)["iat"] as? Int == 1_790_003_600)
  }

  @Test func anInvalidKeyStops() async throws {
    let server = try await HostileServer { _ in .body("") }
    let harness = try await RenewalHarness(
      server.service, grant: .jwtBearer, clientSecret: nil, privateKey: "no key")
    guard case .stopped(.local(let reason)) = await harness.renew() else {
      Issue.record("it went on")
      return
    }
    #expect(reason.contains("private_key") && !reason.contains("no key"))
    #expect(server.calls.isEmpty)
  }
}
