import Foundation
import HTTP
import TestServer
import TestSupport
import Testing

@Suite struct TLSTests {
  private func failure(
    _ server: TLSServer, host: String = "127.0.0.1", trusting authority: TestAuthority?
  ) async -> HTTPFailure? {
    let http = LiveHTTPTransport(
      authorities: TrustedAuthorities(additional: [authority?.path].compactMap(\.self)))
    do throws(HTTPFailure) {
      _ = try await http.send(HTTPRequest(.get, "https://\(host):\(server.port)/"))
      return nil
    } catch {
      return error
    }
  }

  @Test func anAuthorityOfOnesOwnIsTrustedOnlyIfItIsNamed() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(authority)
    defer { server.end() }
    #expect(await failure(server, trusting: authority) == nil)
    #expect(await failure(server, host: "localhost", trusting: authority) == nil)
    #expect(await failure(server, trusting: nil) == .untrusted(.unknownAuthority))
    let other = try TestAuthority()
    #expect(await failure(server, trusting: other) == .untrusted(.unknownAuthority))
  }

  /// As where a company's authority is replaced: its file first, then each server's certificate.
  @Test(arguments: [false, true])
  func anAuthorityThatWasReplacedOnTheDiskIsTrusted(isAlone: Bool) async throws {
    var authorities: [TestAuthority] = []
    for _ in 0..<3 { authorities.append(try TestAuthority()) }
    var servers: [TLSServer] = []
    for authority in authorities { servers.append(try await TLSServer(authority)) }
    defer { for server in servers { server.end() } }
    let folder = try TemporaryFolder()
    let path = folder.path + "/authority.pem"
    func install(_ authority: TestAuthority) throws {
      try folder.write(String(contentsOfFile: authority.path, encoding: .utf8), to: "authority.pem")
    }
    try install(authorities[0])
    let http = LiveHTTPTransport(
      authorities: isAlone
        ? TrustedAuthorities(replacement: path) : TrustedAuthorities(additional: [path]))
    func failure(_ server: TLSServer) async -> HTTPFailure? {
      do throws(HTTPFailure) {
        _ = try await http.send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure(servers[0]) == nil)
    for (server, authority) in zip(servers, authorities).dropFirst() {
      try install(authority)
      #expect(await failure(server) == .untrusted(.unknownAuthority))
      #expect(await failure(server) == nil)
    }
  }

  @Test func aSelfSignedCertificateIsRefused() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(
      certificate: authority.path, key: authority.path.replacing(".pem", with: ".key"))
    defer { server.end() }
    #expect(await failure(server, trusting: nil) == .untrusted(.unknownAuthority))
  }

  @Test(
    arguments: [(.past, .expired), (.future, .notYetValid)]
      as [(TestAuthority.Validity, TLSFault)])
  func aCertificateOutsideItsTimeIsRefused(
    validity: TestAuthority.Validity, fault: TLSFault
  ) async throws {
    let authority = try TestAuthority(validity: validity)
    let server = try await TLSServer(authority)
    defer { server.end() }
    #expect(await failure(server, trusting: authority) == .untrusted(fault))
  }

  @Test func aCertificateForAnotherHostIsRefused() async throws {
    let authority = try TestAuthority(names: "DNS:example.com")
    let server = try await TLSServer(authority)
    defer { server.end() }
    let failure = await failure(server, trusting: authority)
    #expect(failure == .untrusted(.wrongHost))
  }

  @Test(arguments: ["-tls1", "-tls1_1"])
  func anOldProtocolIsRefused(option: String) async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(
      authority, options: [option, "-cipher", "DEFAULT@SECLEVEL=0"])
    defer { server.end() }
    #expect(await failure(server, trusting: authority) == .untrusted(.handshake))
  }

  @Test func aServerWithoutTLSIsRefused() async throws {
    let server = try ScriptedServer { connection in
      try connection.write("220 mail.example.com ESMTP\r\n")
      _ = try connection.readRequest()
    }
    defer { server.end() }
    await #expect(throws: HTTPFailure.untrusted(.handshake)) {
      _ = try await LiveHTTPTransport().send(
        HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
    }
  }

  @Test func aConnectionLostDuringTheHandshakeMayBeTriedAgain() async throws {
    let server = try ScriptedServer { $0.close() }
    defer { server.end() }
    await #expect {
      _ = try await LiveHTTPTransport().send(
        HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
    } throws: { error in
      if case .notConnected? = error as? HTTPFailure { true } else { false }
    }
  }

  // MARK: Files of authorities

  @Test func aFolderOfAuthoritiesIsRead() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(authority)
    defer { server.end() }
    let folder = try TemporaryFolder()
    try folder.write("not a certificate", to: "README")
    try folder.write("nor a file", to: "more/README")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/gone.pem", withDestinationPath: "nothing")
    let text = try String(contentsOfFile: authority.path, encoding: .utf8)
    try folder.write(text, to: "ours.pem")
    let http = LiveHTTPTransport(authorities: TrustedAuthorities(additional: [folder.path]))
    let response = try await http.send(
      HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
    #expect(response.status == 200)
  }

  /// It may be a private key beside the certificates; alone, it is what is wrong.
  @Test func aFileOfAFolderThatCannotBeReadIsReportedIfNoOtherHelps() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(authority)
    defer { server.end() }
    let folder = try TemporaryFolder()
    try folder.write(
      String(contentsOfFile: authority.path, encoding: .utf8), to: "ours.pem")
    let path = folder.path + "/a-key.pem"
    // Which nobody can read, root neither.
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "a-key.pem")
    let response = try await LiveHTTPTransport(
      authorities: TrustedAuthorities(additional: [folder.path])
    ).send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
    #expect(response.status == 200)
    try FileManager.default.removeItem(atPath: folder.path + "/ours.pem")
    await #expect(
      throws: HTTPFailure.cannotSend(
        "the file of trusted authorities `\(path)` cannot be read")
    ) {
      _ = try await LiveHTTPTransport(authorities: TrustedAuthorities(additional: [folder.path]))
        .send(HTTPRequest(.get, "https://127.0.0.1:1/"))
    }
  }

  @Test func aReplacementAloneIsTrusted() async throws {
    let (authority, other) = (try TestAuthority(), try TestAuthority())
    let server = try await TLSServer(authority)
    defer { server.end() }
    func failure(_ authorities: TrustedAuthorities) async -> HTTPFailure? {
      do throws(HTTPFailure) {
        _ = try await LiveHTTPTransport(authorities: authorities).send(
          HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure(TrustedAuthorities(replacement: authority.path)) == nil)
    #expect(
      await failure(TrustedAuthorities(replacement: other.path)) == .untrusted(.unknownAuthority))
    #expect(
      await failure(TrustedAuthorities(replacement: other.path, additional: [authority.path]))
        == nil)
  }

  @Test func aFileWithoutACertificateIsNamed() async throws {
    let folder = try TemporaryFolder()
    try folder.write("not a certificate\n", to: "empty.pem")
    try folder.write(
      "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n", to: "key.pem")
    let request = HTTPRequest(.get, "https://127.0.0.1:1/")
    for (path, reason) in [
      ("\(folder.path)/empty.pem", "has no certificate (PEM)"),
      ("\(folder.path)/key.pem", "has no certificate (PEM)"),
      ("\(folder.path)/none.pem", "cannot be read"),
    ] {
      let expected = HTTPFailure.cannotSend("the file of trusted authorities `\(path)` \(reason)")
      for authorities in [
        TrustedAuthorities(additional: [path]), TrustedAuthorities(replacement: path),
      ] {
        await #expect(throws: expected) {
          _ = try await LiveHTTPTransport(authorities: authorities).send(request)
        }
      }
    }
    await #expect(throws: HTTPFailure.cannotSend("no file in `\(folder.path)` has a certificate")) {
      _ = try await LiveHTTPTransport(authorities: TrustedAuthorities(additional: [folder.path]))
        .send(request)
    }
  }
}

/// A service's own authority, for its requests alone.
@Suite struct RequestAuthorityTests {
  @Test func isTrustedForThatRequestOnly() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(authority)
    defer { server.end() }
    let folder = URL(fileURLWithPath: authority.path).deletingLastPathComponent().path
    let http = LiveHTTPTransport(folder: folder)
    func failure(_ file: String?) async -> HTTPFailure? {
      do throws(HTTPFailure) {
        _ = try await http.send(
          HTTPRequest(.get, "https://127.0.0.1:\(server.port)/", authorities: file))
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure(nil) == .untrusted(.unknownAuthority))
    #expect(await failure("authority.pem") == nil)
    #expect(await failure(authority.path) == nil)
    #expect(await failure(nil) == .untrusted(.unknownAuthority))
    // A missing file is said, each time, and does not break the client.
    for _ in 0..<2 {
      #expect(
        await failure("none.pem")
          == .cannotSend("the file of trusted authorities `\(folder)/none.pem` cannot be read"))
    }
    #expect(await failure("authority.pem") == nil)
  }

  @Test func aPipeIsNotWaitedFor() async throws {
    let folder = try TemporaryFolder()
    _ = try run("/usr/bin/mkfifo", [folder.path + "/pipe"])
    let http = LiveHTTPTransport()
    await #expect(throws: HTTPFailure.self) {
      try await http.send(
        HTTPRequest(.get, "https://127.0.0.1:1/", authorities: folder.path + "/pipe"))
    }
  }
}
