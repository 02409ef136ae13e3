import Foundation
import TestSupport
import Testing

/// What is sealed for the project itself: its name, and its stores' keys.
@Suite struct ProjectNameTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  private func fine(_ arguments: [String], input: String = "") throws {
    let finished = try sandbox.vaultctl(arguments, input: input)
    #expect(finished.status == 0, "\(finished.errorText)")
  }

  private func rename(to name: String) throws {
    let file = try sandbox.read("vaultctl.yaml")
    try sandbox.write(
      file.replacing("name: sandbox", with: "name: \(name)"), to: "vaultctl.yaml")
  }

  private func declare(_ names: [String]) throws {
    for name in names {
      try sandbox.write(
        httpManifest(name, token: "value of \(name)"), to: "connections/\(name).yaml")
    }
    try fine(["encrypt"])
  }

  @Test func aNameThatIsChangedByHandIsFoundAndCompleted() throws {
    try declare(["one", "two"])
    try fine(["apply", "--auto-approve"])
    try rename(to: "renamed")
    sandbox.transcript.note("The name was changed in vaultctl.yaml, and nothing else.")
    #expect(try sandbox.vaultctl(["plan"]).status == 1)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 1)
    #expect(try sandbox.vaultctl(["validate"]).status == 1)
    #expect(try sandbox.vaultctl(["rename-project", "elsewhere", "other"]).status == 64)
    try fine(["rename-project", "sandbox", "renamed"])
    try fine(["validate"])
    try fine(["plan"])
    try fine(["apply", "--auto-approve"])
    try fine(["plan", "--detailed-exitcode"])
    #expect(try sandbox.vaultctl(["decrypt", "two", "token"]).text == "value of two")
    try sandbox.expectTranscript()
  }

  @Test func renamingSealsEverythingAgainInEveryEnvironment() throws {
    try sandbox.writeProject(extra: "environments:\n  prod:\n")
    try declare(["one"])
    try fine(["set", "one", "token", "--env", "prod"], input: "prod's")
    try fine(["apply", "--auto-approve", "--env", "prod"])
    // As if it had been ended after the first file.
    let unchanged = try sandbox.read("connections/one.yaml")
    try fine(["rename-project", "sandbox", "acme"])
    try sandbox.write(unchanged, to: "connections/one.yaml")
    try fine(["rename-project", "sandbox", "acme"])
    try fine(["rename-project", "sandbox", "acme"])
    #expect(try sandbox.read("vaultctl.yaml").contains("name: acme\n"))
    try fine(["validate"])
    try fine(["apply", "--auto-approve", "--env", "prod"])
    try fine(["plan", "--detailed-exitcode", "--env", "prod"])
    #expect(try sandbox.vaultctl(["decrypt", "one", "token"]).text == "value of one")
    #expect(try sandbox.vaultctl(["decrypt", "one", "token", "--env", "prod"]).text == "prod's")
    // A project's values are nobody else's.
    #expect(try sandbox.vaultctl(["rename-project", "acme", "Not A Name"]).status == 1)
    try sandbox.expectTranscript()
  }

  /// The store's key as the store has it.
  private func storeKey() throws -> String {
    let found = try run(
      "/usr/bin/sqlite3",
      [sandbox.folder.path + "/.vaultctl/vault.db", "SELECT sealed FROM store_key"])
    return found.text
  }

  private func replaceStoreKey(_ armored: String) throws {
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    let changed = try run(
      "/usr/bin/sqlite3", [path, "UPDATE store_key SET sealed = '\(armored)'"])
    #expect(changed.status == 0, "\(changed.errorText)")
  }

  /// The packets of a message, under another name.
  private func renamed(_ armored: String, from: String, to: String) throws -> String {
    var packets = try sandbox.home.unwrapped(armored)
    try #require(from.utf8.count == to.utf8.count)
    packets.replaceSubrange(
      try #require(packets.firstRange(of: Data(from.utf8))), with: Data(to.utf8))
    return try sandbox.home.wrapped(packets, for: [sandbox.key])
  }

  private let newName = "vaultctl:store-key:v1:sandbox:-"
  private let oldName = "vaultctl:v1:sandbox:-:store:key"

  /// The connection `store` with the field `key`, whose binding was once that of the store's key.
  private let storeManifest = """
    apiVersion: vaultctl/v1
    kind: Connection
    metadata:
      name: store
    spec:
      app: lock
      setup:
        type: key
        key: 
    """

  private func declareStoreConnection(key armored: String) throws {
    let lines = armored.split(separator: "\n", omittingEmptySubsequences: false)
    try sandbox.write(
      storeManifest + "|-\n" + lines.map { "        \($0)\n" }.joined(),
      to: "connections/store.yaml")
  }

  @Test func noFieldOpensTheStoresKey() throws {
    try sandbox.writeProject(
      extra: """
        apps:
          lock:
            setups: [{type: key, fields: [{name: key, required: true}]}]
        """)
    try declare(["one"])
    try fine(["apply", "--auto-approve"])
    let key = try storeKey()
    for armored in [key, try renamed(key, from: newName, to: oldName)] {
      try declareStoreConnection(key: armored)
      let shown = try sandbox.vaultctl(["decrypt", "store", "key"])
      #expect(shown.status == 1)
      #expect(shown.errorText.contains("VC2015"), "\(shown.errorText)")
    }
    // Nor does the store take a field's value for its key.
    try fine(["set", "store", "key"], input: "a value")
    let field = try #require(armoredMessages(in: try sandbox.read("connections/store.yaml")).first)
    #expect(try sandbox.vaultctl(["decrypt", "store", "key"]).text == "a value")
    try replaceStoreKey(field)
    try fine(["set", "one", "token"], input: "another")
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 1)
    #expect(applied.errorText.contains("VC4010"), "\(applied.errorText)")
  }

  @Test func aKeyOfAnEarlierVersionOpensUntilItIsSealedAgain() throws {
    try declare(["one"])
    try fine(["apply", "--auto-approve"])
    try replaceStoreKey(try renamed(try storeKey(), from: newName, to: oldName))
    try fine(["store", "accept", "--auto-approve"])
    try fine(["set", "one", "token"], input: "another")
    try fine(["apply", "--auto-approve"])
    #expect(
      try sandbox.home.unwrapped(storeKey()).firstRange(of: Data(oldName.utf8)) != nil)
    let bob = try sandbox.home.makeKey("Bob")
    try sandbox.writeProject(keys: [sandbox.key, bob])
    try fine(["rekey"])
    try fine(["apply", "--auto-approve"])
    #expect(
      try sandbox.home.unwrapped(storeKey()).firstRange(of: Data(newName.utf8)) != nil)
    try fine(["set", "one", "token"], input: "a third")
    try fine(["apply", "--auto-approve"])
  }
}
