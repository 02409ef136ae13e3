import Foundation
import TestSupport
import Testing

/// Commands that look something up and change nothing.
@Suite struct LookupCommandTests {
  /// What `-o json` prints.
  private func object(_ text: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theEffectiveManifestIsPrintedAndStaysSealed() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}}")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata:
        name: a
        labels: {team: messaging, tier: "1"}
        annotations: {"run book": "go: there"}
        renamedFrom: old
      spec:
        app: jwt
        setup:
          type: jwt
          secret: in-clear
          algorithm: HS256
          issuer: "yes"
          age: 1.50
          mask: 0x1f
          open: true
        publicFields: [issuer, age, mask, open]
        scopes: [b, a]
        lifecycle: {preventDestroy: true}
        ignore: [age]
      """, to: "connections/a.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec: {setup: {algorithm: HS512, issuer: null}, scopes: null}
      """, to: "environments/prod/a.yaml")
    let unsealed = try sandbox.vaultctl(["get", "a"])
    #expect(unsealed.status == 1, "a secret in plain text")
    #expect(!(unsealed.text + unsealed.errorText).contains("in-clear"))
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let base = try sandbox.vaultctl(["get", "a"], home: "/nonexistent")
    #expect(base.status == 0 && !base.text.contains("in-clear"), "\(base.errorText)")
    let prod = try sandbox.vaultctl(["get", "a", "--env", "prod", "-o", "yaml"])
    let json = try object(try sandbox.vaultctl(["get", "a", "--output", "json"]).text)
    let spec = try #require(json["spec"] as? [String: Any])
    let setup = try #require(spec["setup"] as? [String: Any])
    #expect(setup["age"] as? Double == 1.5 && setup["mask"] as? String == "0x1f")
    #expect((setup["secret"] as? String)?.hasPrefix("-----BEGIN PGP MESSAGE-----\n") == true)

    // What it prints is a manifest, and the same connection.
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/environments/prod/a.yaml")
    try sandbox.write(base.text, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["get", "a"]).text == base.text)
    #expect(try sandbox.vaultctl(["decrypt", "a", "secret"]).text == "in-clear")
    let sealed = try Regex(#"-----BEGIN PGP MESSAGE-----[\s\S]*?-----END PGP MESSAGE-----"#)
    try expectGolden(
      base.text.replacing(sealed, with: "<sealed>"),
      "LookupCommandTests/theEffectiveManifestIsPrintedAndStaysSealed.base.txt")
    try expectGolden(
      prod.text.replacing(sealed, with: "<sealed>"),
      "LookupCommandTests/theEffectiveManifestIsPrintedAndStaysSealed.prod.txt")
  }

  @Test func aConnectionThatIsNotThereIsAnError() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}}")
    try sandbox.write(httpManifest("alpha", token: "null"), to: "connections/a.yaml")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: alpha}\nspec: null\n",
      to: "environments/prod/a.yaml")
    #expect(try sandbox.vaultctl(["get", "alpa"]).status == 1)
    #expect(try sandbox.vaultctl(["get", "alpha", "--env", "prod"]).status == 1)
    #expect(try sandbox.vaultctl(["get", "alpha", "-o", "text"]).status == 64)
    #expect(try sandbox.vaultctl(["who-can-open", "alpha"]).text.contains("no sealed value"))
    try sandbox.expectTranscript()
  }

  @Test func theCatalogIsShown() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        apps:
          ledger:
            setups:
              - type: api_key
                fields:
                  - {name: base_url, required: true, secret: false, format: https-url}
                  - {name: api_key, required: true, minLength: 16}
        """)
    #expect(try sandbox.vaultctl(["apps"]).status == 0)
    for app in ["jwt", "slack", "google_sheets", "ledger"] {
      #expect(try sandbox.vaultctl(["apps", app]).status == 0)
    }
    #expect(try sandbox.vaultctl(["apps", "ledger", "-o", "json"]).status == 0)
    #expect(try sandbox.vaultctl(["apps", "slakc"]).status == 1)
    try sandbox.expectTranscript()
    let outside = try run(
      try Sandbox.builtProgram(), ["apps", "-o", "json"], in: "/",
      environment: ["PATH": "/usr/bin:/bin"])
    let apps = try #require(try object(outside.text)["apps"] as? [[String: Any]])
    #expect(apps.count == 21)
  }

  @Test func everyApplyIsInTheLog() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.vaultctl(["log"]).status == 0)
    try sandbox.write(httpManifest("a", token: "null"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    try sandbox.write(httpManifest("b", token: "null"), to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try sandbox.vaultctl(["log"]).status == 0)
    #expect(try sandbox.vaultctl(["log", "-n1"]).text.split(separator: "\n").count == 2)
    #expect(try sandbox.vaultctl(["log", "--limit", "0"]).status == 64)
    #expect(try sandbox.vaultctl(["log", "-n", "1", "-o", "json"]).status == 0)
    #expect(try sandbox.vaultctl(["list"]).text == sandbox.vaultctl(["status"]).text)
    try sandbox.expectTranscript()
  }

  @Test func theDoctorNamesEachProblemWithItsFix() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.vaultctl(["doctor"]).status == 1, "no repository")
    try sandbox.git(["init", "--quiet"])
    #expect(try sandbox.vaultctl(["doctor"]).status == 0)
    let empty = try TemporaryFolder()
    sandbox.transcript.note("An empty keyring.")
    #expect(try sandbox.vaultctl(["doctor"], home: empty.path).status == 1)
    try sandbox.write(httpManifest("a", token: "in-clear"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["doctor"]).status == 1)
    try sandbox.write("kind: Project\n", to: "vaultctl.yaml")
    let broken = try sandbox.vaultctl(["doctor", "-o", "json"])
    #expect(broken.status == 1 && broken.errors.isEmpty)
    let checks = try #require(try object(broken.text)["checks"] as? [[String: Any]])
    #expect(checks.count == 6)
    try sandbox.expectTranscript(known: [(empty.path, "<empty>")])
  }

  @Test func theDoctorOpensNoUntrustedStore() throws {
    let sandbox = try Sandbox(isTrusted: false)
    try sandbox.git(["init", "--quiet"])
    try sandbox.writeProject(
      extra: "store: {type: openbao, address: \"https://bao.invalid\"}")
    let examined = try sandbox.vaultctl(["doctor"])
    #expect(examined.status == 1)
    #expect(examined.text.contains("vaultctl trust"))
    #expect(examined.text.contains("skipped  store"), "\(examined.text)")
  }

  @Test func theVersionIsACommandToo() throws {
    let sandbox = try Sandbox()
    let version = try sandbox.vaultctl(["--version"]).text.dropLast()
    #expect(try sandbox.vaultctl(["version"]).text.hasPrefix("vaultctl \(version)\n"))
    let form = try object(try sandbox.vaultctl(["version", "--json"]).text)
    #expect(form["version"] as? String == String(version))
    #expect(
      try sandbox.vaultctl(["completions", "fish"]).text
        == sandbox.vaultctl(["completion", "fish"]).text)
  }
}
