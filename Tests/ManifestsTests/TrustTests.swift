import Diagnostics
import Manifests
import Model
import SourceYAML
import Testing

/// What of a branch's project file counts beside a trusted one.
@Suite struct TrustTests {
  private static let head = """
    apiVersion: vaultctl/v1
    kind: Project
    name: p
    recipients: [{keys: [120F408B0FBE71D066AFA2FB60B08D8547395983]}]

    """

  private func parsed(_ text: String) throws -> (file: YAMLFile, project: Project) {
    let (yaml, faults) = YAMLFile.parse(Array((Self.head + text).utf8), file: Project.fileName)
    let read = Project.read(yaml, parseFaults: faults)
    return (yaml, try #require(read.project, "\(read.diagnostics.map(\.message)): \(text)"))
  }

  private func merge(_ own: String, _ trusted: String) throws -> (Project, [Diagnostic]) {
    let (own, trusted) = (try parsed(own), try parsed(trusted))
    let merge = TrustedMerge(
      (own.file, own.project.catalog), trusted: (trusted.file, trusted.project.catalog),
      origin: "refs/remotes/origin/main")
    let read = Project.read(merge.file, parseFaults: [])
    return (
      try #require(read.project, "\(read.diagnostics.map(\.message))"), merge.diagnostics
    )
  }

  private static let bao = "store: {type: openbao, address: https://bao.example.com}\n"
  private static let crm = """
    apps:
      crm:
        setups: [{type: key, fields: [{name: token}]}]

    """
  private static let oauth = "    oauth: {tokenEndpoint: https://crm.example.com/token}\n"

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let own: String
    let trusted: String
    /// The paths that are reported, in the order of the branch's file.
    let paths: [String]

    init(_ name: String, _ own: String, beside trusted: String, _ paths: [String]) {
      testDescription = name
      self.own = own
      self.trusted = trusted
      self.paths = paths
    }
  }

  @Test(arguments: [
    Case(
      "address", "store: {type: openbao, address: https://evil.example.com}", beside: bao,
      ["store.address"]),
    Case(
      "address in another style",
      "\"store\":\n  type: openbao\n  ? \"addr\\u0065ss\"\n  : &a 'https://evil.example.com'\n",
      beside: bao, ["store.address"]),
    Case("address removed", "store: {type: openbao}", beside: bao, ["store.address"]),
    Case("address null", "store: {type: openbao, address: null}", beside: bao, ["store.address"]),
    Case(
      "address of OpenBao for SQLite", bao, beside: "store: {type: sqlite}",
      ["store.type", "store.address"]),
    Case(
      "SQLite for OpenBao", "store: {type: sqlite}", beside: bao, ["store.type", "store.address"]),
    Case("store removed", "", beside: bao, ["store.type", "store.address"]),
    Case(
      "everything else of a store",
      """
      store:
        type: openbao
        address: https://bao.example.com
        namespace: other
        mount: other
        prefix: other
        login: {method: jwt, role: other, jwtFrom: "env:CI_JOB_JWT"}
        credentialsCommand: [sh, -c, "curl evil"]
      """, beside: bao,
      [
        "store.namespace", "store.mount", "store.prefix", "store.login.method", "store.login.role",
        "store.login.jwtFrom", "store.credentialsCommand",
      ]),
    Case(
      "tenant",
      "store: {type: auth0, domain: d.example.com, baseURL: \"https://evil.example.com\"}",
      beside: "store: {type: auth0, domain: d.example.com}", ["store.baseURL"]),
    Case(
      "environment's address",
      "environments: {prod: {store: {type: openbao, address: https://evil.example.com}}}",
      beside: "environments: {prod: {store: {type: openbao, address: https://bao.example.com}}}",
      ["environments.prod.store.address"]),
    Case(
      "new environment",
      "environments: {prod: {store: {type: openbao, address: https://evil.example.com}}}",
      beside: "",
      ["environments.prod.store.type", "environments.prod.store.address"]),
    Case(
      "environment removed", "environments: {dev: }",
      beside: "environments: {dev: , prod: {store: {type: openbao}}}", ["environments.prod"]),
    Case(
      "token endpoint", crm + oauth.replacing("crm.ex", with: "evil.ex"), beside: crm + oauth,
      [
        "apps.crm.oauth.tokenEndpoint"
      ]),
    Case("new endpoint", crm + oauth, beside: crm, ["apps.crm.oauth.tokenEndpoint"]),
    Case("endpoint removed", crm, beside: crm + oauth, ["apps.crm.oauth.tokenEndpoint"]),
    Case("app removed", "", beside: crm + oauth, ["apps.crm"]),
    Case(
      "new endpoint of a built-in app",
      """
      apps:
        stripe:
          setups: [{type: key, fields: [{name: token}]}]
          oauth: {tokenEndpoint: https://evil.example.com/token}
      """, beside: "", ["apps.stripe.oauth.tokenEndpoint"]),
  ])
  func theTrustedValueIsUsedAndTheDifferenceIsReported(_ it: Case) throws {
    let (project, diagnostics) = try merge(it.own, it.trusted)
    let trusted = try parsed(it.trusted).project
    #expect(diagnostics.map(\.code) == it.paths.map { _ in .untrustedSetting })
    #expect(
      diagnostics.map { String($0.message.split(separator: "`")[0]) } == it.paths,
      "\(diagnostics.map(\.message))")
    #expect(project.store == trusted.store)
    #expect(project.catalog["crm"]?.oauth == trusted.catalog["crm"]?.oauth)
    #expect(project.catalog["stripe"]?.oauth == trusted.catalog["stripe"]?.oauth)
    let former = trusted.environment(named: "prod")?.store
    #expect(former == nil || project.environment(named: "prod")?.store == former)
    #expect(
      project.environments.allSatisfy {
        if case .openBao(let bao) = $0.store.backend {
          bao.address != "https://evil.example.com"
        } else {
          true
        }
      })
  }

  @Test(arguments: [
    ("policy.failOn", "policy: {failOn: [drift]}", "policy: {failOn: [drift, conflict]}"),
    ("policy.failOn", "policy: {failOn: []}", "policy: {failOn: [drift]}"),
    ("policy.failOn", "", "policy: {failOn: [drift]}"),
    ("signing", "signing: optional", signing),
    ("signing", "", signing),
    ("signers", signing.replacing("9B8B", with: "AAAA"), signing),
    ("store.ledger", auth0("{type: sqlite, path: other.db}"), auth0("git")),
    ("store.ledger", "store: {type: auth0, domain: d.example.com}", auth0("git")),
    ("store.ledger", auth0("{type: sqlite, path: a.db}"), auth0("{type: sqlite, path: b.db}")),
    (
      "store.ledger", auth0("{type: sqlite, path: a.db}"),
      "store: {type: auth0, domain: d.example.com}"
    ),
    (
      "environments.prod.store.ledger", "environments: {prod: {store: {type: sqlite}}}",
      "environments: {prod: {store: {type: sqlite, ledger: git}}}"
    ),
  ])
  func aLooserSettingIsAnError(_ path: String, _ own: String, _ trusted: String) throws {
    let (project, diagnostics) = try merge(own, trusted)
    #expect(diagnostics.contains { $0.code == .looserSetting && $0.message.hasPrefix("`\(path)`") })
    #expect(diagnostics.filter { $0.code == .looserSetting }.allSatisfy { $0.severity == .error })
    let former = try parsed(trusted).project
    #expect(project.failOn == former.failOn)
    #expect(project.store == former.store)
    switch (project.signing, former.signing) {
    case (.required(let now), .required(let before)): #expect(now.map(\.text) == before.map(\.text))
    case (.optional, .optional): break
    case (.required, .optional), (.optional, .required): Issue.record("\(project.signing)")
    }
  }

  private static func auth0(_ ledger: String) -> String {
    "store: {type: auth0, domain: d.example.com, ledger: \(ledger)}"
  }

  private static let signing = """
    signing: required
    signers: [9B8B37935D3C93240657D90A4B8DC1D856111441, 120F408B0FBE71D066AFA2FB60B08D8547395983]
    """

  @Test(arguments: [
    ("policy: {failOn: [drift, conflict]}", "policy: {failOn: [drift]}"),
    ("policy: {failOn: [drift]}", ""),
    (signing, ""),
    (signing, "signing: optional"),
    (
      "signing: required\nsigners: [9B8B37935D3C93240657D90A4B8DC1D856111441]", signing
    ),
    ("store: {type: sqlite, ledger: git}", "store: {type: sqlite}"),
    ("manifests: [other]\nflows: [flows/*.json]", "manifests: [connections]"),
    ("recipients: [{keys: [9B8B37935D3C93240657D90A4B8DC1D856111441]}]", ""),
    ("tokens: {marginSeconds: 60}", ""),
    (crm.replacing("crm:", with: "crm:\n    name: CRM"), crm),
    (crm.replacing("{name: token}", with: "{name: token}, {name: url, secret: false}"), crm),
    (crm, ""),
    ("environments: {dev: , stage: {overlay: x}}", "environments: {dev: }"),
    ("environments: {dev: }", "environments: {dev: , stage: {overlay: x}}"),
    ("policy: {}\napps: {}\nenvironments: {}", ""),
  ])
  func whatIsHarmlessOrTighterIsTheBranchs(_ own: String, _ trusted: String) throws {
    func withoutRule(_ text: String) -> String {
      text.hasPrefix("recipients:") ? String(text.dropFirst("recipients:".count)) : text
    }
    // The head has a rule already; another one is an environment's.
    let own =
      own.hasPrefix("recipients:") ? "environments: {dev: {recipients: \(withoutRule(own))}}" : own
    let (project, diagnostics) = try merge(own, trusted)
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    let expected = try parsed(own).project
    #expect(project.failOn == expected.failOn)
    #expect(project.store == expected.store)
    #expect(project.catalog == expected.catalog)
    #expect(project.environments.map(\.name) == expected.environments.map(\.name))
    #expect(project.renewal == expected.renewal)
  }

  private static func prod(_ name: String, id: String? = nil, _ host: String) -> String {
    """
      \(name):
        \(id.map { "id: \($0)" } ?? "recipients:")
        store: {type: openbao, address: https://\(host).example.com}

    """
  }

  /// An environment that one side has renamed is the same one: its trusted settings are used.
  @Test(arguments: [
    (
      prod("production", id: "prod", "bao"), prod("prod", "bao"), [String](), ["production": "prod"]
    ),
    (
      prod("production", id: "prod", "evil"), prod("prod", "bao"),
      ["environments.production.store.address"], ["production": "prod"]
    ),
    (prod("prod", "bao"), prod("production", id: "prod", "bao"), [], ["prod": "prod"]),
    (
      prod("prod", "evil"), prod("production", id: "prod", "bao"),
      ["environments.prod.store.address"], ["prod": "prod"]
    ),
    (prod("live", id: "prod", "bao"), prod("production", id: "prod", "bao"), [], ["live": "prod"]),
    (prod("prod", id: "prod", "bao"), prod("prod", "bao"), [], ["prod": "prod"]),
    ("  production: {id: prod}\n", "  prod:\n", [], ["production": "prod"]),
    ("  production: {id: prod, overlay: o}\n", "  prod: {}\n", [], ["production": "prod"]),
    // What a pipeline selects by a name stays the same.
    (
      prod("prod", id: "other", "bao"), prod("prod", "bao"), ["environments.prod.id"],
      ["prod": "prod"]
    ),
    (
      "  prod: {id: dev}\n  dev: {id: prod}\n", "  prod:\n  dev:\n",
      ["environments.prod.id", "environments.dev.id"], ["prod": "prod", "dev": "dev"]
    ),
    (
      "  prod: {id: prod-2}\n  production: {id: prod}\n", "  prod:\n",
      ["environments.prod.id", "environments.production.id"],
      ["prod": "prod", "production": "production"]
    ),
  ])
  func aRenamedEnvironmentIsTheSame(
    _ own: String, _ trusted: String, _ paths: [String], _ ids: [String: String]
  ) throws {
    let (project, diagnostics) = try merge("environments:\n" + own, "environments:\n" + trusted)
    #expect(
      diagnostics.map { String($0.message.split(separator: "`")[0]) } == paths,
      "\(diagnostics.map(\.message))")
    #expect(diagnostics.allSatisfy { $0.code == .untrustedSetting })
    #expect(
      Dictionary(uniqueKeysWithValues: project.environments.map { ($0.name, $0.id) }) == ids)
    #expect(
      project.environments.allSatisfy {
        if case .openBao(let bao) = $0.store.backend {
          bao.address == "https://bao.example.com"
        } else {
          true
        }
      })
  }

  @Test func anEnvironmentsIDNeedsNoApprovalOfItsOwn() throws {
    let (yaml, _) = try parsed("environments: {production: {id: prod}}")
    #expect(SettingsTree(yaml).needingTrust.isEmpty)
  }

  @Test func aFieldThatIsNoLongerSecretIsAnError() throws {
    let open = Self.crm.replacing("{name: token}", with: "{name: token, secret: false}")
    #expect(try merge(open, Self.crm).1.map(\.code) == [.looserSetting])
    #expect(try merge(Self.crm, open).1.isEmpty, "the other way is tighter")
  }

  @Test func anotherNameOrIdIsLooser() throws {
    let (yaml, _) = YAMLFile.parse(
      Array((Self.head.replacing("name: p", with: "name: q")).utf8), file: Project.fileName)
    let trusted = try parsed("")
    let merge = TrustedMerge(
      (yaml, trusted.project.catalog), trusted: (trusted.file, trusted.project.catalog),
      origin: "main")
    #expect(merge.diagnostics.map(\.code) == [.looserSetting])
    #expect(Project.read(merge.file, parseFaults: []).project?.name == "p")
  }

  /// The file need not be valid: what a later version adds needs trust, too.
  @Test(arguments: [
    ("hooks: {before: [sh, -c, x]}", ["hooks.before"]),
    ("proxy: http://evil.example.com", ["proxy"]),
    ("store: {type: sqlite, caFile: ca.pem}", ["store.caFile"]),
    ("tokens: {service: https://evil.example.com}", ["tokens.service"]),
    ("environments: {prod: {proxy: x}}", ["environments.prod.proxy"]),
    ("apps: {crm: {webhook: https://evil.example.com}}", ["apps.crm.webhook"]),
    ("apps: {\"a.name\": {x: y}}", ["apps.\"a.name\".x"]),
    ("store: {type: sqlite, path: a.db}", []),
    ("policy: {maxChanges: 3}", []),
  ])
  func aSettingThatNobodyKnowsNeedsTrust(_ text: String, _ paths: [String]) {
    let (yaml, _) = YAMLFile.parse(Array((Self.head + text).utf8), file: Project.fileName)
    #expect(SettingsTree(yaml).needingTrust.map(\.path.text) == paths)
  }

  @Test func whatInitWritesNeedsNoTrust() throws {
    let text = Scaffold.project(
      name: "p", id: try #require(ProjectID("0123456789abcdefghij")),
      recipients: [("120F408B0FBE71D066AFA2FB60B08D8547395983", "Ann")])
    let (yaml, _) = YAMLFile.parse(Array(text.utf8), file: Project.fileName)
    #expect(SettingsTree(yaml).needingTrust.isEmpty)
  }

  @Test func theDigestIsOfEverythingButWhatIsHarmless() throws {
    func digest(_ text: String, _ files: [String: String] = [:]) throws -> [UInt8] {
      SettingsTree(try parsed(text).file).canonicalText(files: files)
    }
    let base = try digest(Self.bao)
    #expect(
      try digest("# a comment\nstore:\n  address: 'https://bao.example.com'\n  type: openbao\n")
        == base)
    #expect(try digest(Self.bao + "manifests: [other]") == base)
    let others = [
      try digest(Self.bao.replacing("bao.ex", with: "evil.ex")), try digest(""),
      try digest(Self.bao + "policy: {failOn: [drift]}"), try digest(Self.bao + Self.signing),
      try digest(Self.bao, ["ci/login": "00"]), try digest(Self.bao, ["ci/login": "01"]),
    ]
    #expect(Set(others + [base]).count == others.count + 1)
  }
}
