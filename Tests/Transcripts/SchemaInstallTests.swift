import Foundation
import TestSupport
import Testing

/// The schemas that `schema --install` writes know the project: its apps, connections, scopes and recipients.
@Suite struct SchemaInstallTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        store: {type: sqlite}
        environments: {prod: {}}
        apps:
          ledger:
            setups: [{type: api_key, fields: [{name: base_url, required: true, secret: false}, {name: api_key}]}]
            actions: [{action: post_entry, scopes: [entries:write]}]
        """)
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: ledger-main}
      spec:
        app: ledger
        setup: {type: api_key, base_url: https://ledger.example.com}
        scopes: [entries:read]
      """, to: "connections/ledger.yaml")
  }

  private func install() throws {
    let done = try sandbox.vaultctl(["schema", "--install"])
    #expect(done.status == 0, "\(done.errorText)")
  }

  private func isRight(_ text: String, _ schema: String, file: String) throws -> Bool {
    let program = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"],
      "the path of check-jsonschema; Tests/run sets it")
    try sandbox.write(text, to: file)
    let schema = sandbox.folder.path + "/schemas/\(schema).schema.json"
    let finished = try run(program, ["--schemafile", schema, sandbox.folder.path + "/" + file])
    #expect([0, 1].contains(finished.status), "\(finished.text)\(finished.errorText)")
    return finished.status == 0
  }

  private func document(_ name: String, _ spec: String) -> String {
    "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\nspec: \(spec)\n"
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: String
    let isRight: Bool
    var testDescription: String { "\(name) \(spec)" }

    init(_ name: String, _ spec: String, _ isRight: Bool) {
      self.name = name
      self.spec = spec
      self.isRight = isRight
    }
  }

  static let overlays = [
    Case("ledger-main", "{setup: {base_url: https://prod.example.com}}", true),
    Case("ledger-main", "{setup: {base_url: null}}", true),
    Case("ledger-main", "null", true),
    Case("ledger-main", "{scopes: [entries:read, any]}", true),
    Case("ledger-main", "{setup: {token: x}}", false),
    Case("ledger-main", "{setup: {type: webhook}}", false),
    Case("ledger-main", "{setup: {api_key: plain}}", false),
    Case("ledger-main", "{app: slack, setup: {type: webhook}}", true),
    Case("ledger-main", "{app: slack, setup: {type: api_key}}", false),
    Case("alone", "{app: slack}", true),
    Case("alone", "{app: unheard}", false),
    Case("ledger-main", "{stetup: {}}", false),
  ]

  @Test(arguments: overlays) func overlaysAreChecked(_ item: Case) throws {
    try install()
    let text = document(item.name, item.spec)
    #expect(try isRight(text, "overlay", file: "environments/prod/it.yaml") == item.isRight)
  }

  @Test func manifestsInEveryFormatAreChecked() throws {
    try install()
    let right = document("a", "{app: ledger, setup: {type: api_key}, scopes: [entries:write]}")
    let wrong = document("a", "{app: ledger, setup: {type: api_key, other: x}}")
    for file in ["connections/a.yaml", "connections/a.yml"] {
      #expect(try isRight(right, "connection", file: file))
      #expect(try !isRight(wrong, "connection", file: file))
    }
    let json =
      #"{"apiVersion": "vaultctl/v1", "kind": "Connection", "metadata": {"name": "j"}, "spec": {"app": "ledger"}}"#
    #expect(try isRight(json, "connection", file: "connections/j.json"))
    #expect(
      try !isRight(json.replacing("ledger", with: "x"), "connection", file: "connections/j.json"))
  }

  @Test func whatEditorsProposeIsTheProjects() throws {
    let bob = try sandbox.home.makeKey("Bob <bob@example.com>")
    try sandbox.write(sandbox.home.gpg(["--armor", "--export", bob]).text, to: "keys/bob.asc")
    try install()
    let connection = try sandbox.read("schemas/connection.schema.json")
    for word in ["\"ledger\"", "\"base_url\"", "\"entries:write\"", "\"entries:read\""] {
      #expect(connection.contains(word), "\(word)")
    }
    #expect(try sandbox.read("schemas/overlay.schema.json").contains("\"ledger-main\""))
    let project = try sandbox.read("schemas/project.schema.json")
    #expect(project.contains("\"const\": \"\(sandbox.key)\"") && project.contains("Ann <ann@"))
    #expect(project.contains("\"const\": \"\(bob)\"") && project.contains("Bob <bob@"))
    #expect(
      try isRight(try sandbox.read("vaultctl.yaml"), "project", file: "vaultctl.yaml"))
    #expect(try sandbox.vaultctl(["schema", "--install"]).text == "The schemas are current.\n")
  }

  @Test func aFileOfAnotherKindIsNotReplaced() throws {
    try sandbox.write("{}", to: "schemas/overlay.schema.json")
    let refused = try sandbox.vaultctl(["schema", "--install"])
    #expect(refused.status == 1 && refused.errorText.contains("is not a schema of vaultctl"))
    #expect(try sandbox.read("schemas/overlay.schema.json") == "{}")
    #expect(
      !FileManager.default.fileExists(atPath: sandbox.folder.path + "/schemas/project.schema.json"))
  }

  /// Each schema file that the editors' settings name is one that is installed, and every real manifest
  /// of the examples is right by it.
  @Test func theEditorsSettingsFitTheExamples() throws {
    let folder = Documentation.root.path + "/examples/acme"
    try sandbox.git(["init", "--quiet"])
    let copied = try run("/bin/cp", ["-r", folder, sandbox.folder.path + "/acme"])
    #expect(copied.status == 0)
    let done = try sandbox.vaultctl(["schema", "--install", "-C", "acme"])
    #expect(done.status == 0, "\(done.errorText)")
    for file in ["vscode/settings.json", "neovim/vaultctl.lua"] {
      let text = try Documentation.file("examples/editors/" + file)
      for name in ["connection", "overlay", "project"] {
        #expect(text.contains("\(name).schema.json") || text.contains("\"\(name)\""))
      }
      #expect(text.contains("vaultctl schema --install"))
    }
    let program = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"],
      "the path of check-jsonschema; Tests/run sets it")
    let acme = sandbox.folder.path + "/acme"
    let manifests = try FileManager.default.subpathsOfDirectory(atPath: acme + "/connections")
      .filter { $0.hasSuffix(".yaml") }.map { acme + "/connections/" + $0 }
    #expect(manifests.count >= 8)
    let schema = acme + "/schemas/connection.schema.json"
    // It reads one document of a file; each document becomes a file of its own.
    for file in manifests {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      for (number, part) in text.split(separator: "\n---\n").enumerated() {
        let path = file + ".\(number).yaml"
        try Data(part.utf8).write(to: URL(fileURLWithPath: path))
        let checked = try run(program, ["--schemafile", schema, path])
        #expect(checked.status == 0, "\(checked.text)\(checked.errorText)")
        let wrong = part.replacing("app: ", with: "app: un")
        try Data(wrong.utf8).write(to: URL(fileURLWithPath: path))
        #expect(try run(program, ["--schemafile", schema, path]).status == 1)
      }
    }
    let project = acme + "/schemas/project.schema.json"
    #expect(
      try run(program, ["--schemafile", project, acme + "/vaultctl.yaml"]).status == 0)
  }
}
