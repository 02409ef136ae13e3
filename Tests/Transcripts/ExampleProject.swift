import Foundation
import TestSupport
import Testing

/// A project with the connections that the examples of help name, and a store that was applied to. It is
/// made once; whoever runs something in it takes a copy.
struct ExampleProject {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    try sandbox.git(["init", "--quiet", "--initial-branch", "main"])
    let other = try GPGHome()
    let bob = try other.makeKey("Bob <bob@example.com>")
    try sandbox.write(other.gpg(["--armor", "--export", bob]).text, to: "keys/bob.asc")
    try other.copyKey(bob, to: sandbox.home)
    try sandbox.writeProject(
      extra: """
        store: {type: sqlite, path: .vaultctl/vault.db, ledger: git}
        flows: ["flows/*.json"]
        environments: {prod: {store: {type: sqlite, path: .vaultctl/prod.db, ledger: git}}}
        apps:
          crm:
            setups: [{type: oauth, fields: [{name: client_id}, {name: client_secret}]}]
        """)
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.write("key\n", to: "key.txt")
    try sandbox.write(
      #"{"name": "welcome", "actions": [{"id": "x", "type": "SLACK", "action": "POST_MESSAGE", "params": {}}]}"#,
      to: "flows/welcome.json")
    for (name, spec) in [
      ("twilio-prod", "{app: twilio, setup: {type: api_key, account_id: AC1, api_key: k}}"),
      ("slack-alerts", "{app: slack}"),
      ("old-crm", "{app: slack}"),
      ("crm", "{app: crm, setup: {type: oauth, client_id: c}, scopes: [contacts:read]}"),
    ] {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\nspec: \(spec)\n",
        to: "connections/\(name).yaml")
    }
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: twilio-prod}\nspec: {scopes: [x]}\n",
      to: "environments/prod/twilio.yaml")
    for arguments in [
      ["encrypt"], ["apply", "--auto-approve"], ["apply", "--env", "prod", "--auto-approve"],
    ] {
      let done = try sandbox.vaultctl(arguments)
      try #require(done.status == 0, "\(arguments): \(done.errorText)")
    }
    // Tokens that no connection has, as another program leaves them.
    let record =
      #"{"attempts":0,"client":{"digest":"d","id":"c"},"grant":"client_credentials","history":[],"requested":[]}"#
    let stray = try run(
      "/usr/bin/sqlite3",
      [
        sandbox.folder.path + "/.vaultctl/vault.db",
        "INSERT INTO token (connection, version, record) VALUES ('old-crm', 1, '\(record)')",
      ])
    try #require(stray.status == 0, "\(stray.errorText)")
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/old-crm.yaml")
    try sandbox.git(["add", "--all"])
    try sandbox.git(["commit", "--quiet", "-m", "it"])
    try sandbox.write(
      try sandbox.read("connections/twilio-prod.yaml").replacing("AC1", with: "AC2"),
      to: "connections/twilio-prod.yaml")
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"]).status == 0)
  }

  /// Replaces what is there.
  func copy(to folder: String) throws {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.copyItem(atPath: sandbox.folder.path, toPath: folder)
  }

  /// The fingerprint of the key in `keys/bob.asc`.
  func bob() throws -> String {
    let keys = try sandbox.home.gpg(["--list-keys", "--with-colons", "bob@example.com"]).text
    let line = try #require(keys.split(separator: "\n").first { $0.hasPrefix("fpr:") })
    return String(try #require(line.split(separator: ":").last))
  }

  /// A line of a shell, in a copy.
  ///
  /// - Parameter limit: seconds after which it is ended; its status is 124 then.
  func shell(_ command: String, in folder: String, limit: Int = 120) throws -> Finished {
    try run(
      "/usr/bin/timeout", ["--foreground", "\(limit)", "/bin/bash", "-c", command], in: folder,
      environment: environment(in: folder), input: Data("value".utf8))
  }

  /// What programs in a copy are started with.
  func environment(in folder: String) -> [String: String] {
    [
      "PATH": "\(sandbox.programFolder):/usr/bin:/bin", "GNUPGHOME": sandbox.home.path,
      "HOME": folder, "XDG_STATE_HOME": folder + "/.vaultctl/state", "EDITOR": "true",
      "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "a@example.com",
      "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "a@example.com",
    ]
  }
}
