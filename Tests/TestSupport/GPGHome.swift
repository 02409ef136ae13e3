package import Foundation

/// A keyring of a test's own. Its agent ends, and its folder goes, with it.
package final class GPGHome: Sendable {
  private let folder: TemporaryFolder
  package var path: String { folder.path }

  package struct Failure: Error { package let message: String }

  package init() throws {
    folder = try TemporaryFolder()
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
  package func makeKey(
    _ userID: String, passphrase: String = "", expires: String = "never", encrypts: Bool = true
  ) throws -> String {
    let asking = ["--pinentry-mode", "loopback", "--passphrase", passphrase]
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
