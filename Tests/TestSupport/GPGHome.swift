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
  /// - Parameter created: when, as gpg writes it: `20250101T000000`; `nil` is now.
  package func makeKey(
    _ userID: String, passphrase: String = "", expires: String = "never", encrypts: Bool = true,
    created: String? = nil
  ) throws -> String {
    let asking =
      (created.map { ["--faked-system-time", $0] } ?? [])
      + ["--pinentry-mode", "loopback", "--passphrase", passphrase]
    let made = try gpg(
      asking + ["--status-fd", "1", "--quick-gen-key", userID, "ed25519", "cert,sign", expires])
    guard
      let line = made.text.split(separator: "\n").first(where: { $0.contains("KEY_CREATED") }),
      let fingerprint = line.split(separator: " ").last
    else { throw Failure(message: made.errorText) }
    if encrypts {
      try gpg(asking + ["--quick-add-key", String(fingerprint), "cv25519", "encr", expires])
    }
    return String(fingerprint)
  }

  /// Moves a key into another keyring, its secret part too where that is asked.
  package func copyKey(_ fingerprint: String, to other: GPGHome, secret: Bool = false) throws {
    let kind = secret ? "--export-secret-keys" : "--export"
    let exported = try gpg(["--pinentry-mode", "loopback", "--passphrase", "", kind, fingerprint])
    try other.gpg(["--import"], input: exported.output)
  }

  /// From now on the agent notes what it is asked for.
  package func logAgent() throws {
    try Data("log-file \(path)/agent.log\nverbose\ndebug ipc\n".utf8)
      .write(to: URL(fileURLWithPath: path + "/gpg-agent.conf"))
    _ = try run("/usr/bin/gpgconf", ["--homedir", path, "--kill", "gpg-agent"])
  }

  /// How often the agent was asked to decrypt with a secret key.
  package func keyOperations() throws -> Int {
    let log = try Data(contentsOf: URL(fileURLWithPath: path + "/agent.log"))
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

  package func disable(_ fingerprint: String) throws {
    _ = try run(
      "/usr/bin/gpg",
      ["--homedir", path, "--no-tty", "--command-fd", "0", "--edit-key", fingerprint],
      input: Data("disable\nsave\n".utf8))
  }
}
