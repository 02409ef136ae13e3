import Commands
import Foundation
import Ledgers
import Manifests
import Model
import OpenBaoStore
import Stores
import TestSupport
import Testing

@Suite struct StoreLoginTests {
  private static let secret = "s3cr3t-canary"
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func logins(
    _ script: String? = nil, _ environment: [String: String] = [:]
  ) -> StoreLogins {
    StoreLogins(
      script.map { ["/bin/sh", "-c", $0] } ?? [], folder: folder.path,
      environment: environment.merging(["HOME": folder.path]) { first, _ in first })
  }

  private func token(_ credentials: BaoCredentials) -> String? {
    if case .token(let token) = credentials { token } else { nil }
  }

  @Test(arguments: [
    (["BAO_TOKEN": "a"], "a"),
    (["VAULT_TOKEN": "b"], "b"),
    (["BAO_TOKEN": "a", "VAULT_TOKEN": "b"], "a"),
    (["BAO_TOKEN": "", "VAULT_TOKEN": "b"], "b"),
  ])
  func openBaosOwnNamesComeFirst(_ environment: [String: String], _ expected: String) throws {
    #expect(token(try logins(nil, environment).openBao(.token)) == expected)
  }

  @Test func aTokenOfBaoLoginIsTheLastResort() throws {
    try folder.write(" from-file \n", to: ".vault-token")
    #expect(token(try logins().openBao(.token)) == "from-file")
    #expect(token(try logins(nil, ["BAO_TOKEN": "a"]).openBao(.token)) == "a")
  }

  enum OddFile: CaseIterable { case folder, pipe, large, binary }

  /// Another token than the user's is not looked for, and nothing is waited for.
  @Test(arguments: OddFile.allCases)
  func aFileOfALoginThatCannotBeReadIsReported(_ odd: OddFile) throws {
    for name in [".vault-token", "jwt.txt"] {
      let path = folder.path + "/" + name
      switch odd {
      case .folder:
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: false)
      case .pipe: #expect(unsafe mkfifo(path, 0o600) == 0)
      case .large:
        try folder.write("", to: name)
        #expect(unsafe truncate(path, 2 << 20) == 0)
      case .binary: try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: path))
      }
    }
    for (login, name) in [
      (OpenBaoLogin.token, ".vault-token"),
      (.jwt(mount: "m", role: "r", from: .file("jwt.txt")), "jwt.txt"),
    ] {
      let error = #expect(throws: StoreError.self) { try logins().openBao(login) }
      guard case .unauthorized(let reason) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(reason.contains(name), "\(reason)")
    }
  }

  /// As Kubernetes mounts tokens.
  @Test func aLinkToALoginIsFollowed() throws {
    try folder.write("linked\n", to: "..data/token")
    for name in [".vault-token", "jwt.txt"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: "..data/token")
    }
    #expect(token(try logins().openBao(.token)) == "linked")
    guard
      case .jwt(_, _, "linked") = try logins().openBao(
        .jwt(mount: "m", role: "r", from: .file("jwt.txt")))
    else {
      Issue.record("not the linked JWT")
      return
    }
  }

  @Test func theCommandsVariablesGoBeforeTheEnvironments() throws {
    let found = try logins(
      "printf 'ignored\\n BAO_TOKEN = first \\nBAO_TOKEN=a=b\\n'", ["BAO_TOKEN": "env"]
    ).openBao(.token)
    #expect(token(found) == "a=b", "the last line of a name counts, whole after its first `=`")
  }

  @Test func theCommandRunsInTheProjectsFolder() throws {
    try folder.write("BAO_TOKEN=there\n", to: "login.env")
    #expect(token(try logins("cat login.env").openBao(.token)) == "there")
  }

  @Test func anAppRoleNeedsBothIDs() throws {
    let both = ["BAO_ROLE_ID": "r", "VAULT_SECRET_ID": "s"]
    guard case .appRole("m", "r", "s") = try logins(nil, both).openBao(.appRole(mount: "m")) else {
      Issue.record("not an AppRole")
      return
    }
    let error = #expect(throws: StoreError.self) {
      try logins(nil, ["BAO_ROLE_ID": "r"]).openBao(.appRole(mount: "m"))
    }
    #expect(error == .unauthorized("BAO_SECRET_ID, which the login needs, is not set"))
  }

  @Test(arguments: [
    (JWTSource.variable("ID_TOKEN"), "from-variable"),
    (.file("jwt.txt"), "from-file"),
    (.command, "from-command"),
  ])
  func aJWTComesFromWhereTheSettingsSay(_ source: JWTSource, _ expected: String) throws {
    try folder.write("from-file\n", to: "jwt.txt")
    let logins = logins("echo BAO_JWT=from-command", ["ID_TOKEN": "from-variable"])
    guard
      case .jwt("m", "r", let jwt) = try logins.openBao(.jwt(mount: "m", role: "r", from: source))
    else {
      Issue.record("not a JWT")
      return
    }
    #expect(jwt == expected)
  }

  @Test(arguments: [JWTSource.variable("ID_TOKEN"), .file("jwt.txt"), .command])
  func aMissingJWTIsNamedByItsSource(_ source: JWTSource) {
    #expect(throws: StoreError.self) {
      try logins().openBao(.jwt(mount: "m", role: "r", from: source))
    }
  }

  @Test func auth0NeedsALogin() {
    #expect(throws: StoreError.unauthorized("no credentials found")) { try logins().auth0() }
    #expect(throws: Never.self) {
      try logins(nil, ["AUTH0_CLIENT_ID": "c", "AUTH0_CLIENT_SECRET": "s"]).auth0()
    }
  }

  @Test(arguments: [
    "echo BAO_TOKEN=\(secret); echo \(secret) >&2; exit 3",
    "echo \(secret); echo \(secret) >&2",
  ])
  func noErrorHoldsWhatTheCommandPrinted(_ script: String) throws {
    let error = #expect(throws: StoreError.self) { try logins(script).openBao(.token) }
    #expect(!"\(try #require(error))".contains(Self.secret))
  }

  @Test func aCommandThatDoesNotEndIsEnded() throws {
    let command = try #require(
      CredentialsCommand(
        ["/bin/sleep", "600"], folder: folder.path, environment: [:], limit: .seconds(1)))
    #expect(
      throws: StoreError.unavailable("`credentialsCommand` did not end within 1 s: /bin/sleep")
    ) {
      try command.variables()
    }
  }

  /// A cloud's command may leave a daemon that keeps its output open.
  @Test func aCommandIsNotWaitedForLongerThanItRuns() throws {
    let script = "sleep 600 2>/dev/null & echo A=$!"
    let command = try #require(
      CredentialsCommand(
        ["/bin/sh", "-c", script], folder: folder.path, environment: ["PATH": "/usr/bin:/bin"],
        limit: .seconds(300)))
    let printed = try command.variables()["A"] ?? ""
    let daemon = try #require(Int32(printed))
    #expect(kill(daemon, SIGKILL) == 0)
  }

  @Test func aCommandThatCannotBeStartedIsNamed() throws {
    let logins = StoreLogins(["/no/such/program", Self.secret], folder: folder.path)
    let error = try #require(
      #expect(throws: StoreError.self) { try logins.openBao(.token) })
    #expect("\(error)".contains("/no/such/program"))
    #expect(!"\(error)".contains(Self.secret))
  }

  @Test(arguments: [
    (StoreBackend.sqlite(path: ".vaultctl/a b.db"), "sqlite/=2evaultctl=2fa=20b.db"),
    (.openBao(OpenBaoSettings(address: nil, namespace: nil)), "openbao/secret/vaultctl"),
    (
      .openBao(OpenBaoSettings(address: nil, namespace: nil, prefix: "team/a")),
      "openbao/secret/team=2fa"
    ),
    (
      .openBao(OpenBaoSettings(address: nil, namespace: nil, prefix: "team-a")),
      "openbao/secret/team-a"
    ),
    (.sqlite(path: "a..b.lock"), "sqlite/a=2e=2eb=2elock"),
    (
      .auth0(Auth0Settings(domain: "x.example.com", baseURL: nil, credentialsCommand: [])),
      "auth0/x.example.com"
    ),
  ])
  func aLedgersNameIsARefsNameAndNoOtherBackends(_ backend: StoreBackend, _ name: String) throws {
    let id = try #require(ProjectID("0123456789abcdefghij"))
    for (environment, part) in [(nil, "_base"), ("prod", "prod")] {
      let ledger = backend.ledgerName(
        of: Owner(project: id, name: "it", environment: environment))
      #expect(ledger.place == name)
      #expect(ledger.text == "\(name)/\(id)/\(part)")
      let check = try run(
        "/usr/bin/git", ["check-ref-format", "refs/vaultctl/ledger/\(ledger.text)"])
      #expect(check.status == 0)
    }
  }

  @Test func onlyABackendThatHoldsNoRecordsHasALedgerUnasked() {
    let auth0 = StoreBackend.auth0(
      Auth0Settings(domain: "x.example.com", baseURL: nil, credentialsCommand: []))
    #expect(auth0.standardLedger == .git())
    #expect(StoreBackend.sqlite(path: "a").standardLedger == nil)
  }
}
