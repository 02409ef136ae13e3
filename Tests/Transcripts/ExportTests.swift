import Foundation
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// Moving out: what connections are in other tools' forms, read by these tools, and read back.
@Suite struct ExportTests {
  /// What each form has to escape in a way of its own.
  private static let values = [
    "plain": "tok-1",
    "quotes": #"to'k "2" \ \n $HOME ${x} $${y} %{z} `id` #{a} {{b}}"#,
    "lines": "tok\r\n\t3\n\n",
    "letters": "tök-\u{1F511}\u{202E}\u{85}\u{2028}\u{1B}[2J",
    "marks": "a@@b@@c ##d## 'tok'",
    "Mixed Näme/1": " tok 4 ",
  ]

  private func project(_ store: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: store)
    try declare(in: sandbox)
    return sandbox
  }

  private func declare(in sandbox: Sandbox) throws {
    for (number, name) in Self.values.keys.sorted().enumerated() {
      try sandbox.write(
        httpManifest("\"\(name)\"", token: ""), to: "connections/\(number).yaml")
      let set = try sandbox.vaultctl(
        ["set", name, "token", "--allow-placeholder"], input: Self.values[name] ?? "",
        isRecorded: false)
      #expect(set.status == 0, "\(set.errorText)")
    }
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: sms, labels: {team: x}}
      spec:
        app: twilio
        setup: {type: api_key, account_id: "AC${1}", api_key: tok-5}
        lifecycle: {preventDestroy: true}
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: chat}
      spec: {app: slack, scopes: [chat]}
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: half}
      spec: {app: twilio, setup: {type: api_key, account_id: AC1}}
      """, to: "connections/more.yaml")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
  }

  private func value(_ sandbox: Sandbox, _ name: String, _ field: String = "token") throws -> String
  {
    try sandbox.vaultctl(["decrypt", name, field], isRecorded: false).text
  }

  private func file(_ sandbox: Sandbox, _ name: String) -> String {
    sandbox.folder.path + "/" + name
  }

  private func expectNoValues(below folder: String) throws {
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let text = FileManager.default.contents(atPath: folder + "/" + name).map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(!(text ?? "").contains("tok-"), "\(name)")
    }
  }

  // MARK: deploy-cli

  @Test func aDirectoryOfDeployCLIComesBackEqual() throws {
    let sandbox = try project()
    let exported = try sandbox.vaultctl(["export", "--to", "deploy-cli", "--out", "export"])
    #expect(exported.status == 4, "\(exported.errorText)")
    try expectNoValues(below: file(sandbox, "export"))
    // Once more: nothing is overwritten.
    let again = try sandbox.vaultctl(["export", "--to", "deploy-cli", "--out", "export"])
    #expect(again.status == 1 && again.errorText.contains("already exists"))
    try sandbox.expectTranscript()

    let values = try sandbox.vaultctl(
      ["export", "--to", "deploy-cli", "--out", "other", "--with-secrets"], isRecorded: false)
    #expect(values.status == 4)
    #expect((try? JSONSerialization.jsonObject(with: Data(values.text.utf8))) != nil)
    let copy = try Sandbox()
    try copy.write(values.text, to: "config.json")
    try FileManager.default.copyItem(
      atPath: file(sandbox, "export"), toPath: file(copy, "export"))
    let imported = try copy.vaultctl(
      ["import", "--from", "deploy-cli", "export", "--keywords", "config.json"], isRecorded: false)
    // One of them looks like a keyword.
    #expect(imported.status == 4, "\(imported.errorText)")
    #expect(imported.errorText.contains("`marks` was not imported as a whole"))
    for (name, text) in Self.values where name != "marks" {
      #expect(try value(copy, name) == text, "\(name)")
    }
    #expect(try value(copy, "sms", "api_key") == "tok-5")
    #expect(try copy.vaultctl(["validate"], isRecorded: false).status == 0)
    #expect(try copy.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    // Without values, every secret stays empty.
    let empty = try Sandbox()
    try FileManager.default.copyItem(
      atPath: file(sandbox, "export"), toPath: file(empty, "export"))
    #expect(
      try empty.vaultctl(["import", "--from", "deploy-cli", "export"], isRecorded: false).status
        == 4)
    for name in try FileManager.default.contentsOfDirectory(atPath: file(empty, "connections")) {
      #expect(!(try empty.read("connections/\(name)")).contains("PGP MESSAGE"))
    }
  }

  /// deploy-cli would put the one connection's secret into the other's file.
  @Test func aPlainTextIsNoKeyword() throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("stripe-prod", token: "tok-1"), to: "connections/a.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: sms}
      spec: {app: twilio, setup: {type: api_key, account_id: "@@STRIPE_PROD_TOKEN@@"}}
      """, to: "connections/b.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let exported = try sandbox.vaultctl([
      "export", "stripe-prod", "--to", "deploy-cli", "--out", "export", "--with-secrets",
    ])
    #expect(exported.status == 0, "\(exported.errorText)")
    let sms = try sandbox.vaultctl(["set", "sms", "api_key"], input: "tok-2")
    #expect(sms.status == 0, "\(sms.errorText)")
    #expect(
      try sandbox.vaultctl(["export", "sms", "--to", "deploy-cli", "--out", "export"]).status == 0)
    let copy = try Sandbox()
    try copy.write(exported.text, to: "config.json")
    try FileManager.default.copyItem(
      atPath: file(sandbox, "export"), toPath: file(copy, "export"))
    _ = try copy.vaultctl([
      "import", "--from", "deploy-cli", "export", "--keywords", "config.json",
    ])
    #expect(try value(copy, "stripe-prod") == "tok-1")
    #expect(!(try copy.read("connections/sms.yaml")).contains("tok-1"))
  }

  /// It replaces one keyword after the other, also in what it has just written.
  @Test func aValueWithAKeywordOfTheExportIsReported() throws {
    let sandbox = try Sandbox()
    for (name, value) in [
      ("a", "x@@B_TOKEN@@"), ("b", "##A_TOKEN##"), ("c", "@@NO_TOKEN@@"), ("d", "p$$w$&"),
    ] {
      try sandbox.write(httpManifest(name, token: ""), to: "connections/\(name).yaml")
      let set = try sandbox.vaultctl(["set", name, "token", "--allow-placeholder"], input: value)
      #expect(set.status == 0, "\(set.errorText)")
    }
    let exported = try sandbox.vaultctl([
      "export", "--to", "deploy-cli", "--out", "export", "--with-secrets",
    ])
    #expect(exported.status == 4)
    for name in ["a", "b", "c", "d"] {
      let isReported = exported.errorText.contains("`\(name)`")
      #expect(isReported == ["a", "b"].contains(name), "\(exported.errorText)")
    }
    #expect(exported.errorText.contains("`token` holds a keyword of the export"))
    #expect(exported.text.contains(#""D_TOKEN":"p$$w$&""#), "\(exported.text)")
  }

  // MARK: Terraform

  /// It is piped into a file: one more line would be no HCL.
  @Test func stdoutHasTheFileAlone() throws {
    let sandbox = try project()
    let command = ["export", "--to", "terraform"]
    let bare = try sandbox.vaultctl(command)
    let sealed = try sandbox.vaultctl(command + ["--with-secrets", "--seal-to", "v.asc"])
    #expect(sealed.status == 4 && sealed.text == bare.text)
    #expect(sealed.errorText.contains("Created v.asc"))
  }

  /// It changes what is not in NFC.
  @Test func whatTerraformNormalizesIsReported() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: sms}
      spec: {app: twilio, setup: {type: api_key, account_id: "e\u{301}", api_key: "x"}}
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: "\u{E9}"}
      spec: {app: twilio, setup: {type: api_key, account_id: "\u{E9}", api_key: "e\u{301}"}}
      """, to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let plain = try sandbox.vaultctl(["export", "--to", "terraform", "--out", "a"])
    #expect(plain.status == 4 && plain.errorText.contains("which changes `account_id`"))
    #expect(!plain.errorText.contains("`api_key`") && !plain.errorText.contains("its name"))
    let values = try sandbox.vaultctl(
      ["export", "--to", "terraform", "--out", "b", "--with-secrets", "--seal-to", "v.asc"])
    #expect(values.status == 4 && values.errorText.contains("which changes `api_key`"))
  }

  @Test func terraformReadsWhatIsWritten() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    try declare(in: it.sandbox)
    try await it.expectFine(["apply", "--auto-approve", "--exclude", "chat"], isRecorded: false)
    let command = ["export", "--to", "terraform"]
    // The applied records have the ids: no login is needed.
    let exported = try await it.vaultctl(
      command + ["--out", "tf", "--with-secrets", "--seal-to", "values.asc"], login: [:],
      isRecorded: false)
    #expect(exported.status == 4, "\(exported.errorText)")
    let text = try it.sandbox.read("tf/vault-connections.tf")
    #expect(try await it.vaultctl(command, login: [:], isRecorded: false).text == text)
    try expectNoValues(below: file(it.sandbox, "tf"))
    for name in ["plain", "sms"] {
      let id = try #require(await tenant.state.id(of: name))
      #expect(text.contains("  to = auth0_flow_vault_connection.\(name)\n  id = \"\(id)\"\n"))
    }
    #expect(!text.contains("to = auth0_flow_vault_connection.chat"))
    #expect(exported.errorText.contains("Terraform would create it"))
    #expect(text.contains(#"account_id = "AC$${1}""#))
    // Its values, opened by gpg alone.
    let opened = try it.sandbox.home.gpg(["--decrypt", file(it.sandbox, "values.asc")]).text
    let values = try #require(
      try JSONSerialization.jsonObject(with: Data(opened.utf8)) as? [String: String])
    #expect(values["quotes_token"] == Self.values["quotes"])
    #expect(values["_mixed_n_me_1_token"] == nil && values["mixed_n_me_1_token"] == " tok 4 ")
    #expect(values.count == Self.values.count + 1)
    // A parser of HCL finds the same names.
    let python = try #require(ProcessInfo.processInfo.environment["VAULTCTL_OPENPGP_PYTHON"])
    let parsed = try run(
      python,
      [
        "-c",
        """
        import hcl2, json, sys
        it = hcl2.load(open(sys.argv[1]))
        variables = {n.strip('"') for v in it["variable"] for n in v}
        used = set()
        for block in it["resource"]:
            for resource in block['"auth0_flow_vault_connection"'].values():
                used |= {v[6:-1] for v in resource.get("setup", {}).values() if v.startswith("${var.")}
        assert variables == used, variables ^ used
        print(len(it["resource"]), len(it["import"]), len(variables))
        """, file(it.sandbox, "tf/vault-connections.tf"),
      ], environment: ["PATH": "/usr/bin:/bin"])
    #expect(parsed.text == "9 8 \(values.count)\n", "\(parsed.errorText)")
    let terraform = "/usr/local/bin/terraform"
    if FileManager.default.isExecutableFile(atPath: terraform) {
      let checked = try run(
        terraform, ["fmt", "-check", "-diff", file(it.sandbox, "tf")],
        environment: [
          "PATH": "/usr/bin:/bin", "HOME": it.sandbox.folder.path,
          "TF_CLI_CONFIG_FILE": "/dev/null",
        ])
      #expect(checked.status == 0, "\(checked.text)\(checked.errorText)")
    }
  }

  // MARK: dotenv

  @Test func aShellReadsALine() throws {
    let sandbox = try project()
    let plain = try sandbox.vaultctl(["export", "sms", "--to", "dotenv"])
    #expect(plain.text == "SMS_ACCOUNT_ID='AC${1}'\n# SMS_API_KEY is sealed; add --with-secrets\n")
    #expect(plain.status == 4)
    #expect(plain.errorText.contains("`api_key` is sealed, and --with-secrets is not given"))
    for (name, expected) in Self.values {
      let line = try sandbox.vaultctl(
        ["export", name, "--to", "dotenv", "--with-secrets"], isRecorded: false)
      let hasReturn = expected.unicodeScalars.contains("\r")
      let isDisputed = name == "quotes"
      #expect(line.status == (hasReturn || isDisputed ? 4 : 0), "\(line.errorText)")
      #expect(line.errorText.contains("a carriage return") == hasReturn)
      #expect(line.errorText.contains("Node's dotenv") == isDisputed)
      // Read back by ourselves.
      let copy = try Sandbox()
      try copy.write(line.text, to: ".env")
      let variable = String(line.text.prefix { $0 != "=" })
      try copy.write(
        "connections: [{name: it, app: http, type: bearer, fields: {token: \(variable)}}]\n",
        to: "map.yaml")
      let imported = try copy.vaultctl(
        ["import", "--from", "dotenv", ".env", "--map", "map.yaml"], isRecorded: false)
      if name != "marks" { #expect(imported.status == 0, "\(imported.errorText)") }
      #expect(try value(copy, "it") == expected, "\(name)")
      // By a shell, which knows no escaped carriage return.
      if hasReturn { continue }
      let shell = try run(
        "/bin/sh", ["-c", ". ./.env; printf '%s' \"$\(variable)\""], in: copy.folder.path,
        environment: ["PATH": "/usr/bin:/bin"])
      #expect(shell.text == expected, "\(name)")
    }
    #expect(try sandbox.vaultctl(["export", "*", "--to", "dotenv"]).status == 1)
    let sealed = try sandbox.vaultctl(
      ["export", "plain", "--to", "dotenv", "--with-secrets", "--seal-to", "it.asc"])
    #expect(sealed.status == 0)
    #expect(
      try sandbox.home.gpg(["--decrypt", file(sandbox, "it.asc")]).text == "PLAIN_TOKEN=tok-1\n")
    let again = ["export", "plain", "--to", "dotenv", "--with-secrets", "--seal-to", "it.asc"]
    #expect(try sandbox.vaultctl(again).status == 1)
  }

  /// In double quotes, readers do not agree what a `\` means: a JSON document would be another one.
  @Test(arguments: [
    (#"{"k":"a\nb"}"#, #"'{"k":"a\nb"}'"#, false), (#"C:\dir\x"#, #"'C:\dir\x'"#, false),
    ("it's", #""it's""#, false), (#"it's\x"#, #""it's\\x""#, true),
    (#"it's "x""#, #""it's \"x\"""#, true), (#"a\\b"#, #""a\\\\b""#, true),
    (#"a\"#, #""a\\""#, true),
  ])
  func aBackslashIsInSingleQuotesWhereItCan(
    value: String, line: String, isDisputed: Bool
  ) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("it", token: ""), to: "connections/it.yaml")
    let set = try sandbox.vaultctl(
      ["set", "it", "token", "--allow-placeholder"], input: value, isRecorded: false)
    #expect(set.status == 0, "\(set.errorText)")
    let exported = try sandbox.vaultctl(
      ["export", "it", "--to", "dotenv", "--with-secrets"], isRecorded: false)
    #expect(exported.text == "IT_TOKEN=\(line)\n")
    #expect(exported.status == (isDisputed ? 4 : 0), "\(exported.errorText)")
    #expect(exported.errorText.contains("Node's dotenv") == isDisputed)
    try sandbox.write(exported.text, to: ".env")
    let shell = try run(
      "/bin/sh", ["-c", ". ./.env; printf '%s' \"$IT_TOKEN\""], in: sandbox.folder.path,
      environment: ["PATH": "/usr/bin:/bin"])
    #expect(shell.text == value)
  }

  /// It is exported whole, and nothing says otherwise.
  @Test func anAppOfTheProjectIsExportedAsLines() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        apps:
          crm: {setups: [{type: key, fields: [{name: host, secret: false}, {name: zone, secret: false, required: true}]}]}
        """)
    func declare(_ fields: String) throws {
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: crm}
        spec: {app: crm, setup: {type: key, \(fields)}}
        """, to: "connections/crm.yaml")
    }
    try declare("host: h, zone: z")
    let whole = try sandbox.vaultctl(["export", "crm", "--to", "dotenv"])
    #expect(whole.status == 0 && whole.text == "CRM_HOST=h\nCRM_ZONE=z\n", "\(whole.errorText)")
    try declare("host: h")
    let half = try sandbox.vaultctl(["export", "crm", "--to", "dotenv"])
    #expect(half.status == 4 && half.text == "CRM_HOST=h\n")
    #expect(half.errorText.contains("`zone` has no value"), "\(half.errorText)")
  }

  // MARK: External Secrets

  /// The operator reads with the client of `bao`.
  @Test func externalSecretsNameWhatTheServerHas() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(
      server.root, store: "{type: openbao, prefix: team/conn}",
      more: "environments: {prod: {store: {type: openbao, prefix: team/conn}}}")
    try declare(in: it.sandbox)
    let exported = try it.vaultctl([
      "export", "--env", "prod", "--to", "external-secrets", "--push-to", "aws", "--out", "k8s",
    ])
    #expect(exported.status == 4, "\(exported.errorText)")
    try it.sandbox.recordFile("k8s/external-secrets.yaml")
    try it.sandbox.expectTranscript()
    try it.fine(["apply", "--env", "prod", "--auto-approve"], isRecorded: false)
    // Each key that is named, in the order of the documents.
    let text = try it.sandbox.read("k8s/external-secrets.yaml")
    let keys = text.split(separator: "\n").filter { $0.contains(" key: \"") }.compactMap { line in
      line.split(separator: "\"").dropFirst().first.map(String.init)
    }
    #expect(Set(keys).count == Self.values.count + 1)
    for (name, expected) in Self.values {
      let found = try keys.contains { try server.root.secret($0)["token"] == expected }
      #expect(found, "\(name)")
    }
    // Another store has nothing that an operator could read.
    let sandbox = try project()
    #expect(try sandbox.vaultctl(["export", "--to", "external-secrets"]).status == 1)
  }

  // MARK: Refusals

  @Test(arguments: [
    ["--to", "deploy-cli"], ["--to", "terraform", "--with-secrets"], ["--to", "nothing"], [],
    ["--to", "external-secrets", "--with-secrets"], ["--to", "dotenv"],
    ["plain", "--to", "dotenv", "--out", "x"], ["--to", "terraform", "--seal-to", "x"],
    ["--to", "terraform", "--push-to", "x"],
  ])
  func wrongUsageIsRefused(arguments: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("plain", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["export"] + arguments).status == 64)
  }

  /// All files are written, or none.
  @Test func aFailingSealFileLeavesNothingBehind() throws {
    let sandbox = try project()
    let command = [
      "export", "--to", "deploy-cli", "--out", "export", "--with-secrets", "--seal-to",
    ]
    #expect(try sandbox.vaultctl(command + ["no-such-folder/it.asc"]).status == 1)
    #expect(!FileManager.default.fileExists(atPath: file(sandbox, "export")))
    // What was there stays.
    try sandbox.write("x", to: "export/other")
    #expect(try sandbox.vaultctl(command + ["no-such-folder/it.asc"]).status == 1)
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: file(sandbox, "export")) == ["other"])
    #expect(try sandbox.vaultctl(command + ["it.asc"]).status == 4)
  }

  /// An empty value would be applied, so the name is left out.
  @Test(arguments: ["terraform", "deploy-cli"])
  func aSecretThatIsNotTextIsLeftOut(format: String) throws {
    let sandbox = try Sandbox()
    for name in ["bytes", "text"] {
      try sandbox.write(httpManifest(name, token: ""), to: "connections/\(name).yaml")
      let value = Data(name == "bytes" ? [0xFF, 0x41] : Array("tok".utf8))
      try value.write(to: URL(fileURLWithPath: file(sandbox, "value")))
      let set = try sandbox.vaultctl(["set", name, "token", "--value-file", "value"])
      #expect(set.status == 0, "\(set.errorText)")
    }
    let exported = try sandbox.vaultctl([
      "export", "--to", format, "--out", "export", "--with-secrets",
    ])
    #expect(exported.status == 4 && exported.errorText.contains("`token` has bytes"))
    #expect(exported.text.lowercased().contains("text_token"))
    #expect(!exported.text.lowercased().contains("bytes_token"), "\(exported.text)")
  }

  @Test func nothingIsWrittenThroughALink() throws {
    let sandbox = try project()
    try FileManager.default.createDirectory(
      atPath: file(sandbox, "elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: file(sandbox, "export"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: file(sandbox, "export/flow-vault-connections"), withDestinationPath: "../elsewhere")
    #expect(try sandbox.vaultctl(["export", "--to", "deploy-cli", "--out", "export"]).status == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: file(sandbox, "elsewhere")).isEmpty)
    try FileManager.default.createSymbolicLink(
      atPath: file(sandbox, "vault-connections.tf"), withDestinationPath: "no-such-file")
    #expect(try sandbox.vaultctl(["export", "--to", "terraform", "--out", "."]).status == 1)
  }
}
