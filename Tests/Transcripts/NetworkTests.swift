import Foundation
import TestOpenBao
import TestServer
import TestSupport
import Testing

/// How the program reaches a server: proxies, authorities, libcurl.
@Suite struct NetworkTests {
  private let password = "pr0xy-p4ss"

  @Test func theEnvironmentsProxyIsUsedWithItsPassword() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    let proxy = try await ProxyServer(user: "ci", password: password)
    defer { proxy.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    let target = try #require(URL(string: server.root.address)?.port)
    func plan(_ environment: [String: String]) throws -> Finished {
      try it.vaultctl(["plan", "-vvv"], environment: environment, isRecorded: false)
    }

    let address = "http://ci:\(password)@127.0.0.1:\(proxy.port)"
    for name in ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
      let connections = count("CONNECT 127.0.0.1:\(target)", in: proxy.log)
      let finished = try plan([name: address])
      #expect(finished.status == 0, "\(name): \(finished.errorText)")
      #expect(!finished.errorText.contains(password))
      #expect(count("CONNECT 127.0.0.1:\(target)", in: proxy.log) > connections, "\(name)")
    }

    for wrong in ["http://ci:wr0ng@127.0.0.1:\(proxy.port)", "http://127.0.0.1:\(proxy.port)"] {
      let finished = try plan(["https_proxy": wrong])
      #expect(finished.status == 1)
      #expect(
        finished.errorText.contains(
          "the proxy refused the user name and the password, or requires them"))
      #expect(!finished.errorText.contains("wr0ng"))
    }

    let nowhere = "http://127.0.0.1:9"
    for exceptions in ["127.0.0.1", "127.0.0.0/8", "*", "example.com, 127.0.0.1"] {
      let finished = try plan(["https_proxy": nowhere, "NO_PROXY": exceptions])
      #expect(finished.status == 0, "\(exceptions): \(finished.errorText)")
    }
    // As in curl: CGI sets this one from a header of a request.
    #expect(try plan(["HTTP_PROXY": nowhere]).status == 0)
  }

  /// What is sent in clear is seen by this machine alone.
  @Test(arguments: ["127.0.0.1", "localhost"])
  func aPlainRequestToThisMachineGoesToNoProxy(host: String) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let proxy = try ScriptedServer { connection in _ = try connection.readRequest() }
    defer { proxy.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    let port = try #require(URL(string: server.root.address)?.port)
    for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
      let finished = try it.vaultctl(
        ["plan"], environment: [name: proxy.address, "BAO_ADDR": "http://\(host):\(port)"],
        isRecorded: false)
      #expect(finished.status == 0, "\(name): \(finished.errorText)")
    }
    #expect(proxy.connectionCount == 0)
  }

  @Test func aProxysCertificateIsVerifiedWithTheSameAuthorities() async throws {
    let authority = try TestAuthority()
    // It ends the tunnel after the handshake, which shows that the proxy was trusted.
    let proxy = try await TLSServer(authority, options: ["-rev"])
    defer { proxy.end() }
    let it = try OpenBaoSandbox(BaoClient(address: "https://127.0.0.1:9", token: "t0ken"))
    try it.declare(["a"])
    func failure(_ environment: [String: String]) throws -> String {
      let finished = try it.vaultctl(
        ["plan"],
        environment: environment.merging(["https_proxy": "https://127.0.0.1:\(proxy.port)"]) { $1 },
        isRecorded: false)
      #expect(finished.status == 1)
      return finished.errorText
    }
    let unknown = "not signed by an authority that this machine trusts"
    #expect(try failure([:]).contains(unknown))
    for name in ["SSL_CERT_FILE", "BAO_CACERT"] {
      let known = try failure([name: authority.path])
      #expect(known.contains("the connection was closed before"), "\(name): \(known)")
    }
  }

  private func count(_ text: String, in log: String) -> Int {
    log.components(separatedBy: text).count - 1
  }

  @Test func authoritiesOfTheEnvironmentAreTrusted() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    let folder = try TemporaryFolder()
    try folder.write(try String(contentsOfFile: authority.path, encoding: .utf8), to: "ours.pem")
    func plan(_ environment: [String: String]) throws -> Finished {
      try it.vaultctl(
        ["plan"], environment: ["BAO_CACERT": ""].merging(environment) { $1 }, isRecorded: false)
    }
    #expect(try plan([:]).status == 1)
    for (name, value) in [
      ("BAO_CACERT", authority.path), ("BAO_CAPATH", folder.path),
      ("VAULT_CAPATH", folder.path), ("SSL_CERT_FILE", authority.path),
      ("SSL_CERT_DIR", "/etc/ssl/certs:\(folder.path)"),
    ] {
      let finished = try plan([name: value])
      #expect(finished.status == 0, "\(name): \(finished.errorText)")
    }
    let finished = try plan(["BAO_CACERT": folder.path + "/none.pem"])
    #expect(finished.status == 1)
    #expect(
      finished.errorText.contains(
        "the file of trusted authorities `\(folder.path)/none.pem` cannot be read"))
    // It has certificates, and nobody may see them.
    let locked = try Sandbox.withMode(0, of: folder.path) {
      try it.vaultctl(
        ["plan"], environment: ["BAO_CACERT": "", "BAO_CAPATH": folder.path], isRecorded: false,
        obeysModes: true)
    }
    #expect(locked.status == 1)
    #expect(
      locked.errorText.contains(
        "the folder of trusted authorities `\(folder.path)` cannot be read"),
      "\(locked.errorText)")
  }

  @Test func anAuthorityOfTheProjectFileIsTrusted() async throws {
    let authority = try TestAuthority()
    let server = try await BaoServer(authority: authority)
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    try it.declare(["a"])
    func plan() throws -> Finished {
      try it.vaultctl(["plan"], environment: ["BAO_CACERT": ""], isRecorded: false)
    }
    #expect(try plan().status == 1)
    try it.sandbox.write(
      try String(contentsOfFile: authority.path, encoding: .utf8), to: "keys/ours.pem")
    let project = try it.sandbox.read("vaultctl.yaml")
    func trusting(_ file: String) throws -> Finished {
      try it.sandbox.write(project + "\ntls: {caFile: \(file)}\n", to: "vaultctl.yaml")
      return try plan()
    }
    let missing = try trusting("keys/none.pem")
    #expect(missing.status == 1)
    #expect(missing.errorText.contains("keys/none.pem` cannot be read"), "\(missing.errorText)")
    let trusted = try trusting("keys/ours.pem")
    #expect(trusted.status == 0, "\(trusted.errorText)")
  }

  /// Of an app whose service has one of its own; nothing else trusts it.
  @Test func anAuthorityOfAServiceIsTrusted() async throws {
    let authority = try TestAuthority()
    let server = try await TLSServer(authority)
    defer { server.end() }
    func failure(_ oauth: [String]) async throws -> String {
      let test = try TokenSandbox(server: "https://127.0.0.1:\(server.port)", oauth: oauth)
      try test.sandbox.write(
        try String(contentsOfFile: authority.path, encoding: .utf8), to: "ours.pem")
      try await test.apply("robot", app: "machine", id: "machine", secret: "s3cret")
      let finished = try await test.vaultctl(["refresh"])
      #expect(finished.status == 1)
      return finished.errorText
    }
    let unknown = "not signed by an authority that this machine trusts"
    #expect(try await failure([]).contains(unknown))
    let known = try await failure(["tls: {caFile: ours.pem}"])
    // It is no authorization server, which shows that the request was sent.
    #expect(!known.contains(unknown) && !known.contains("TLS"), "\(known)")
  }

  /// In a pipeline, what a branch puts into the file is not trusted.
  @Test func theFileOfAuthoritiesIsTrustedToo() throws {
    let sandbox = try Sandbox(isTrusted: false)
    try sandbox.writeProject(
      extra: """
        store: {type: openbao, address: "https://127.0.0.1:9"}
        tls: {caFile: ours.pem}
        """)
    try sandbox.write("one", to: "ours.pem")
    func digest() throws -> String { try sandbox.vaultctl(["trust", "--digest"]).text }
    let first = try digest()
    #expect(first.hasPrefix("sha256:"))
    try sandbox.write("two", to: "ours.pem")
    #expect(try digest() != first)
  }

  @Test func withoutLibcurlOnlyTheNetworkIsMissing() throws {
    // The loader takes a file of this name, whatever is in it, and looks no further.
    let folder = try TemporaryFolder()
    try folder.write("", to: "libcurl.so.4")
    let environment = ["LD_LIBRARY_PATH": folder.path]
    let sandbox = try Sandbox()
    try sandbox.writeProject()
    let local = try sandbox.vaultctl(["plan"], environment: environment, isRecorded: false)
    #expect(local.status == 0, "\(local.errorText)")
    try sandbox.writeProject(extra: "store: {type: openbao, address: \"http://127.0.0.1:9\"}")
    let remote = try sandbox.vaultctl(
      ["plan"], environment: environment.merging(["BAO_TOKEN": "x"]) { $1 }, isRecorded: false)
    #expect(remote.status == 1)
    #expect(
      remote.errorText.contains("libcurl (libcurl.so.4) cannot be loaded"), "\(remote.errorText)")
    #expect(remote.errorText.contains("apt-get install libcurl4"))
  }
}
