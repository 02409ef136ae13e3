import Foundation
import TestSupport
import Testing

/// Entries of a password store that `pass` itself made, with a key of its own.
@Suite struct PassImportTests {
  private let sandbox: Sandbox
  /// Only in the environment; the default is below HOME, the sandbox' folder.
  private let store: TemporaryFolder

  init() throws {
    sandbox = try Sandbox()
    store = try TemporaryFolder()
    let other = try sandbox.home.makeKey("Pat <pat@example.com>")
    try pass(["init", other])
  }

  private var environment: [String: String] {
    ["PASSWORD_STORE_DIR": store.path, "GNUPGHOME": sandbox.home.path]
  }

  @discardableResult
  private func pass(_ arguments: [String], input: String = "") throws -> Finished {
    let finished = try run(
      "/usr/bin/pass", arguments,
      environment: environment.merging(["PATH": "/usr/bin:/bin", "HOME": store.path]) { $1 },
      input: Data(input.utf8))
    #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    return finished
  }

  private func imported(_ arguments: [String]) throws -> Finished {
    try sandbox.vaultctl(["import", "--from", "pass"] + arguments, environment: environment)
  }

  private func decrypted(_ name: String, _ field: String) throws -> String {
    try sandbox.vaultctl(["decrypt", name, field], isRecorded: false).text
  }

  @Test func entriesBecomeConnections() throws {
    let pem = "-----BEGIN X-----\nProc: no\n\nAb+/=\n-----END X-----\n"
    try pass(["insert", "--echo", "services/crm/token"], input: "tok-1 \"ü\"\n")
    try pass(["insert", "--echo", "services/example.com/token"], input: "tok-2\n")
    try pass(["insert", "--multiline", "sms"], input: "k3y\naccount: AC1\nurl: https://x/#y\n")
    try pass(["insert", "--multiline", "certs/key"], input: pem)
    try pass(["insert", "--echo", "sms/other"], input: "tok-3\n")
    let all = try imported(["services", "--map", "services/*/token=http.token"])
    #expect(all.status == 0, "\(all.errorText)")
    #expect(try decrypted("crm", "token") == "tok-1 \"ü\"")
    #expect(try decrypted("example.com", "token") == "tok-2")
    try sandbox.write(
      """
      connections:
        - {name: sms-prod, app: twilio, type: api_key, fields: {api_key: sms, account_id: sms.account}}
        - {name: pem, app: http, type: bearer, fields: {token: certs/key}}
        - {name: below, app: http, type: bearer, fields: {token: sms/other}}
        - {name: dotted, app: http, type: bearer, fields: {token: services/example.com/token}}
        - {name: absent, app: http, type: bearer, fields: {token: services/none}}
      """, to: "map.yaml")
    #expect(try imported([".", "--map", "map.yaml"]).status == 4)
    #expect(try decrypted("sms-prod", "api_key") == "k3y")
    #expect(try sandbox.read("connections/sms-prod.yaml").contains("account_id: AC1\n"))
    #expect(try decrypted("pem", "token") == pem)
    #expect(try decrypted("below", "token") == "tok-3")
    #expect(try decrypted("dotted", "token") == "tok-2")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"], isRecorded: false).status == 0)
    #expect(!sandbox.transcript.text.contains("tok-"))
  }

  /// The password would be sealed with the notes.
  @Test func anEntryWithNotesIsReported() throws {
    try pass(["insert", "--multiline", "a/crm"], input: "tok-1\nhttps://example.com\n")
    try pass(["insert", "--multiline", "a/erp"], input: "tok-2\nurl: https://example.com\n")
    let finished = try imported(["a", "--map", "a/*=http.token"])
    #expect(finished.status == 4 && finished.errorText.contains("`a/crm`"))
    #expect(try decrypted("erp", "token") == "tok-2")
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/connections/crm.yaml"))
  }

  @Test func whatCannotBeReadIsReported() throws {
    try pass(["insert", "--echo", "a/good"], input: "tok-1\n")
    try pass(["insert", "--echo", "a/text"], input: "tok-2\n")
    let broken = try run(
      "/bin/bash",
      [
        "-c", #"printf 'tok-\xff' | gpg --batch --yes -e -r pat@example.com -o "$1"/a/text.gpg"#,
        "-", store.path,
      ],
      environment: ["PATH": "/usr/bin:/bin", "GNUPGHOME": sandbox.home.path])
    #expect(broken.status == 0, "\(broken.errorText)")
    try "tok-3".write(toFile: store.path + "/a/broken.gpg", atomically: true, encoding: .utf8)
    // Where a link leads is not read, and a name is never a path.
    try FileManager.default.createSymbolicLink(
      atPath: store.path + "/a/loop", withDestinationPath: store.path)
    let finished = try imported(["a", "--map", "a/*=http.token"])
    #expect(finished.status == 4)
    #expect(try decrypted("good", "token") == "tok-1")
    #expect(finished.errorText.contains("`a/broken`") && finished.errorText.contains("not UTF-8"))
    #expect(!sandbox.transcript.text.contains("tok-"))
  }

  /// People link an entry to a second name; whoever names the link itself hears the same.
  @Test func aLinkIsReported() throws {
    try pass(["insert", "--echo", "a/good"], input: "tok-1\n")
    for (link, target) in [("a/linked.gpg", "good.gpg"), ("a/folder", "."), ("a/notes", "none")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(store.path)/\(link)", withDestinationPath: target)
    }
    let finished = try imported(["a", "--map", "a/*=http.token"])
    #expect(finished.status == 4)
    for what in ["the entry `a/linked`", "the folder `a/folder`"] {
      #expect(finished.errorText.contains("not imported: \(what)"), "\(finished.errorText)")
    }
    #expect(finished.errorText.contains("it is a symbolic link, which is not followed"))
    #expect(!finished.errorText.contains("a/notes"), "no entry, and no folder")
    #expect(try decrypted("good", "token") == "tok-1")
    for name in ["a/linked", "a/folder"] {
      let named = try imported([name, "--map", "a/*=http.token"])
      #expect(named.status == 1 && named.errorText.contains("which is not followed"), "\(name)")
    }
  }

  /// A folder that a mode forbids is not a missing one.
  @Test func whatCannotBeListedIsReported() throws {
    for name in ["a/good", "a/locked/one", "a/listed/two"] {
      try pass(["insert", "--echo", name], input: "tok-1\n")
    }
    func imported(_ name: String) throws -> Finished {
      try sandbox.vaultctl(
        ["import", "--from", "pass", name, "--map", "a/*=http.token"], environment: environment,
        obeysModes: true)
    }
    let path = store.path + "/a"
    let (all, none) = try Sandbox.withMode(0, of: path + "/locked") {
      // Names can be listed, and what they name cannot be looked at.
      try Sandbox.withMode(0o400, of: path + "/listed") {
        (try imported("a"), try imported("a/locked"))
      }
    }
    #expect(all.status == 4, "\(all.errorText)")
    #expect(try decrypted("good", "token") == "tok-1")
    #expect(all.errorText.contains("not imported: the folder `a/locked`"))
    #expect(all.errorText.contains("not imported: `a/listed/two.gpg`"))
    #expect(all.errorText.contains("Permission denied"))
    #expect(none.status != 0 && none.errorText.contains("not imported: the folder `a/locked`"))
    #expect(!none.errorText.contains("no entry or folder"))
  }

  @Test func aNameThatTheStoreDoesNotHaveIsAnError() throws {
    try pass(["insert", "--echo", "a/good"], input: "tok-1\n")
    for name in ["b", "../a", "/a", "a/..", "", "a/good.gpg"] {
      let finished = try imported([name, "--map", "a/*=http.token"])
      #expect(finished.status == 1 && finished.errorText.contains("no entry or folder"), "\(name)")
    }
    let missing = try sandbox.vaultctl(
      ["import", "--from", "pass", "a", "--map", "a/*=http.token"],
      environment: environment.merging(["PATH": sandbox.programFolder]) { $1 })
    #expect(missing.status == 1 && missing.errorText.contains("`pass` was not started"))
    #expect(!sandbox.transcript.text.contains("tok-"))
  }
}
