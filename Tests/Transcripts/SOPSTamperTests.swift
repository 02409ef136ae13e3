import Foundation
import TestSupport
import Testing

/// Changes of files that SOPS accepts: each is reported, or refused.
@Suite struct SOPSTamperTests {
  private let sandbox: Sandbox
  private let tool: SOPSTool

  init() throws {
    sandbox = try Sandbox()
    tool = try SOPSTool(sandbox)
  }

  private func imported(
    _ text: String, as name: String = "it.yaml", _ options: [String] = [],
    environment: [String: String] = [:]
  ) throws -> Finished {
    for file in try FileManager.default.contentsOfDirectory(
      atPath: sandbox.folder.path + "/connections")
    {
      try FileManager.default.removeItem(
        atPath: "\(sandbox.folder.path)/connections/\(file)")
    }
    try sandbox.write(text, to: name)
    return try sandbox.vaultctl(
      ["import", "--from", "sops", name] + options, environment: environment)
  }

  private func decrypted(_ text: String) throws -> String {
    try sandbox.write(text, to: "opened.yaml")
    let finished = try run(
      tool.folder + "/sops", ["--decrypt", sandbox.folder.path + "/opened.yaml"],
      environment: ["GNUPGHOME": sandbox.home.path, "PATH": "/usr/bin:/bin", "HOME": "/tmp"])
    #expect(finished.status == 0, "SOPS refuses it: \(finished.errorText)")
    return finished.text
  }

  private static let list = """
    connections:
      - name: a
        app: http
        type: bearer
        token: tok-1
      - name: b
        app: http
        type: bearer

    """

  /// The token of one connection becomes another's.
  @Test func aValueInAnotherListItemIsReported() throws {
    let text = try tool.encrypt(Self.list)
    let lines = text.components(separatedBy: "\n")
    let token = try #require(lines.firstIndex { $0.contains(" token: ") })
    var moved = lines
    moved[token] = lines[token].replacing("      token:", with: "    - token:")
    moved[token + 1] = lines[token + 1].replacing("    - name:", with: "      name:")
    let tampered = moved.joined(separator: "\n")
    #expect(try decrypted(tampered).contains("- token: tok-1\n      name: b"))
    let finished = try imported(tampered)
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(try sandbox.vaultctl(["decrypt", "b", "token"]).text == "tok-1")
    #expect(
      finished.errorText.contains("7 values of `it.yaml` are not bound to one position"),
      "\(finished.errorText)")
    // One connection alone has no such place.
    let one = try imported(tool.encrypt("crm: {app: http, type: bearer, token: tok-1}\n"))
    #expect(one.status == 0 && !one.errorText.contains("VC1290"), "\(one.errorText)")
  }

  @Test func aDocumentThatWasDividedIsReported() throws {
    let map = ["--map", "*.token=http.token"]
    let text = try tool.encrypt("crm: {token: tok-1}\nerp: {token: tok-2}\n")
    #expect(try !imported(text, map).errorText.contains("VC1290"))
    let parts = text.components(separatedBy: "\nsops:")
    let metadata = try "\nsops:" + #require(parts.last)
    let first = try #require(parts.first)
    let tampered = first.replacing("erp:", with: "\(metadata.dropFirst())---\nerp:") + metadata
    #expect(try decrypted(tampered).contains("tok-2"))
    let finished = try imported(tampered, map)
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(finished.errorText.contains("2 values of `it.yaml` are not bound to one position"))
  }

  /// SOPS joins keys with it.
  @Test func aKeyWithAColonIsReported() throws {
    let text = try tool.encrypt("services:\n  crm:\n    token: tok-1\n")
    let tampered = text.replacing(
      "services:\n    crm:\n        token", with: "\"services:crm\":\n    token")
    #expect(try decrypted(tampered).contains("services:crm"))
    let finished = try imported(tampered, ["--map", "*.token=http.token"])
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(finished.errorText.contains("1 value of `it.yaml` is not bound to one position"))
  }

  @Test(arguments: ["scopes: []", "setup: {}", "url: \"\"", "more: null"])
  func anEmptyValueIsReported(line: String) throws {
    let text = try tool.encrypt("crm:\n  app: http\n  type: bearer\n  token: tok-1\n")
    let tampered = text.replacing("crm:\n", with: "crm:\n    \(line)\n")
    _ = try decrypted(tampered)
    let finished = try imported(tampered)
    #expect(
      finished.errorText.contains("1 empty value of `it.yaml` is not authenticated"),
      "\(finished.errorText)")
  }

  /// The type is not authenticated: `True` becomes `true`.
  @Test func aSecretThatIsATruthValueIsReported() throws {
    let text = try tool.encrypt("crm:\n  app: http\n  type: bearer\n  token: \"True\"\n")
    #expect(try !imported(text).errorText.contains("VC1290"))
    let lines = text.components(separatedBy: "\n").map {
      $0.contains(" token: ") ? $0.replacing("type:str]", with: "type:bool]") : $0
    }
    let tampered = lines.joined(separator: "\n")
    #expect(try decrypted(tampered).contains("token: true"))
    let finished = try imported(tampered)
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(finished.errorText.contains("the secret `token` of `crm` is a truth value"))
  }

  /// SOPS itself opens it, and accepts the same.
  @Test func aFileForAnAgeKeyIsReportedAlike() throws {
    let (recipient, environment) = try tool.ageKey()
    let map = ["--map", "*.token=http.token"]
    let text = try tool.encrypt(
      "crm: {token: tok-1, count: 12}\nlist: [{a: b}, {c: d}]\n",
      ["--encrypted-regex", "^(token|list)$", "--mac-only-encrypted"], to: ["--age", recipient])
    // Go takes this for a truth value as well.
    for flag in ["true", "True"] {
      let tampered = text.replacing("count: 12", with: "count: 13").replacing(
        "mac_only_encrypted: true", with: "mac_only_encrypted: \(flag)")
      let finished = try imported(tampered, map, environment: environment)
      let words = "1 value of `it.yaml` is neither encrypted nor authenticated"
      #expect(finished.errorText.contains(words), "\(finished.errorText)")
      #expect(finished.errorText.contains("2 values of `it.yaml` are not bound to one position"))
    }
    let whole = try tool.encrypt(
      "crm: {token: tok-1, count: 12}\n", ["--encrypted-regex", "^token$"],
      to: ["--age", recipient])
    let changed = whole.replacing("count: 12", with: "count: 13")
    #expect(try imported(changed, map, environment: environment).status == 1)
    let ignored = try imported(changed, map + ["--ignore-mac"], environment: environment)
    #expect(ignored.status == 0, "\(ignored.errorText)")
    #expect(ignored.errorText.contains("is neither encrypted nor authenticated"))
  }

  /// A name may be separated by a colon too, and a value hidden below a line that looks encrypted.
  @Test func aPlainLineIsCountedHoweverItIsWritten() throws {
    let map = ["--map", "*.token=http.token"]
    let text = try tool.encrypt(
      "[crm]\ntoken = tok-1\nuser = u\n", ["--encrypted-regex", "^token$"], as: "it.ini")
    let words = "1 value of `it.ini` is not encrypted"
    for line in ["user = u", "user: u", "user=u"] {
      let lines = text.components(separatedBy: "\n").map {
        $0.hasPrefix("user") ? line : $0
      }
      let finished = try imported(
        lines.joined(separator: "\n"), as: "it.ini", map, environment: tool.path)
      #expect(finished.status == 0, "\(finished.errorText)")
      #expect(finished.errorText.contains(words), "\(line): \(finished.errorText)")
    }
  }

  /// A renamed key, a moved value, and a changed one, in each form.
  @Test(arguments: [
    ("it.env", "CRM=tok-1\nERP=tok-2\n"), ("it.ini", "[a]\nCRM = tok-1\nERP = tok-2\n"),
  ])
  func linesThatWereChangedAreRefused(name: String, text: String) throws {
    let text = try tool.encrypt(text, as: name)
    let one = try #require(text.split(separator: "\n").first { $0.hasPrefix("CRM") })
    try sandbox.write(
      "connections: [{name: crm, app: http, type: bearer, fields: {token: \(name == "it.ini" ? "a." : "")CRM}}]\n",
      to: "map.yaml")
    for tampered in [
      text.replacing("CRM", with: "XRM"), text.replacing(one, with: "CRM=plain"),
      text.replacing("\(one)\n", with: ""),
    ] {
      let finished = try imported(
        tampered, as: name, ["--map", "map.yaml"], environment: tool.path)
      #expect(finished.status == 1 && finished.errorText.contains("sops says:"))
      #expect(!finished.errorText.contains("tok-"))
    }
  }
}
