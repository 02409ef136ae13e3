import Foundation
import TestAuthorizationServer
import TestSupport
import Testing

/// A store is verified, backed up and restored; what was damaged is found, and never handed out.
@Suite struct StoreBackupTests {
  private func filled(_ count: Int = 6) throws -> Sandbox {
    let sandbox = try Sandbox()
    for number in 0..<count {
      try sandbox.write(
        httpManifest("c-\(number)", token: "s3cret-\(number)"), to: "connections/c-\(number).yaml")
    }
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      #expect(try sandbox.vaultctl(arguments, isRecorded: false).status == 0)
    }
    return sandbox
  }

  private func value(_ name: String, _ sandbox: Sandbox) throws -> Finished {
    try sandbox.vaultctl(
      ["exec", name, "--prefix", "X", "--", "/bin/sh", "-c", "printf %s \"$X_TOKEN\""],
      isRecorded: false)
  }

  private func moveStore(_ sandbox: Sandbox) throws {
    try FileManager.default.moveItem(
      atPath: sandbox.folder.path + "/.vaultctl", toPath: sandbox.folder.path + "/.old")
  }

  @Test func aBackupIsRestoredAsItWas() throws {
    let sandbox = try filled()
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"]).status == 0)
    let text = try Data(contentsOf: URL(fileURLWithPath: sandbox.folder.path + "/it.backup"))
    #expect(text.range(of: Data("c-3".utf8)) == nil && text.range(of: Data("s3cret".utf8)) == nil)
    #expect(text.starts(with: Data("{\"connections\":6".utf8)))
    // It replaces no store, and no file.
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup"]).status == 1)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"]).status == 1)
    try moveStore(sandbox)
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup"]).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 0)
    #expect(try value("c-3", sandbox).text == "s3cret-3")
    let names = try FileManager.default.contentsOfDirectory(
      atPath: sandbox.folder.path + "/.vaultctl")
    #expect(names.allSatisfy { !$0.hasPrefix(".vaultctl-copy-") }, "\(names)")
    try sandbox.expectTranscript()
  }

  @Test func aBackupIsOfOneMomentWhileOthersApply() async throws {
    let sandbox = try filled(2)
    for round in 0..<4 {
      for number in 0..<2 {
        #expect(
          try sandbox.vaultctl(
            ["set", "c-\(number)", "token"], input: "round-\(round)", isRecorded: false
          ).status == 0)
      }
      let applying = try RunningProgram(sandbox, ["apply", "--auto-approve"])
      let backup = try sandbox.vaultctl(["store", "backup", "\(round).backup"], isRecorded: false)
      #expect(backup.status == 0, "\(backup.errorText)")
      #expect(try await applying.finished().status == 0)
      let looked = try sandbox.vaultctl(
        ["store", "restore", "\(round).backup", "--to", "\(round).db"], isRecorded: false)
      #expect(looked.status == 0, "\(looked.errorText)")
      let checked = try run(
        "/usr/bin/sqlite3", [sandbox.folder.path + "/\(round).db", "PRAGMA integrity_check"])
      #expect(checked.text == "ok\n")
    }
    // Each is a whole store: of the last apply, or of the one before it.
    for round in 0..<4 {
      removeStore(sandbox)
      for arguments in [["store", "restore", "\(round).backup"], ["store", "verify"]] {
        let finished = try sandbox.vaultctl(arguments, isRecorded: false)
        #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
      }
      let before = round == 0 ? ["s3cret-0", "s3cret-1"] : ["round-\(round - 1)"]
      for number in 0..<2 {
        let found = try value("c-\(number)", sandbox).text
        #expect((before + ["round-\(round)"]).contains(found), "\(round): \(found)")
      }
    }
  }

  private func removeStore(_ sandbox: Sandbox) {
    for name in ["vault.db", "vault.db-wal", "vault.db-shm"] {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/.vaultctl/" + name)
    }
  }

  @Test func aBackupThatWasChangedIsNotRestored() throws {
    let sandbox = try filled(2)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"], isRecorded: false).status == 0)
    try moveStore(sandbox)
    let path = sandbox.folder.path + "/it.backup"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var generator = SeededGenerator(seed: 7)
    var variants = (0..<20).map { _ -> Data in
      var bytes = whole
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      return bytes
    }
    variants += [Data(), whole.prefix(whole.count - 1), whole.prefix(400), whole + Data([0])]
    for bytes in variants {
      try bytes.write(to: URL(fileURLWithPath: path))
      let restored = try sandbox.vaultctl(["store", "restore", "it.backup"], isRecorded: false)
      #expect(restored.status == 1, "\(restored.text)")
      #expect(!restored.errorText.contains("VC9"))
      #expect(
        !FileManager.default.fileExists(atPath: sandbox.folder.path + "/.vaultctl/vault.db"))
    }
  }

  /// It opens under the name that it was made with, and the restored store under the present one.
  @Test func aBackupFromBeforeARenameIsRestored() throws {
    let sandbox = try filled(2)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"]).status == 0)
    #expect(try sandbox.vaultctl(["rename-project", "sandbox", "acme"]).status == 0)
    try moveStore(sandbox)
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup", "--dry-run"]).status == 0)
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup", "--to", "it.db"]).status == 0)
    let restored = try sandbox.vaultctl(["store", "restore", "it.backup"])
    #expect(restored.status == 0, "\(restored.errorText)")
    // The values were sealed again since; they are the same.
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 2)
    #expect(try sandbox.vaultctl(["store", "verify"]).status == 0)
    #expect(try value("c-1", sandbox).text == "s3cret-1")
    #expect(try sandbox.vaultctl(["set", "c-1", "token"], input: "n3w").status == 0)
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    #expect(try value("c-1", sandbox).text == "n3w")
    try sandbox.expectTranscript()
  }

  /// Environments are bound by their ids, which a new name leaves as they are.
  @Test func aBackupFromBeforeAnEnvironmentsRenameIsRestored() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: "store: {type: sqlite, path: .vaultctl/vault.db}\nenvironments: {prod: {}}")
    try sandbox.write(httpManifest("c-1", token: "s3cret-1"), to: "connections/c-1.yaml")
    for arguments in [
      ["encrypt"], ["apply", "--auto-approve", "--env", "prod"],
      ["store", "backup", "it.backup", "--env", "prod"], ["rename-environment", "prod", "live"],
    ] {
      #expect(try sandbox.vaultctl(arguments, isRecorded: false).status == 0, "\(arguments)")
    }
    try moveStore(sandbox)
    for arguments in [
      ["store", "restore", "it.backup", "--env", "live"], ["store", "verify", "--env", "live"],
      ["plan", "--detailed-exitcode", "--env", "live"],
    ] {
      let finished = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    }
  }

  @Test func aBackupOfAnotherProjectOrForOthersIsRefused() throws {
    let sandbox = try filled(1)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"], isRecorded: false).status == 0)
    try moveStore(sandbox)
    let none = try sandbox.vaultctl(
      ["store", "restore", "it.backup"], home: try GPGHome().path, isRecorded: false)
    #expect(none.status == 1 && none.errorText.contains("VC4010"))
    let project = try sandbox.read("vaultctl.yaml")
    try sandbox.write(
      project.replacing("sandbox0sandbox0sand", with: "another0another0anot"),
      to: "vaultctl.yaml")
    let other = try sandbox.vaultctl(["store", "restore", "it.backup"], isRecorded: false)
    #expect(other.status == 1 && other.errorText.contains("a backup of another store"))
  }

  /// Each is found with its place, or has no effect; no wrong secret is handed out.
  @Test func damagedSecretsAreFound() throws {
    let sandbox = try filled(3)
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    func sql(_ text: String) throws -> String { try run("/usr/bin/sqlite3", [path, text]).text }
    // One connection's ciphertext becomes another's, and one bit of a third one's flips.
    let id = { (name: String) in "(SELECT id FROM connection WHERE name = '\(name)')" }
    _ = try sql(
      """
      UPDATE field SET sealed = (SELECT sealed FROM field WHERE connection = \(id("c-1")))
        WHERE connection = \(id("c-0")) AND sealed IS NOT NULL;
      UPDATE field SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)
        WHERE connection = \(id("c-2")) AND sealed IS NOT NULL;
      """)
    let verified = try sandbox.vaultctl(["store", "verify"], isRecorded: false)
    #expect(verified.status == 1, "\(verified.text)")
    for name in ["c-0", "c-2"] {
      #expect(verified.errorText.contains("connection `\(name)`"), "\(verified.errorText)")
      let handed = try value(name, sandbox)
      #expect(handed.status != 0 && !handed.text.contains("s3cret"))
    }
    #expect(!verified.errorText.contains("connection `c-1`"))
    #expect(try value("c-1", sandbox).text == "s3cret-1")
  }

  /// Faults of the file that reading every value does not meet.
  @Test(arguments: ["a free page that is not there", "a page that nothing uses"])
  func aDamagedFileIsFoundByVerify(_ damage: String) throws {
    let sandbox = try filled(2)
    let url = URL(fileURLWithPath: sandbox.folder.path + "/.vaultctl/vault.db")
    _ = try run("/usr/bin/sqlite3", [url.path, "PRAGMA wal_checkpoint(TRUNCATE)"])
    var bytes = try Data(contentsOf: url)
    // The header's numbers are big-endian (https://sqlite.org/fileformat2.html, section 1.3).
    if damage == "a free page that is not there" {
      bytes[39] += 1
    } else {
      bytes.append(Data(count: Int(bytes[16]) << 8 | Int(bytes[17])))
      bytes[31] += 1
    }
    try bytes.write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    #expect(try value("c-1", sandbox).text == "s3cret-1")
    for arguments in [["store", "verify"], ["store", "backup", "it.backup"]] {
      let finished = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(finished.status == 1, "\(finished.text)")
      #expect(finished.errorText.contains("SQLite says"), "\(finished.errorText)")
    }
    #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/it.backup"))
  }

  /// Its file is whole, and its records are not what was applied.
  @Test func aStoreThatWasChangedIsNotBackedUp() throws {
    let sandbox = try filled(2)
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    _ = try run(
      "/usr/bin/sqlite3",
      [path, "UPDATE connection SET labels = '{\"team\":\"theirs\"}' WHERE name = 'c-1'"])
    for more in [[], ["--dry-run"]] {
      let refused = try sandbox.vaultctl(["store", "backup", "it.backup"] + more)
      #expect(refused.status == 1 && refused.errorText.contains("connection `c-1`"))
      #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/it.backup"))
    }
    // Where no key opens it, that is said.
    let home = try GPGHome()
    try sandbox.home.copyKey(sandbox.key, to: home)
    let unchecked = try sandbox.vaultctl(["store", "backup", "it.backup"], home: home.path)
    #expect(unchecked.status == 0, "\(unchecked.errorText)")
    #expect(unchecked.errorText.contains("Only its file was checked"), "\(unchecked.errorText)")
    // Where a key is, that does not become the store again; but one can look at it.
    removeStore(sandbox)
    for more in [["--dry-run"], []] {
      let refused = try sandbox.vaultctl(["store", "restore", "it.backup"] + more)
      #expect(refused.status == 1 && refused.errorText.contains("VC4076"), "\(refused.errorText)")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    #expect(try sandbox.vaultctl(["store", "restore", "it.backup", "--to", "it.db"]).status == 0)
    try sandbox.expectTranscript()
  }

  /// What is sealed is opened before it is backed up: no code has its bytes.
  @Test func aStoreWhoseSecretsDoNotOpenIsNotBackedUp() throws {
    let sandbox = try filled(2)
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    _ = try run(
      "/usr/bin/sqlite3", [path, "UPDATE field SET sealed = zeroblob(60) WHERE sealed NOTNULL"])
    for more in [["--dry-run"], []] {
      let refused = try sandbox.vaultctl(
        ["store", "backup", "it.backup"] + more, isRecorded: false)
      #expect(refused.status == 1, "\(refused.text)")
      for name in ["c-0", "c-1"] {
        #expect(refused.errorText.contains("connection `\(name)`"), "\(refused.errorText)")
      }
      #expect(!FileManager.default.fileExists(atPath: sandbox.folder.path + "/it.backup"))
    }
  }

  /// A store without a secret has no key, by which one could see who wrote it.
  @Test func whatCannotBeVerifiedIsNotCalledVerified() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: blank}
      spec: {app: slack}

      """, to: "connections/blank.yaml")
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    for arguments in [
      ["store", "verify"], ["store", "backup", "it.backup"],
      ["store", "restore", "it.backup", "--dry-run"],
    ] {
      if arguments[1] == "restore" { removeStore(sandbox) }
      let finished = try sandbox.vaultctl(arguments + ["-o", "json"])
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
      #expect(finished.text.contains("\"verified\" : false"), "\(arguments): \(finished.text)")
    }
    // A dry run leaves no folder where there was none.
    let folder = sandbox.folder.path + "/.vaultctl"
    try FileManager.default.removeItem(atPath: folder)
    let dry = try sandbox.vaultctl(["store", "restore", "it.backup", "--dry-run"])
    #expect(dry.status == 0 && !FileManager.default.fileExists(atPath: folder))
    try sandbox.expectTranscript()
  }

  /// The next one removes what it left; so does a restore.
  @Test(arguments: [["backup", "next.backup"], ["restore", "it.backup"]])
  func aKilledBackupLeavesNothingForLong(next: [String]) async throws {
    let sandbox = try filled(2)
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"], isRecorded: false).status == 0)
    func left() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: sandbox.folder.path + "/.vaultctl")
        .filter { $0.hasPrefix(".vaultctl-copy-") }
    }
    let killed = try await RunningProgram(
      sandbox, ["store", "backup", "killed.backup"], under: Sandbox.killing(at: "pwrite64", 1)
    ).finished()
    #expect(killed.status != 0)
    #expect(try left().count == 1)
    if next[0] == "restore" { removeStore(sandbox) }
    let finished = try sandbox.vaultctl(["store"] + next, isRecorded: false)
    #expect(finished.status == 0, "\(finished.errorText)")
    #expect(try left().isEmpty)
  }

  /// A store that was moved aside, under any name, is not removed by what reads or writes beside it.
  @Test(arguments: ["backup-mine", "backup-2026-10", "vault.db.new"])
  func whatLiesBesideTheStoreStays(name: String) throws {
    let sandbox = try filled(1)
    func isThere() -> Bool {
      FileManager.default.fileExists(atPath: sandbox.folder.path + "/.vaultctl/\(name)/x")
    }
    try sandbox.write("mine", to: ".vaultctl/\(name)/x")
    #expect(try sandbox.vaultctl(["store", "backup", "it.backup"], isRecorded: false).status == 0)
    #expect(isThere())
    removeStore(sandbox)
    for arguments in [["--dry-run"], []] {
      let finished = try sandbox.vaultctl(
        ["store", "restore", "it.backup"] + arguments, isRecorded: false)
      #expect(finished.status == 0 && isThere(), "\(arguments): \(finished.errorText)")
    }
  }

  /// Whatever else a later version writes on the first line, or leaves out.
  @Test(arguments: [
    (#"{"format_version":"2.0"}"#, "was written by a newer vaultctl (format 2.0)"),
    (#"{"format_version":"2.0","project":{"name":"x"},"size":"1"}"#, "(format 2.0)"),
    (#"{"format_version":"1.1"}"#, "is not a backup of vaultctl"),
    (#"{"format_version":2}"#, "is not a backup of vaultctl"),
    ("{}", "is not a backup of vaultctl"),
  ])
  func aBackupOfALaterFormatIsNamed(header: String, reason: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(header + "\nwhatever", to: "it.backup")
    let restored = try sandbox.vaultctl(["store", "restore", "it.backup"], isRecorded: false)
    #expect(restored.status == 1 && restored.errorText.contains(reason), "\(restored.errorText)")
  }

  /// A loss of power takes neither the file nor its name.
  @Test func aBackupAndItsFolderAreOnTheDiskWhenItIsReported() async throws {
    let sandbox = try filled(1)
    try sandbox.write("", to: "backups/README")
    let finished = try await RunningProgram(
      sandbox, ["store", "backup", "backups/it.backup"],
      under: [
        "/usr/bin/strace", "-qq", "-f", "-y", "-e", "trace=fsync", "-o",
        sandbox.folder.path + "/fsync.log",
      ]
    ).finished()
    #expect(finished.status == 0, "\(finished.errorText)")
    let calls = try sandbox.read("fsync.log")
    #expect(calls.contains("/backups/it.backup>") && calls.contains("/backups>"), "\(calls)")
  }

  /// A renewal with what the backup has could end the authorization; without a refresh token there is nothing
  /// to say.
  @Test(arguments: [true, false])
  func aRestoreWarnsOfRefreshTokens(hasRefreshToken: Bool) async throws {
    let refresh = hasRefreshToken ? #", "refresh_token": "r-1""# : ""
    let server = try await HostileServer { _ in
      .body(#"{"access_token": "t0ken", "expires_in": 3600\#(refresh)}"#)
    }
    let test = try TokenSandbox(server: server.address)
    try await test.apply("crm", app: "crm", id: "web", secret: "s3cret")
    try await test.consent(["crm"])
    try await test.expectFine(["store", "backup", "it.backup"])
    removeStore(test.sandbox)
    let checked = try await test.expectFine(["store", "restore", "it.backup", "--dry-run"])
    #expect(!checked.errorText.contains("refresh token"), "\(checked.errorText)")
    let restored = try await test.expectFine(["store", "restore", "it.backup"])
    for part in ["1 connection with a refresh token", "vaultctl tokens list", "vaultctl authorize"]
    {
      #expect(restored.errorText.contains(part) == hasRefreshToken, "\(restored.errorText)")
    }
  }

  @Test func whatIsNoStoreIsAnError() throws {
    let sandbox = try filled(1)
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    removeStore(sandbox)
    _ = try run(
      "/usr/bin/sqlite3", [path, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)"])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    for arguments in [["plan"], ["apply", "--auto-approve"], ["store", "backup", "x.backup"]] {
      let finished = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(finished.status == 1, "\(arguments)")
      #expect(finished.errorText.contains("it is another program's database"), "\(arguments)")
    }
    #expect(try run("/usr/bin/sqlite3", [path, "SELECT * FROM theirs"]).text == "1\n")
    try FileManager.default.removeItem(atPath: path)
    for arguments in [["store", "backup", "x.backup"], ["store", "verify"]] {
      let none = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(none.status == 1 && none.errorText.contains("there is no store yet"))
    }
  }
}
