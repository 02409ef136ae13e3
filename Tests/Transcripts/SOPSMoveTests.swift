import Foundation
import TestOpenBao
import TestSupport
import Testing

/// From files that SOPS made, in every form, to a store: the values are the same, byte for byte, for gpg and for the
/// store's own client.
@Suite struct SOPSMoveTests {
  private static let crm = "tok-1"
  private static let billing = "tok-2 \"ü\" \u{1F511}\n\ttwo lines"
  private static let services =
    "services:\n  crm:\n    token: tok-1\n  billing:\n    token: \"tok-2 \\\"ü\\\" \u{1F511}\\n\\ttwo lines\"\n"

  /// What YAML and Go write in different ways.
  private static let odd = """
    block: |
      line one
        line two

    folded: >-
      a
      b
    quoted: 'it''s'
    time: 2026-03-01T12:00:00.5Z
    date: 2026-03-01
    small: 0.00001
    large: 1e16
    huge: 123456789012345678901234567890
    int: 9007199254740993
    negative: -0.25
    whole: 2.0
    hex: 0x1F
    flag: true
    none: null
    empty: {a: "", b: [], c: {}}
    list: [a, [b, 1], {c: d}]

    """

  /// What is made of it, and how.
  struct Form: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    var options: [String] = []
    var name = "it.yaml"
    var map = ["services.*.token=http.token"]
  }

  private static let json =
    #"{"services": {"crm": {"token": "tok-1", "n": 3, "f": 1e-7, "b": false, "x": null}, "billing": {"token": "tok-2 \"ü\" 🔑\n\ttwo lines"}}, "big": 12345678901234567890, "list": [1.50, {"a": ["b"]}]}"#
  private static let documents =
    "services: {crm: {token: tok-1}, other: {}}\nn: 1\n---\n"
    + services.replacing("  crm:\n    token: tok-1\n", with: "") + "f: 1e-9\n"

  private static let forms = [
    Form(testDescription: "all", text: services + odd),
    Form(
      testDescription: "by a regex", text: services + odd,
      options: ["--encrypted-regex", "^token$"]),
    Form(
      testDescription: "all but a regex", text: services + odd,
      options: ["--unencrypted-regex", "^(small|large|time|list)$"]),
    Form(testDescription: "json", text: json, name: "it.json"),
    Form(
      testDescription: "json by a regex", text: json, options: ["--encrypted-regex", "tok[e]n"],
      name: "it.json"),
    Form(testDescription: "documents", text: documents),
    Form(
      testDescription: "documents by a regex", text: documents,
      options: ["--encrypted-regex", "^token$", "--mac-only-encrypted"]),
    Form(
      testDescription: "comments by a regex",
      text: services.replacing("    token", with: "    # secret\n    token"),
      options: ["--encrypted-comment-regex", "secret"]),
    Form(
      testDescription: "ini", text: "[crm]\ntoken = tok-1\n[billing]\nuser_unencrypted = u\n",
      name: "it.ini", map: ["*.token=http.token"]),
    Form(
      testDescription: "dotenv", text: "CRM=tok-1\nOTHER_unencrypted=x\n", name: "it.env",
      map: ["map.yaml"]),
  ]

  /// The connections that were imported, with their tokens.
  private static func tokens(_ form: Form) -> [String: String] {
    ["it.ini", "it.env"].contains(form.name)
      ? ["crm": crm] : ["crm": crm, "billing": billing]
  }

  @Test func whatSOPSMadeReachesTheStore() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    for (number, form) in Self.forms.enumerated() {
      let it = try OpenBaoSandbox(server.root, store: "{type: openbao, prefix: p\(number)}")
      let tool = try SOPSTool(it.sandbox)
      try it.sandbox.write(
        "connections: [{name: crm, app: http, type: bearer, fields: {token: CRM}}]\n",
        to: "map.yaml")
      let other = try it.sandbox.home.makeKey("Bob <bob@example.com>")
      try it.sandbox.write(
        tool.encrypt(
          form.text, form.options, as: form.name, to: ["--pgp", "\(other),\(it.sandbox.key)"]),
        to: form.name)
      let imported = try it.sandbox.vaultctl(
        ["import", "--from", "sops", form.name] + form.map.flatMap { ["--map", $0] },
        environment: tool.path)
      // A section without a token.
      let status: Int32 = form.name == "it.ini" ? 4 : 0
      #expect(imported.status == status, "\(form.testDescription): \(imported.errorText)")
      try expectStored(it, server, Self.tokens(form), prefix: "p\(number)")
    }
  }

  /// Each group of keys is needed, which SOPS puts together.
  @Test func severalGroupsOfKeys() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    let tool = try SOPSTool(it.sandbox)
    let other = try it.sandbox.home.makeKey("Bob <bob@example.com>")
    try it.sandbox.write(
      """
      creation_rules:
        - shamir_threshold: 2
          key_groups: [{pgp: [\(other)]}, {pgp: [\(it.sandbox.key)]}]
      """, to: "sops-config.yaml")
    try it.sandbox.write(
      tool.encrypt(
        Self.services, to: ["--config", it.sandbox.folder.path + "/sops-config.yaml"]),
      to: "it.yaml")
    let command = ["import", "--from", "sops", "it.yaml", "--map", "services.*.token=http.token"]
    let alone = try it.sandbox.vaultctl(command)
    #expect(alone.status == 1 && alone.errorText.contains("between several groups of keys"))
    let imported = try it.sandbox.vaultctl(command, environment: tool.path)
    #expect(imported.status == 0, "\(imported.errorText)")
    try expectStored(it, server, ["crm": Self.crm, "billing": Self.billing])
  }

  /// Stock gpg opens the manifests, and `bao kv get` what was applied.
  private func expectStored(
    _ it: OpenBaoSandbox, _ server: BaoServer, _ tokens: [String: String], prefix: String? = nil
  ) throws {
    for (name, token) in tokens {
      let manifest = try it.sandbox.read("connections/\(name).yaml")
      let messages = armoredMessages(in: manifest)
      #expect(messages.count == 1)
      let opened = try it.sandbox.home.gpg(
        ["--decrypt"], input: Data(messages.joined().utf8))
      #expect(opened.output == Data(token.utf8), "\(name)")
    }
    try it.fine(["apply", "--auto-approve"])
    for (name, token) in tokens {
      let path = (prefix.map { "\($0)/" } ?? "vaultctl/") + name
      #expect(try server.root.secret(path)["token"] == token, "\(name)")
    }
    try it.expectNoChanges()
  }
}
