import Foundation
import TestSupport
import Testing

/// Coming over from other tools: what they have becomes manifests, byte for byte, and the rest is
/// reported.
@Suite struct ForeignImportTests {
  private func decrypted(_ sandbox: Sandbox, _ name: String, _ field: String) throws -> String {
    let finished = try sandbox.vaultctl(["decrypt", name, field], isRecorded: false)
    #expect(finished.status == 0, "\(finished.errorText)")
    return finished.text
  }

  private func expectApplied(_ sandbox: Sandbox) throws {
    #expect(try sandbox.vaultctl(["validate"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    #expect(
      try sandbox.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false).status == 0)
  }

  // MARK: Terraform

  private static let state = #"""
    {"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "outputs": {},
     "resources": [
      {"mode": "managed", "type": "auth0_flow_vault_connection", "name": "crm", "instances": [
        {"attributes": {"app_id": "HTTP", "id": "ac_1", "name": "crm prod", "ready": true,
          "setup": {"type": "BEARER", "token": "t0k-\"q\" \u00fc\n"}}}]},
      {"mode": "managed", "type": "auth0_flow_vault_connection", "name": "empty", "instances": [
        {"attributes": {"app_id": "TWILIO", "id": "ac_2", "name": "sms", "setup": null}}]},
      {"mode": "managed", "type": "auth0_flow_vault_connection", "name": "many",
       "module": "module.a", "instances": [
        {"index_key": "x", "attributes": {"app_id": "NOPE", "id": "ac_3", "name": "nope"}},
        {"index_key": 1, "attributes": {"app_id": "HTTP", "id": "ac_4", "name": "crm prod"}}]},
      {"mode": "data", "type": "auth0_flow_vault_connection", "name": "read", "instances": [
        {"attributes": {"app_id": "HTTP", "id": "ac_5", "name": "read"}}]},
      {"mode": "managed", "type": "auth0_client", "name": "c", "instances": [{"attributes": {}}]}]}
    """#

  @Test func aStateOfTerraform() throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.state, to: "terraform.tfstate")
    let shown = try sandbox.vaultctl([
      "import", "--from", "terraform", "terraform.tfstate", "--dry-run",
    ])
    #expect(shown.status == 4)
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/connections/sms.yaml"))
    #expect(
      try sandbox.vaultctl(["import", "--from", "terraform", "terraform.tfstate"]).status == 4)
    #expect(try decrypted(sandbox, "crm prod", "token") == "t0k-\"q\" ü\n")
    try expectApplied(sandbox)
    // Again: everything is declared, and nothing is overwritten.
    let again = try sandbox.vaultctl(["import", "--from", "terraform", "terraform.tfstate"])
    #expect(again.status == 1)
    try sandbox.expectTranscript()
    #expect(!sandbox.transcript.text.contains("t0k-"))
  }

  @Test func whatTerraformShows() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      #"""
      {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {
        "resources": [
          {"address": "auth0_flow_vault_connection.a", "mode": "managed",
           "type": "auth0_flow_vault_connection", "name": "a",
           "values": {"app_id": "HTTP", "name": "a", "setup": {"type": "BEARER", "token": "one"}}}],
        "child_modules": [{"address": "module.m", "resources": [
          {"address": "module.m.auth0_flow_vault_connection.b[0]", "mode": "managed",
           "type": "auth0_flow_vault_connection", "name": "b",
           "values": {"app_id": "HTTP", "name": "b", "setup": {"type": "BEARER", "token": "two"}}}]}]
      }}}
      """#, to: "show.json")
    let imported = try sandbox.vaultctl(["import", "--from", "terraform", "show.json"])
    #expect(imported.status == 0, "\(imported.errorText)")
    // The tenant's connections are not the project's.
    #expect(
      imported.errorText.contains("\n  module.m.auth0_flow_vault_connection.b[0]\n")
        && !imported.errorText.contains("state rm"), "\(imported.errorText)")
    #expect(try decrypted(sandbox, "a", "token") == "one")
    #expect(try decrypted(sandbox, "b", "token") == "two")
  }

  // MARK: deploy-cli and the dashboard

  @Test func anExportOfDeployCLI() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      flowVaultConnections:
        - {name: crm, app_id: HTTP, setup: {type: BEARER, token: ##CRM_TOKEN##}}
        - {name: mail, app_id: HTTP, setup: {type: BEARER, token: "@@MAIL_TOKEN@@"}}
        - {name: open, app_id: SLACK}
      """, to: "export/tenant.yaml")
    let left = try sandbox.vaultctl(["import", "--from", "deploy-cli", "export/tenant.yaml"])
    #expect(left.status == 4)
    // A keyword is never a value.
    #expect(!(try sandbox.read("connections/crm.yaml")).contains("BEGIN PGP MESSAGE"))
    for name in ["crm", "mail", "open"] {
      try FileManager.default.removeItem(atPath: "\(sandbox.folder.path)/connections/\(name).yaml")
    }
    try sandbox.write(
      #"{"AUTH0_KEYWORD_REPLACE_MAPPINGS": {"CRM_TOKEN": "one", "MAIL_TOKEN": "two"}}"#,
      to: "config.json")
    let filled = try sandbox.vaultctl(
      ["import", "--from", "deploy-cli", "export/tenant.yaml", "--keywords", "config.json"])
    #expect(filled.status == 0, "\(filled.errorText)")
    #expect(try decrypted(sandbox, "crm", "token") == "one")
    #expect(try decrypted(sandbox, "mail", "token") == "two")
    try expectApplied(sandbox)
    try sandbox.expectTranscript()
  }

  @Test func aDirectoryOfDeployCLI() throws {
    let sandbox = try Sandbox()
    for (name, token) in [("a", "one"), ("b b", "two")] {
      try sandbox.write(
        #"{"name": "\#(name)", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "\#(token)"}}"#,
        to: "export/flow-vault-connections/\(name).json")
    }
    #expect(try sandbox.vaultctl(["import", "--from", "deploy-cli", "export"]).status == 0)
    #expect(try decrypted(sandbox, "b b", "token") == "two")
    let none = try sandbox.vaultctl(["import", "--from", "deploy-cli", "connections"])
    #expect(none.status == 1 && none.errorText.contains("flow-vault-connections"))
  }

  /// A folder that nobody may read is neither absent nor empty.
  @Test(arguments: ["flow-vault-connections", "flows"])
  func aFolderOfDeployCLIThatCannotBeRead(name: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      #"{"name": "crm", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x"}}"#,
      to: "export/flow-vault-connections/crm.json")
    try sandbox.write(#"{"name": "welcome", "actions": []}"#, to: "export/flows/welcome.json")
    let imported = try Sandbox.withMode(0, of: "\(sandbox.folder.path)/export/\(name)") {
      try sandbox.vaultctl(["import", "--from", "deploy-cli", "export"], obeysModes: true)
    }
    #expect(imported.status == 1)
    #expect(imported.errorText.contains("cannot read `export/\(name)`"), "\(imported.errorText)")
    #expect(imported.errorText.contains("Permission denied"))
  }

  /// Flows name connections, as a tenant's own have ids.
  @Test func flowsOfDeployCLI() throws {
    let sandbox = try Sandbox()
    let flow =
      #"{"name": "welcome", "actions": [{"id": "x", "type": "HTTP", "action": "SEND_REQUEST", "params": {"connection_id": "crm"}}, {"id": "y", "type": "SLACK", "action": "POST_MESSAGE", "params": {"connection_id": "gone"}}]}"#
    try sandbox.write(flow, to: "export/flows/welcome.json")
    try sandbox.write(
      #"{"name": "crm", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x"}}"#,
      to: "export/flow-vault-connections/crm.json")
    let imported = try sandbox.vaultctl(["import", "--from", "deploy-cli", "export"])
    #expect(imported.status == 4)
    #expect(imported.errorText.contains("the flow `welcome` uses a connection `gone`"))
    #expect(!imported.errorText.contains("`crm`"))
    try sandbox.writeProject(extra: "flows: [\"export/flows/*.json\"]")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).text.contains("welcome"))
    let yaml = try sandbox.vaultctl(["import", "--from", "deploy-cli", "tenant.yaml"])
    #expect(yaml.status == 1)
    try sandbox.write(
      "flowVaultConnections: [{name: new, app_id: SLACK}]\nflows: [\(flow)]\n", to: "tenant.yaml")
    let tenant = try sandbox.vaultctl(["import", "--from", "deploy-cli", "tenant.yaml"])
    #expect(tenant.status == 4 && tenant.errorText.contains("`gone`"), "\(tenant.errorText)")
  }

  /// deploy-cli replaces keywords in flows as well, and an export of a tenant has ids.
  @Test func flowsNameKeywordsAndIDs() throws {
    let sandbox = try Sandbox()
    for (file, id) in [("a", "##CRM##"), ("b", "ac_1"), ("c", "##NONE##"), ("d", "ac_2")] {
      try sandbox.write(
        #"{"name": "\#(file)", "actions": [{"params": {"connection_id": "\#(id)"}}]}"#,
        to: "export/flows/\(file).json")
    }
    try sandbox.write(
      #"{"id": "ac_1", "name": "crm", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x"}}"#,
      to: "export/flow-vault-connections/crm.json")
    try sandbox.write(#"{"CRM": "crm"}"#, to: "keywords.json")
    let imported = try sandbox.vaultctl([
      "import", "--from", "deploy-cli", "export", "--keywords", "keywords.json",
    ])
    #expect(imported.status == 4)
    for (file, isKnown) in [("a", true), ("b", true), ("c", false), ("d", false)] {
      #expect(
        imported.errorText.contains("the flow `\(file)`") != isKnown, "\(imported.errorText)")
    }
  }

  @Test(arguments: [["json", "--keywords", "x.json"], ["deploy-cli", "--ignore-mac"]])
  func anOptionOfAnotherFormatIsRefused(options: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write("[]", to: "x.json")
    #expect(try sandbox.vaultctl(["import", "x.json", "--from"] + options).status == 64)
  }

  @Test(arguments: [
    #"[{"id": "ac_1", "app_id": "SLACK", "name": "chat", "ready": false}]"#,
    #"{"connections": [{"id": "ac_1", "app_id": "SLACK", "name": "chat"}], "total": 1}"#,
    ##"{"version": "4.0.0", "form": {}, "flows": {}, "connections": {"#CONN-1#": {"id": "ac_1", "app_id": "SLACK", "name": "chat"}}}"##,
  ])
  func whatTheDashboardExports(text: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(text, to: "export.json")
    let imported = try sandbox.vaultctl(["import", "--from", "auth0", "export.json"])
    #expect(imported.status == 0, "\(imported.errorText)")
    #expect(try sandbox.read("connections/chat.yaml").contains("app: slack"))
    try expectApplied(sandbox)
  }

  // MARK: Mappings

  @Test func aDotenvFile() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      # credentials
      export CRM_TOKEN='raw $x \\n'
      MAIL_TOKEN="line one\\nline \\"two\\"
      and three"
      PLAIN=bare value   # a comment
      EMPTY=
      not a line
      """, to: ".env")
    try sandbox.write(
      """
      connections:
        - {name: crm, app: http, type: bearer, scopes: [read], fields: {token: CRM_TOKEN}}
        - {name: mail, app: http, fields: {token: MAIL_TOKEN}}
        - {name: plain, app: http, type: bearer, fields: {token: PLAIN}}
        - {name: none, app: http, type: bearer, fields: {token: NO_SUCH}}
      """, to: "map.yaml")
    #expect(
      try sandbox.vaultctl(["import", "--from", "dotenv", ".env", "--map", "map.yaml"]).status == 4)
    #expect(try decrypted(sandbox, "crm", "token") == "raw $x \\n")
    #expect(try decrypted(sandbox, "mail", "token") == "line one\nline \"two\"\nand three")
    #expect(try decrypted(sandbox, "plain", "token") == "bare value")
    #expect(try sandbox.vaultctl(["import", "--from", "dotenv", ".env"]).status == 64)
    #expect(
      try sandbox.vaultctl(["import", "--from", "dotenv", ".env", "--map", "vaultctl.yaml"]).status
        == 1)
    try sandbox.expectTranscript()
  }

  /// Each value is sealed once, wherever it is.
  @Test func severalDotenvFilesWithOneMapping() throws {
    let sandbox = try Sandbox()
    try sandbox.write("CRM_USER=u\nBOTH=one\n", to: "a.env")
    try sandbox.write("CRM_PASSWORD=p\nBOTH=two\nREF=$CRM_PASSWORD\n", to: "b.env")
    try sandbox.write(
      """
      connections:
        - {name: crm, app: http, type: basic_auth, fields: {username: CRM_USER, password: CRM_PASSWORD}}
        - {name: both, app: http, type: bearer, fields: {token: BOTH}}
        - {name: ref, app: http, type: bearer, fields: {token: REF}}
      """, to: "map.yaml")
    let imported = try sandbox.vaultctl(
      ["import", "--from", "dotenv", "a.env", "b.env", "--map", "map.yaml"])
    #expect(imported.status == 4)
    #expect(try decrypted(sandbox, "crm", "password") == "p")
    for name in ["both", "ref"] {
      #expect(!(try sandbox.read("connections/\(name).yaml")).contains("PGP MESSAGE"))
    }
    try sandbox.expectTranscript()
  }

  @Test func pathsWithAWildcard() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      #"{"services": {"crm": {"user": "u1", "pass": "p1"}, "erp": {"user": "u2", "pass": "p2"}}}"#,
      to: "it.json")
    let imported = try sandbox.vaultctl([
      "import", "--from", "json", "it.json", "--map", "services.*.user=http.username",
      "--map", "services.*.pass=http.password",
    ])
    #expect(imported.status == 0, "\(imported.errorText)")
    #expect(try decrypted(sandbox, "erp", "password") == "p2")
    #expect(try sandbox.read("connections/crm.yaml").contains("type: basic_auth"))
    try expectApplied(sandbox)
  }

  /// The folder was named, and not what another person put into it.
  @Test func aLinkOrPipeInAnExportIsNotRead() throws {
    let sandbox = try Sandbox()
    let folder = sandbox.folder.path + "/export/flow-vault-connections"
    try sandbox.write(#"{"name": "crm", "app_id": "SLACK"}"#, to: "elsewhere.json")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/a.json", withDestinationPath: sandbox.folder.path + "/elsewhere.json")
    #expect(try sandbox.vaultctl(["import", "--from", "deploy-cli", "export"]).status == 1)
    try FileManager.default.removeItem(atPath: folder + "/a.json")
    #expect(unsafe mkfifo(folder + "/a.json", 0o600) == 0)
    #expect(try sandbox.vaultctl(["import", "--from", "deploy-cli", "export"]).status == 1)
  }

  /// Readers do not agree about these, or the value would be another one.
  @Test(arguments: [
    Data(
      #"[{"name": "a", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x", "token": "y"}}]"#
        .utf8),
    Data(
      #"[{"name": "a", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x\ud800y"}}]"#.utf8),
    Data(#"[{"name": "a", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "x"#.utf8)
      + Data([0xFF]) + Data(#""}}]"#.utf8),
    Data([0xFF, 0xFE, 0x5B, 0, 0x5D, 0]),
  ])
  func whatHasNoOneMeaningIsRefused(bytes: Data) throws {
    let sandbox = try Sandbox()
    try bytes.write(to: URL(fileURLWithPath: sandbox.folder.path + "/it.json"))
    let finished = try sandbox.vaultctl(["import", "--from", "auth0", "it.json"])
    #expect(finished.status == 1 && finished.errorText.contains("cannot be read"))
  }

  /// Aliases that stand for billions of values, and files with all that a name can do.
  @Test func hostileFormsEndInTime() throws {
    let sandbox = try Sandbox()
    let bomb =
      "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
      + (1...12).map {
        "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ", "))]\n"
      }
      .joined()
    try sandbox.write(bomb, to: "bomb.yaml")
    #expect(try sandbox.vaultctl(["import", "--from", "json", "bomb.yaml"]).status == 1)
    let many = (0..<20_000).map {
      #"{"name": "n", "app_id": "SLACK", "x": "\u202e\u001b[2J\#($0)"}"#
    }
    try sandbox.write("[\(many.joined(separator: ","))]", to: "many.json")
    let finished = try sandbox.vaultctl(["import", "--from", "auth0", "many.json"])
    #expect(finished.status == 4)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: sandbox.folder.path + "/connections"
      ).count == 1)
    let odd = [
      #"{"name": "\u202eevil", "app_id": "SLACK"}"#, #"{"name": "a\u0000b", "app_id": "SLACK"}"#,
      #"{"name": "CON", "app_id": "SLACK"}"#, #"{"name": "con", "app_id": "SLACK"}"#,
      #"{"name": "a/../../b", "app_id": "SLACK"}"#, #"{"name": "", "app_id": "SLACK"}"#,
      #"{"name": "x", "app_id": "SL\u001bACK"}"#,
      #"{"name": "y", "app_id": "HTTP", "setup": {"type": "BEARER", "token": "a\u0000b"}}"#,
    ]
    try sandbox.write("[\(odd.joined(separator: ","))]", to: "odd.json")
    let shown = try sandbox.vaultctl(["import", "--from", "auth0", "odd.json"])
    #expect(shown.status == 4)
    #expect(
      !shown.errorText.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" || $0 == "\0" })
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    let above = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path)
    #expect(!above.contains { $0.hasPrefix("b") && $0 != "bomb.yaml" })
  }

  @Test func hostileFilesAreErrors() throws {
    let sandbox = try Sandbox()
    let deep = String(repeating: "[", count: 100_000)
    for (text, format) in [
      ("", "json"), ("{", "terraform"), (deep, "auth0"), ("a: [", "deploy-cli"), ("x", "sops"),
      ("{\"sops\": {}}", "sops"), ("{\"sops\": {\"pgp\": [{\"enc\": \"x\"}]}}", "sops"),
    ] {
      try sandbox.write(text, to: "it.json")
      let finished = try sandbox.vaultctl(
        ["import", "--from", format, "it.json", "--map", "a.*=http.token"])
      #expect(finished.status == 1, "\(format) \(text.prefix(20)): \(finished.text)")
      #expect(!finished.errorText.contains("VC9"))
    }
    // A name that cannot be a connection's, and one that would be a path.
    try sandbox.write(
      #"[{"name": "..", "app_id": "HTTP"}, {"name": "../x", "app_id": "SLACK"}]"#, to: "it.json")
    #expect(try sandbox.vaultctl(["import", "--from", "auth0", "it.json"]).status == 4)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: sandbox.folder.path + "/connections")
    #expect(names.count == 1 && names[0].hasSuffix(".yaml"))
  }
}
