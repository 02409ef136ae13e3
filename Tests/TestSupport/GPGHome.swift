package import Foundation

/// A keyring of a test's own. Its agent ends, and its folder goes, with it.
package final class GPGHome: Sendable {
  private let folder: TemporaryFolder
  package var path: String { folder.path }

  package struct Failure: Error { package let message: String }

  package init() throws {
    folder = try TemporaryFolder()
  }

  /// A keyring with one key pair, Ann's. It is made once in a process, and each test has a copy.
  package static func withAnn() throws -> (home: GPGHome, key: String) {
    let (key, files) = try ann.get()
    let home = try GPGHome()
    for (name, bytes) in files {
      let url = URL(fileURLWithPath: home.path + "/" + name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try bytes.write(to: url)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: url.path)
    }
    return (home, key)
  }

  private static let ann = Result { () throws -> (key: String, files: [String: Data]) in
    let home = try GPGHome()
    let key = try home.makeKey("Ann <ann@example.com>")
    let manager = FileManager.default
    // gpg asks for the trust database at its first listing, and makes it.
    try home.gpg(["--list-keys"])
    _ = try run("/usr/bin/gpgconf", ["--homedir", home.path, "--kill", "all"])
    let names = try manager.subpathsOfDirectory(atPath: home.path).filter { name in
      let type = try manager.attributesOfItem(atPath: home.path + "/" + name)[.type]
      return type as? FileAttributeType == .typeRegular && !name.hasSuffix(".lock")
        && !name.hasPrefix(".#")
    }
    let files = try names.map {
      ($0, try Data(contentsOf: URL(fileURLWithPath: home.path + "/" + $0)))
    }
    return (key, Dictionary(files) { $1 })
  }

  deinit {
    _ = try? run("/usr/bin/gpgconf", ["--homedir", path, "--kill", "all"])
  }

  /// Runs gpg; its output.
  @discardableResult
  package func gpg(_ arguments: [String], input: Data = Data()) throws -> Finished {
    let finished = try run(
      "/usr/bin/gpg", ["--homedir", path, "--batch", "--no-tty", "--yes"] + arguments,
      input: input)
    guard finished.status == 0 else { throw Failure(message: finished.errorText) }
    return finished
  }

  /// A new key pair with a subkey for encryption; its fingerprint.
  ///
  /// - Parameters:
  ///   - types: of the primary key and of the subkey.
  ///   - created: when, as gpg writes it: `20250101T000000`; `nil` is now.
  package func makeKey(
    _ userID: String, passphrase: String = "", types: (String, String) = ("ed25519", "cv25519"),
    expires: String = "never", encrypts: Bool = true, created: String? = nil
  ) throws -> String {
    let asking =
      (created.map { ["--faked-system-time", $0] } ?? [])
      + ["--pinentry-mode", "loopback", "--passphrase", passphrase]
    let made = try gpg(
      asking + ["--status-fd", "1", "--quick-gen-key", userID, types.0, "cert,sign", expires])
    guard
      let line = made.text.split(separator: "\n").first(where: { $0.contains("KEY_CREATED") }),
      let fingerprint = line.split(separator: " ").last
    else { throw Failure(message: made.errorText) }
    if encrypts {
      try gpg(asking + ["--quick-add-key", String(fingerprint), types.1, "encr", expires])
    }
    return String(fingerprint)
  }

  /// Moves a key into another keyring, its secret part too where that is asked.
  package func copyKey(_ fingerprint: String, to other: GPGHome, secret: Bool = false) throws {
    let kind = secret ? "--export-secret-keys" : "--export"
    let exported = try gpg(["--pinentry-mode", "loopback", "--passphrase", "", kind, fingerprint])
    try other.gpg(["--import"], input: exported.output)
  }

  /// A message without its encryption: what is signed, and the signatures.
  package func unwrapped(_ armored: String) throws -> Data {
    try gpg(["--decrypt", "--unwrap"], input: Data(armored.utf8)).output
  }

  /// Packets encrypted as they are, which needs public keys only; gpg calls it "not for normal use".
  package func wrapped(_ packets: Data, for keys: [String]) throws -> String {
    try gpg(
      ["--armor", "--trust-model", "always", "-z", "0", "--no-literal"]
        + keys.flatMap { ["-r", $0] } + ["--encrypt"], input: packets
    ).text
  }

  /// Packets as an armored message.
  package func armored(_ packets: Data) throws -> String {
    let text = try gpg(["--enarmor"], input: packets).text
    let lines = text.replacing("PGP ARMORED FILE", with: "PGP MESSAGE")
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.filter { !$0.hasPrefix("Comment:") }.joined(separator: "\n")
  }

  /// From now on a pinentry of the test's own is asked, each time anew.
  ///
  /// - Parameter answer: what it types; `nil` never answers.
  package func usePinentry(answering answer: String?) throws {
    let script = path + "/pinentry"
    let reply = answer.map { "echo 'D \($0)'; echo OK" } ?? "exec sleep 60"
    let text = """
      #!/bin/sh
      echo OK
      while read -r line; do
        case "$line" in
          GETPIN*) echo asked >> '\(path)/asked'; \(reply) ;;
          BYE*) echo OK; exit ;;
          *) echo OK ;;
        esac
      done
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: script))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    try Data("pinentry-program \(script)\ndefault-cache-ttl 0\nmax-cache-ttl 0\n".utf8)
      .write(to: URL(fileURLWithPath: path + "/gpg-agent.conf"))
    _ = try run("/usr/bin/gpgconf", ["--homedir", path, "--kill", "gpg-agent"])
  }

  /// How often that pinentry was asked for a passphrase.
  package func pinentryCount() -> Int {
    let text = try? String(contentsOfFile: path + "/asked", encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  /// Makes the secret part of a key's subkey one that a card has.
  package func moveSubkeyToCard(of fingerprint: String, serial: String) throws {
    let listing = try gpg(["--with-colons", "--with-keygrip", "--list-keys", fingerprint]).text
    let lines = listing.split(separator: "\n")
    guard let subkey = lines.firstIndex(where: { $0.hasPrefix("sub:") }),
      let grip = lines[subkey...].first(where: { $0.hasPrefix("grp:") })?
        .split(separator: ":").last
    else { throw Failure(message: "no subkey of \(fingerprint)") }
    let file = URL(fileURLWithPath: "\(path)/private-keys-v1.d/\(grip).key")
    // The agent's own text form of a key (gnupg's agent/keyformat.txt).
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      .replacing("(private-key", with: "(shadowed-private-key")
      .replacing(/\(d\s*#[0-9A-F\s]*#\)/, with: "(shadowed t1-v1 (#\(serial)# OPENPGP.2))")
    try Data(text.utf8).write(to: file)
    _ = try run("/usr/bin/gpgconf", ["--homedir", path, "--kill", "gpg-agent"])
  }

  /// Starts the agent, so that a program which waits for everything that vaultctl started, such as
  /// strace, does not wait for it.
  package func launchAgent() throws {
    let launched = try run("/usr/bin/gpgconf", ["--homedir", path, "--launch", "gpg-agent"])
    guard launched.status == 0 else { throw Failure(message: launched.errorText) }
  }

  /// From now on the agent notes what it is asked for.
  package func logAgent() throws {
    try Data("log-file \(path)/agent.log\nverbose\ndebug ipc\n".utf8)
      .write(to: URL(fileURLWithPath: path + "/gpg-agent.conf"))
    _ = try run("/usr/bin/gpgconf", ["--homedir", path, "--kill", "gpg-agent"])
  }

  /// How often the agent was asked to decrypt with a secret key.
  package func keyOperations() throws -> Int {
    // An agent that was never asked has not started.
    guard let log = try? Data(contentsOf: URL(fileURLWithPath: path + "/agent.log")) else {
      return 0
    }
    return String(decoding: log, as: UTF8.self).split(separator: "\n")
      .count { $0.contains("<- PKDECRYPT") }
  }

  package func revoke(_ fingerprint: String) throws {
    let path = path + "/openpgp-revocs.d/\(fingerprint).rev"
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    try gpg(
      ["--import"],
      input: Data(text.replacingOccurrences(of: ":-----BEGIN", with: "-----BEGIN").utf8))
  }

  /// One more subkey for encryption, which gpg prefers as the newest.
  package func addSubkey(to fingerprint: String) throws {
    // Which one is newer, gpg tells by seconds.
    Thread.sleep(forTimeInterval: 1.1)
    try gpg(
      ["--pinentry-mode", "loopback", "--passphrase", ""]
        + ["--quick-add-key", fingerprint, "cv25519", "encr", "never"])
  }

  /// - Parameter number: 1-based, in the keyring's order.
  package func revokeSubkey(_ number: Int, of fingerprint: String) throws {
    try edit(fingerprint, "key \(number)\nrevkey\ny\n0\n\ny\nsave\n")
  }

  /// Lets a subkey end a second after it was made.
  package func expireSubkey(_ number: Int, of fingerprint: String) throws {
    try edit(fingerprint, "key \(number)\nexpire\nseconds=1\nsave\n")
    Thread.sleep(forTimeInterval: 2)
  }

  private func edit(_ fingerprint: String, _ commands: String) throws {
    let finished = try run(
      "/usr/bin/gpg",
      [
        "--homedir", path, "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "",
        "--command-fd", "0", "--edit-key", fingerprint,
      ], input: Data(commands.utf8))
    guard finished.status == 0 else { throw Failure(message: finished.errorText) }
  }

  package func disable(_ fingerprint: String) throws {
    _ = try run(
      "/usr/bin/gpg",
      ["--homedir", path, "--no-tty", "--command-fd", "0", "--edit-key", fingerprint],
      input: Data("disable\nsave\n".utf8))
  }
}
