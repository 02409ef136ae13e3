import Foundation
import TestSupport
import Testing

/// Edits for one environment: each connection has one document there, and the base answers for no other.
@Suite(.serialized) struct OverlayEditTests {
  private static let overlay = "environments/prod/crm.yaml"
  private static let fields = (1...6).map { "key\($0)" }

  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    let fields = Self.fields.map { "{name: \($0)}" }.joined(separator: ", ")
    try sandbox.writeProject(
      extra: """
        environments: {prod: {}}
        apps: {crm: {setups: [{type: keys, fields: [\(fields)]}]}}
        """)
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: crm}
      spec: {app: crm, setup: {type: keys, key1: base}}

      """, to: "connections/crm.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
  }

  private func document(_ spec: String, name: String = "crm") -> String {
    "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\n\(spec)\n"
  }

  private func overlays() throws -> [String] {
    let folder = sandbox.folder.path + "/environments/prod"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func fieldsThatAreSetAtOnceAreInOneDocument() async throws {
    let sandbox = sandbox
    try await withThrowingTaskGroup(of: Void.self) { group in
      for field in Self.fields {
        group.addTask {
          let set = try await apart {
            try sandbox.vaultctl(
              ["set", "crm", field, "--env", "prod"], input: "new-\(field)", isRecorded: false)
          }
          #expect(set.status == 0, "\(set.errorText)")
        }
      }
      try await group.waitForAll()
    }
    #expect(try overlays() == ["crm.yaml"])
    for field in Self.fields {
      #expect(
        try sandbox.vaultctl(["decrypt", "crm", field, "--env", "prod"]).text == "new-\(field)")
    }
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
  }

  /// Its document appeared while somebody typed, with the same field.
  @Test func aValueOfAnOverlayThatAppearedIsKept() throws {
    try sandbox.write(
      "printf theirs | vaultctl set crm key2 --env prod && printf mine > \"$1\"", to: "editor")
    let edit = try sandbox.vaultctl(
      ["edit", "crm", "key2", "--env", "prod"],
      environment: [
        "EDITOR": "sh \(sandbox.folder.path)/editor",
        "PATH": "\(sandbox.programFolder):/usr/bin:/bin",
      ])
    #expect(edit.status == 1)
    #expect(edit.errorText.contains("VC1243") && edit.errorText.contains("VC1246"))
    #expect(try sandbox.vaultctl(["decrypt", "crm", "key2", "--env", "prod"]).text == "theirs")
    #expect(try overlays() == ["crm.yaml"])
  }

  /// Nobody knows what the environment has there.
  @Test(arguments: [
    "\tapp: x\n", "<<<<<<< HEAD\n", "metadata: {name: crm}\nspecs: {setup: {key1: x}}\n",
  ])
  func theBaseDoesNotAnswerForAnEnvironment(text: String) throws {
    try sandbox.write(text, to: Self.overlay)
    for command in [
      ["decrypt", "crm", "key1"], ["decrypt", "crm"], ["get", "crm"], ["who-can-open", "crm"],
      ["set", "crm", "key1"], ["edit", "crm", "key1"], ["edit", "crm"],
    ] {
      let finished = try sandbox.vaultctl(
        command + ["--env", "prod"], input: "new", environment: ["EDITOR": "true"])
      #expect(finished.status == 1 && finished.text.isEmpty, "\(command): \(finished.text)")
      #expect(finished.errorText.contains("\(Self.overlay):"), "\(finished.errorText)")
    }
    #expect(try overlays() == ["crm.yaml"])
    #expect(try sandbox.read(Self.overlay) == text)
    #expect(try sandbox.vaultctl(["decrypt", "crm", "key1"]).text == "base")
  }

  @Test func aConnectionThatTheEnvironmentRemovesIsNotEdited() throws {
    try sandbox.write(document("spec: null"), to: Self.overlay)
    for command in [["set", "crm", "key1"], ["edit", "crm", "key1"], ["edit", "crm"]] {
      let finished = try sandbox.vaultctl(
        command + ["--env", "prod"], input: "new", environment: ["EDITOR": "false"])
      #expect(finished.status == 1)
      #expect(
        finished.errorText.contains("vaultctl delete crm --env prod"), "\(finished.errorText)")
    }
    #expect(try sandbox.read(Self.overlay) == document("spec: null"))
  }

  /// One branch renamed it, and the other gave the environment values of its own.
  @Test func aDocumentThatARenameMissedIsRenamedByTheSameCommand() throws {
    #expect(
      try sandbox.vaultctl(["set", "crm", "key1", "--env", "prod"], input: "own").status == 0)
    let missed = try sandbox.read(Self.overlay)
    #expect(try sandbox.vaultctl(["delete", "crm", "--env", "prod", "--force"]).status == 0)
    #expect(try sandbox.vaultctl(["rename", "crm", "sales"]).status == 0)
    try sandbox.write(missed, to: Self.overlay)
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 1)
    #expect(
      validated.errorText.contains("rename it too: vaultctl rename crm sales"),
      "\(validated.errorText)")
    // The base does not answer for it meanwhile.
    for command in [["decrypt", "sales", "key1"], ["set", "sales", "key1"], ["get", "sales"]] {
      let refused = try sandbox.vaultctl(command + ["--env", "prod"], input: "x")
      #expect(refused.status == 1 && refused.text.isEmpty, "\(command): \(refused.text)")
    }
    let renamed = try sandbox.vaultctl(["rename", "crm", "sales"])
    #expect(renamed.status == 0, "\(renamed.errorText)")
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "sales", "key1", "--env", "prod"]).text == "own")
    #expect(try !sandbox.read(Self.overlay).contains("renamedFrom"))
    #expect(try sandbox.vaultctl(["rename", "crm", "sales"]).status == 0, "it is done")
  }

  /// A document without `spec` may be the connection's, and would keep its previous name.
  @Test(arguments: [["rename", "crm", "sales"], ["delete", "crm", "--force"]])
  func aDocumentThatCannotBeReadIsNotPassedOver(command: [String]) throws {
    try sandbox.write(
      document("spec: {app: http}", name: "x") + "---\n"
        + document("specs: {setup: {key1: own}}"), to: "environments/prod/all.yaml")
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let finished = try sandbox.vaultctl(command)
    #expect(finished.status == 1)
    #expect(finished.errorText.contains("environments/prod/all.yaml:"), "\(finished.errorText)")
    let after = try Sandbox.contents(of: sandbox.folder.path)
    for (file, content) in before { #expect(after[file] == content, "`\(file)`") }
  }

  /// No base: each environment's document says where its connection in the store was.
  @Test func eachEnvironmentKeepsThePreviousName() throws {
    try sandbox.writeProject(extra: "environments: {prod: {}, staging: {}}")
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/crm.yaml")
    try sandbox.write(
      document("spec: {app: http}", name: "sales").replacing(
        "}", with: ", renamedFrom: crm}", maxReplacements: 1),
      to: Self.overlay)
    try sandbox.write(document("spec: {app: http}"), to: "environments/staging/crm.yaml")
    let renamed = try sandbox.vaultctl(["rename", "crm", "sales"])
    #expect(renamed.status == 0, "\(renamed.errorText)")
    #expect(try sandbox.read("environments/staging/crm.yaml").contains(#"renamedFrom: "crm""#))
  }

  /// A document of another connection in the same file is nothing to these.
  @Test func anotherConnectionsDocumentBlocksNothing() throws {
    try sandbox.write(
      document("specs: {app: http}", name: "x"), to: "environments/prod/all.yaml")
    #expect(try sandbox.vaultctl(["decrypt", "crm", "key1", "--env", "prod"]).text == "base")
    for command in [
      ["rename", "crm", "sales"], ["set", "sales", "key2", "--env", "prod"],
      ["new", "y", "--app", "http"], ["delete", "sales", "--force"],
    ] {
      let finished = try sandbox.vaultctl(command, input: "v")
      #expect(finished.status == 0, "\(command): \(finished.errorText)")
    }
  }

  /// What the environment removes from the base is not shown as its value.
  @Test func aFieldThatTheEnvironmentRemovesHasNoValueThere() throws {
    try sandbox.write(document("spec: {setup: {key1: null}}"), to: Self.overlay)
    let edited = try sandbox.vaultctl(
      ["edit", "crm", "--env", "prod"],
      environment: ["EDITOR": "cat >> \(sandbox.folder.path)/seen <"])
    #expect(edited.status == 0, "\(edited.errorText)")
    #expect(try sandbox.read("seen").contains("key1:\n"))
  }
}
