import Foundation
import TestSupport
import Testing

/// Files that SOPS itself encrypted.
@Suite struct SOPSImportTests {
  private let sandbox: Sandbox

  private static let plain = """
    services:
      # a comment
      crm:
        token: tok-1   # inline
        count: 12
        ratio: 1.5
        enabled: true
        nothing: null
        empty: ""
      billing:
        token: "tok-2 ü"
    list: [a, 2, false, {x: y}]

    """

  private let tool: SOPSTool

  init() throws {
    sandbox = try Sandbox()
    tool = try SOPSTool(sandbox)
  }

  /// Encrypted for the sandbox' key.
  private func encrypt(
    _ text: String, _ options: [String] = [], as name: String = "it.yaml", for key: String? = nil
  ) throws -> String {
    try tool.encrypt(text, options, as: name, to: key.map { ["--pgp", $0] })
  }

  /// - Parameter environment: in which SOPS itself can be found.
  private func imported(
    _ text: String, as name: String = "it.yaml", _ options: [String] = [],
    mapped: [String] = ["--map", "services.*.token=http.token"], environment: [String: String] = [:]
  ) throws -> Finished {
    let folder = sandbox.folder.path + "/connections"
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
    try sandbox.write(text, to: name)
    return try sandbox.vaultctl(
      ["import", "--from", "sops", name] + mapped + options, environment: environment)
  }

  private func expectTokens(_ names: [String] = ["crm", "billing"]) throws {
    for (name, token) in [("crm", "tok-1"), ("billing", "tok-2 ü")] where names.contains(name) {
      #expect(try sandbox.vaultctl(["decrypt", name, "token"]).text == token)
    }
  }

  @Test(arguments: [
    [], ["--encrypted-regex", "^token$"], ["--encrypted-regex", "^token$", "--mac-only-encrypted"],
    ["--unencrypted-regex", "^(count|ratio)$"], ["--encrypted-suffix", "token"],
    ["--unencrypted-suffix", "_plain"],
  ])
  func everyRuleOfTheToolIsRead(options: [String]) throws {
    let finished = try imported(encrypt(Self.plain, options))
    #expect(finished.status == 0, "\(finished.errorText)")
    try expectTokens()
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
  }

  @Test func severalDocumentsAndJSON() throws {
    let documents = "services: {crm: {token: tok-1}}\n---\nservices: {billing: {token: tok-2 ü}}\n"
    #expect(try imported(encrypt(documents)).status == 0)
    try expectTokens()
    let json =
      #"{"services": {"crm": {"token": "tok-1", "n": 3, "f": 0.25, "b": false, "x": null}}}"#
    #expect(try imported(encrypt(json, as: "it.json"), as: "it.json").status == 0)
    try expectTokens(["crm"])
  }

  @Test func oneOfSeveralKeysIsEnough() throws {
    let other = try sandbox.home.makeKey("Bob <bob@example.com>")
    let text = try encrypt(Self.plain, for: "\(other),\(sandbox.key)")
    try sandbox.home.gpg(["--delete-secret-keys", other])
    #expect(try imported(text).status == 0)
    try expectTokens()
    let finished = try imported(encrypt(Self.plain, for: other))
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("none of the keys of `it.yaml` is in your keyring"))
  }

  /// Forms that SOPS knows by the file's name.
  @Test func dotenvINIAndBinaryFiles() throws {
    let path = tool.path
    try sandbox.write(
      "connections: [{name: crm, app: http, type: bearer, fields: {token: CRM_TOKEN}}]\n",
      to: "env.yaml")
    let env = try encrypt("# c\nCRM_TOKEN=tok-1\nA_unencrypted=x\n", as: "it.env")
    let withoutSOPS = try imported(env, as: "it.env", mapped: ["--map", "env.yaml"])
    #expect(withoutSOPS.status == 1 && withoutSOPS.errorText.contains("not installed"))
    #expect(withoutSOPS.errorText.contains("it is a dotenv or INI file"))
    let finished = try imported(
      env, as: "it.env", mapped: ["--map", "env.yaml"], environment: path)
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(finished.errorText.contains("1 value of `it.env` is not encrypted"))
    try expectTokens(["crm"])
    let ini = try imported(
      encrypt("[crm]\ntoken = tok-1\n", as: "it.ini"), as: "it.ini",
      mapped: ["--map", "*.token=http.token"], environment: path)
    #expect(ini.status == 0, "\(ini.errorText)")
    try expectTokens(["crm"])
    try sandbox.write(
      "connections: [{name: crm, app: http, type: bearer, fields: {token: data}}]\n",
      to: "data.yaml")
    let binary = try encrypt("tok-1", ["--input-type", "binary"], as: "it.bin")
    #expect(try imported(binary, as: "it.bin", mapped: ["--map", "data.yaml"]).status == 0)
    try expectTokens(["crm"])
  }

  /// By SOPS, from PATH.
  @Test func aFileForAnAgeKey() throws {
    let (recipient, path) = try tool.ageKey()
    let text = try tool.encrypt(
      "services: {crm: {token: tok-1}}\n---\nservices: {billing: {token: tok-2 ü}}\n",
      to: ["--age", recipient])
    let finished = try imported(text, environment: path)
    #expect(finished.status == 0, "\(finished.errorText)")
    try expectTokens()
    let keyless = try imported(text, environment: tool.path)
    #expect(keyless.status == 1 && keyless.errorText.contains("sops says:"))
    #expect(keyless.errorText.contains("`sops` could not open `it.yaml`"))
    // What SOPS finds, it says.
    let tampered = try imported(text.replacing("billing:", with: "other:"), environment: path)
    #expect(tampered.status == 1 && !tampered.errorText.contains("tok-"))
  }

  /// A team has both: who has the key of age alone needs no OpenPGP key, and no keyring.
  @Test func aFileForAnOpenPGPKeyOrAnAgeKey() throws {
    let (recipient, path) = try tool.ageKey()
    let other = try sandbox.home.makeKey("Bob <bob@example.com>")
    let recipients = ["--pgp", other, "--age", recipient]
    let text = try tool.encrypt(Self.plain, to: recipients)
    #expect(try imported(text).status == 0)
    try sandbox.home.gpg(["--delete-secret-keys", other])
    let byAge = try imported(text, environment: path)
    #expect(byAge.status == 0, "\(byAge.errorText)")
    try expectTokens()
    // Neither key is here, or no SOPS: both reasons are reported.
    for (environment, reason) in [(tool.path, "sops says:"), ([:], "which is not installed")] {
      let refused = try imported(text, environment: environment)
      #expect(refused.status == 1)
      #expect(refused.errorText.contains("none of the keys of `it.yaml` is in your keyring"))
      #expect(refused.errorText.contains(reason), "\(refused.errorText)")
    }
  }

  @Test func anOpenPGPKeyWithoutItsPassphraseLeavesTheFileToTheAgeKey() throws {
    let (recipient, path) = try tool.ageKey()
    let locked = try sandbox.home.makeKey("Locked", passphrase: "hush")
    let text = try tool.encrypt(Self.plain, to: ["--pgp", locked, "--age", recipient])
    let finished = try imported(text, environment: path)
    #expect(finished.status == 0, "\(finished.errorText)")
    try expectTokens()
  }

  /// Keys of the first group, and a server that it names.
  @Test(arguments: [
    ("sops: {pgp: [{enc: x}], \(age), mac: x}", true),
    ("sops: {key_groups: [{pgp: [{enc: x}], \(age)}], mac: x}", true),
    ("sops: {pgp: [{enc: x}], age: [], kms: null, mac: x}", false),
    ("sops: {pgp: [{enc: x}], hc_vault: \(server), mac: x}", false),
    ("sops: {pgp: [{enc: x}], \(age), hc_vault: \(server), mac: x}", false),
  ])
  func aFileThatNoOpenPGPKeyOpensIsGivenToSOPS(metadata: String, isGiven: Bool) throws {
    let (finished, wasStarted) = try importedWithSOPS("x: y\n\(metadata)\n", as: "it.yaml")
    #expect(wasStarted == isGiven, "\(finished.errorText)")
    if isGiven { return }
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("none of the keys of `it.yaml` is in your keyring"))
  }

  /// Imports with a `sops` in PATH that leaves a mark.
  ///
  /// - Returns: also whether it was started.
  private func importedWithSOPS(
    _ text: String, as name: String, _ options: [String] = []
  ) throws -> (finished: Finished, wasStarted: Bool) {
    let bin = sandbox.folder.path + "/bin"
    try sandbox.write(
      """
      #!/bin/sh
      echo "$*" > "$HOME/ran"
      for last; do :; done
      cp "$last" "$HOME/got"

      """, to: "bin/sops")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: bin + "/sops")
    let mark = sandbox.folder.path + "/ran"
    try? FileManager.default.removeItem(atPath: mark)
    let finished = try imported(
      text, as: name, options, environment: ["PATH": "\(bin):/usr/bin:/bin"])
    return (finished, FileManager.default.fileExists(atPath: mark))
  }

  private static let server =
    "[{vault_address: \"https://evil.example.com\", engine_path: a, key_name: b, enc: c}]"
  private static let age = "age: [{recipient: age1x, enc: x}]"

  /// SOPS would send the user's token there.
  @Test(arguments: [
    ("x: y\nsops: {hc_vault: \(server), mac: x}\n", "it.yaml"),
    ("x: y\nsops: {key_groups: [{pgp: []}, {hc_vault: \(server)}], mac: x}\n", "it.yaml"),
    ("x: y\nsops: {azure_kv: [{vault_url: \"https://evil.example.com\"}]}\n", "it.yaml"),
    ("X=y\nsops_hc_vault__list_0__map_vault_address=https://evil.example.com\n", "it.env"),
    // In another case, and kinds that nobody knows.
    ("x: y\nsops: {\(age), HC_Vault: \(server), mac: x}\n", "it.yaml"),
    ("x: y\nsops: {\(age), hckms: [{key_id: \"x:y\", enc: c}]}\n", "it.yaml"),
    ("x: y\nsops: {key_groups: [{\(age)}, {other: \(server)}]}\n", "it.yaml"),
    ("X=y\nsops_hckms__list_0__map_key_id=x:y\n", "it.env"),
    (
      "[sops]\nage__list_0__map_enc=x\nkey_groups__list_1__map_Hc_vault__list_0__map_enc=x\n",
      "it.ini"
    ),
    ("[sops]\nkey_groups__map_0__list_hc_vault__list_0__map_enc=x\n", "it.ini"),
    // Metadata that SOPS may take instead.
    ("x: y\nsops: {\(age)}\n---\nx: y\nsops: {hc_vault: \(server)}\n", "it.yaml"),
    ("x: y\nsops: {\(age)}\nSOPS: {hc_vault: \(server)}\n", "it.yaml"),
    ("x: y\nsops: {\(age)}\n\u{17F}ops: {hc_vault: \(server)}\n", "it.yaml"),
    ("sops: {\(age)}\n\"<<\": {sops: {hc_vault: \(server)}}\n", "it.yaml"),
    // Shapes that SOPS does not write.
    ("x: y\nsops: {age: {hc_vault: \(server)}}\n", "it.yaml"),
    ("x: y\nsops: {kms: [[{hc_vault: \(server)}]]}\n", "it.yaml"),
    ("x: y\nsops: {\(age), key_groups: {a: {hc_vault: \(server)}}}\n", "it.yaml"),
    ("x: y\nsops: {gcp_kms: text}\n", "it.yaml"),
  ])
  func aFileThatMayNameAServerIsNotGivenToSOPS(text: String, name: String) throws {
    let (finished, wasStarted) = try importedWithSOPS(text, as: name)
    #expect(finished.status == 1 && !wasStarted, "\(finished.errorText)")
    #expect(finished.errorText.contains("a server that the file names"), "\(finished.errorText)")
  }

  /// The same without these: the mark is left.
  @Test(arguments: [
    ("x: y\nsops: {\(age), kms: [], hc_vault: [], azure_kv: null, mac: x}\n", "it.yaml"),
    ("x: y\nsops: {key_groups: [{\(age)}, {gcp_kms: [{resource_id: a, enc: x}]}]}\n", "it.yaml"),
    ("X=y\nX__Y=z\nsops_age__list_0__map_enc=x\nsops_version=3.9.0\n", "it.env"),
    ("[sops]\nkey_groups__list_0__map_age__list_0__map_enc=x\n", "it.ini"),
  ])
  func aFileWithKeysOfKnownKindsIsGivenToSOPS(text: String, name: String) throws {
    #expect(try importedWithSOPS(text, as: name).wasStarted)
    // What was looked at, and not a file that may be another one by now.
    #expect(try sandbox.read("got") == text)
    let arguments = try sandbox.read("ran").split(separator: " ").map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let copy = try #require(arguments.last)
    #expect(copy.hasSuffix(name.dropFirst(2)) && copy.hasPrefix("/"), "\(copy)")
    #expect(!FileManager.default.fileExists(atPath: copy) && !arguments.contains("--ignore-mac"))
    _ = try importedWithSOPS(text, as: name, ["--ignore-mac"])
    #expect(try sandbox.read("ran").contains("--ignore-mac"))
  }

  /// Nothing says which value is which field, but the keys do.
  @Test func keysThatAreAConnectionsOwn() throws {
    let text = try encrypt(
      """
      prod:
        crm: {app: HTTP, type: bearer, token: tok-1}
        sms: {account_id: AC1, api_key: tok-3}
        other: {colour: red}
      billing: {app: http, name: billing, setup: {type: bearer, token: tok-2 ü}, scopes: [a]}

      """)
    let finished = try imported(text, mapped: [])
    #expect(finished.status == 4)
    try expectTokens()
    #expect(try sandbox.read("connections/sms.yaml").contains("app: twilio"))
    #expect(try sandbox.vaultctl(["decrypt", "sms", "api_key"]).text == "tok-3")
    #expect(finished.errorText.contains("`prod`.`other`.`colour`"), "\(finished.errorText)")
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
  }

  /// Where a key is long, and a rule has many steps.
  @Test(arguments: [(60_000, "vaultctl cannot apply its rule"), (70_000, "keys that are too long")])
  func aLongKeyTakesNoTime(length: Int, reason: String) throws {
    let key = String(repeating: "a", count: length)
    let text = try encrypt(#"{"\#(key)": {"token": "tok-1"}}"#, as: "it.json")
      .replacing("\"mac\":", with: "\"encrypted_regex\": \"(a?){400}$\", \"mac\":")
    let time = try ContinuousClock().measure {
      let finished = try imported(text, as: "it.json")
      #expect(finished.status == 1 && finished.errorText.contains(reason))
    }
    #expect(time < .seconds(60))
  }

  /// A matcher that backtracks would be busy for years.
  @Test func aHostileRuleTakesNoTime() throws {
    let text = try encrypt("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!: {token: tok-1}\n")
      .replacing("    mac:", with: "    encrypted_regex: (a+)+$\n    mac:")
    #expect(try imported(text).status == 1)
  }

  @Test func aManifestThatSOPSEncrypted() throws {
    let text = try encrypt(httpManifest("crm", token: "tok-1"), ["--encrypted-regex", "^token$"])
    try sandbox.write(text, to: "it.yaml")
    let finished = try sandbox.vaultctl(["import", "--from", "sops", "it.yaml"])
    #expect(finished.status == 0, "\(finished.errorText)")
    try expectTokens(["crm"])
  }

  /// Also what SOPS lets pass, as far as the file shows it.
  @Test func whatWasTamperedWithIsRefused() throws {
    let whole = try encrypt(Self.plain)
    let parts = try encrypt(Self.plain, ["--encrypted-regex", "^token$"])
    func line(_ key: String, _ text: String) throws -> String {
      try String(
        #require(text.split(separator: "\n").first { $0.contains("\(key):") }))
    }
    let (one, two) = (
      try line("token", whole),
      try String(#require(whole.split(separator: "\n").filter { $0.contains("token:") }.last))
    )
    for (tampered, reason) in [
      ("renamed", whole.replacing("billing:", with: "other:")),
      (
        "moved",
        whole.replacing(one, with: "<1>").replacing(two, with: one).replacing("<1>", with: two)
      ),
      ("plain", whole.replacing(one, with: "        token: plain")),
      ("removed", whole.replacing(try line("ratio", whole) + "\n", with: "")),
      ("changed", parts.replacing("count: 12", with: "count: 13")),
      // Nothing authenticates the type.
      ("bool", whole.replacing(one, with: one.replacing("type:str]", with: "type:bool]"))),
      ("int", whole.replacing(one, with: one.replacing("type:str]", with: "type:int]"))),
      ("bytes", whole.replacing(one, with: one.replacing("type:str]", with: "type:bytes]"))),
    ].map({ ($0.1, $0.0) }) {
      let finished = try imported(tampered)
      #expect(finished.status == 1, "\(reason): \(finished.text)")
      #expect(finished.errorText.contains("`it.yaml` was changed"), "\(reason)")
      let isType = ["bool", "int", "bytes"].contains(reason)
      #expect(
        finished.errorText.contains("the type of `services.crm.token` does not fit") == isType)
      #expect(!finished.errorText.contains("tok-"))
    }
    // What no authentication code shows is reported: a plain key's name, and where one plain value ends.
    for (reason, tampered) in [
      ("renamed", parts.replacing("count:", with: "number:")),
      (
        "shifted",
        parts.replacing("count: 12", with: "count: 1").replacing("ratio: 1.5", with: "ratio: 21.5")
      ),
      ("null", parts.replacing("    list:", with: "    more: null\n    list:")),
    ] {
      let finished = try imported(tampered)
      #expect(finished.status == 0, "\(reason)")
      #expect(finished.errorText.contains("7 values of `it.yaml` are not encrypted"), "\(reason)")
    }
    // Without its authentication code only if that is asked for.
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    let bare = lines.filter { !$0.hasPrefix("    mac:") }.joined(separator: "\n")
    #expect(try imported(bare).status == 1)
    #expect(try imported(bare, ["--ignore-mac"]).status == 0)
    try expectTokens()
  }

  /// Where the authentication code is not over plain values, the report does not say that it is.
  @Test func whatPlainValuesAreNotAuthenticatedIsAWarning() throws {
    let parts = try encrypt(Self.plain, ["--encrypted-regex", "^token$", "--mac-only-encrypted"])
    let changed = try imported(parts.replacing("count: 12", with: "count: 13"))
    #expect(changed.status == 0, "\(changed.errorText)")
    let words = "7 values of `it.yaml` are neither encrypted nor authenticated"
    #expect(changed.errorText.contains("warning[VC1290]: \(words)"), "\(changed.errorText)")
    let whole = try encrypt(Self.plain, ["--encrypted-regex", "^token$"])
    let ignored = try imported(whole, ["--ignore-mac"])
    #expect(ignored.status == 0 && ignored.errorText.contains(words), "\(ignored.errorText)")
  }

  /// SOPS itself opens what is sealed for other keys, if it is installed.
  @Test func aFileForOtherKeysNamesTheWay() throws {
    let finished = try imported(
      """
      services: {crm: {token: "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"}}
      sops:
        age: [{recipient: age1x, enc: x}]
        lastmodified: "2026-01-01T00:00:00Z"
        mac: x
      """)
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("can only be opened by `sops`"))
    #expect(finished.errorText.contains("its data key is not sealed for an OpenPGP key"))
  }
}
