import Foundation
import TestSupport
import Testing

/// `new` declares nothing twice, writes only where manifests are read, and seals for the recipients of now.
@Suite(.serialized) struct NewManifestTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func manifests() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path + "/connections")
      .sorted()
  }

  /// In a file of several, in plain text, or where nobody can tell.
  @Test(arguments: [
    httpManifest("crm", token: "clear"),
    httpManifest("other", token: "null") + "---\n" + httpManifest("crm", token: "clear"),
    httpManifest("crm", token: "x").replacing("app: http", with: "app: htpp"),
    "<<<<<<< HEAD\n" + httpManifest("crm", token: "x"),
    "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: crm}\nspecs: {app: http}\n",
  ])
  func whatIsDeclaredWithErrorsIsDeclared(text: String) throws {
    try sandbox.write(text, to: "connections/all.yaml")
    try sandbox.write(
      """
      {"name": "welcome", "actions": [
        {"id": "y", "type": "HTTP", "action": "SEND_REQUEST", "params": {"connection_id": "crm"}}]}
      """, to: "flow.json")
    for command in [["new", "crm", "--app", "http"], ["new", "--from-flow", "flow.json"]] {
      let finished = try sandbox.vaultctl(command)
      let isNew = finished.errorText.contains("Created") || finished.text.contains("Created")
      #expect(!isNew, "\(command): \(finished.text)")
    }
    #expect(try sandbox.vaultctl(["new", "crm", "--app", "http"]).status == 1)
    #expect(try manifests() == ["all.yaml"])
  }

  @Test(arguments: [
    "../x.yaml", "/tmp/x.yaml", "crm.yaml", "notes/crm.yaml", "connections/crm.txt",
    "connections/.crm.yaml", "connections/../crm.yaml", "connections//crm.yaml", "vaultctl.yaml",
  ])
  func aFileThatNobodyReadsIsNotCreated(file: String) throws {
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let finished = try sandbox.vaultctl(["new", "crm", "--app", "http", "--file", file])
    #expect(finished.status == 1, "\(finished.text)")
    #expect(finished.errorText.contains("VC1203"), "\(finished.errorText)")
    #expect(try Sandbox.contents(of: sandbox.folder.path) == before)
  }

  @Test(arguments: [
    ("connections", ["--file", "connections/team/crm.yml"], "connections/team/crm.yml"),
    ("connections", ["--file", "./connections/crm.yaml"], "connections/crm.yaml"),
    (".", [], "crm.yaml"), (".hidden", [], ".hidden/crm.yaml"),
    ("all.yaml, more", [], "more/crm.yaml"),
  ])
  func aFileThatIsReadIsCreated(folders: String, arguments: [String], file: String) throws {
    try sandbox.writeProject(extra: "manifests: [\(folders)]")
    try sandbox.write(httpManifest("other", token: "null"), to: "all.yaml")
    #expect(try sandbox.vaultctl(["new", "crm", "--app", "http"] + arguments).status == 0)
    #expect(try sandbox.read(file).contains("name: crm"))
    #expect(try sandbox.vaultctl(["get", "crm"]).status == 0)
  }

  /// Nobody types a secret that is then refused for its file.
  @Test func aFileThatIsThereIsRefusedBeforeAnythingIsAsked() async throws {
    try sandbox.write(httpManifest("other", token: "null"), to: "connections/mail.yaml")
    let session = try TerminalSession(sandbox, ["new", "mail", "--app", "mailjet"])
    try await session.waitForEnd()
    #expect(session.status == 1)
    #expect(session.screen.contains("VC1209") && !session.screen.contains("input is hidden"))
  }

  /// A recipient is removed while a person types.
  @Test func secretsAreSealedForTheRecipientsOfNow() async throws {
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    let session = try TerminalSession(sandbox, ["new", "mail", "--app", "mailjet"])
    try await session.waitForScreen("api_key (input is hidden)")
    try sandbox.writeProject()
    let terminal = try session.terminal()
    for (number, name) in ["api_key", "secret_key"].enumerated() {
      try await session.waitForScreen("\(name) (input is hidden)")
      try await eventually("echo off") { TerminalSession.echoes(terminal) == false }
      try session.type("typed-\(number)\n")
    }
    try await session.waitForEnd()
    #expect(session.status == 0, "\(session.screen)")
    let access = try sandbox.vaultctl(["who-can-open", "mail", "-o", "json"])
    #expect(access.status == 0 && !access.text.contains("Bob"), "\(access.text)")
    #expect(try sandbox.vaultctl(["decrypt", "mail", "secret_key"]).text == "typed-1")
  }
}
