import Foundation
import TestSupport
import Testing

/// The real `sops`, which encrypts files for the key of a sandbox.
struct SOPSTool {
  let sandbox: Sandbox
  /// Where it is, for a PATH.
  let folder: String

  init(_ sandbox: Sandbox) throws {
    self.sandbox = sandbox
    let python = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_OPENPGP_PYTHON"], "Tests/run sets it")
    folder = URL(fileURLWithPath: python).deletingLastPathComponent().path
  }

  /// An environment in which it can be found.
  var path: [String: String] { ["PATH": "\(folder):/usr/bin:/bin"] }

  /// - Parameter recipients: options; by default the sandbox' key.
  func encrypt(
    _ text: String, _ options: [String] = [], as name: String = "it.yaml",
    to recipients: [String]? = nil
  ) throws -> String {
    try sandbox.write(text, to: "plain-\(name)")
    let finished = try run(
      folder + "/sops",
      ["--encrypt"] + (recipients ?? ["--pgp", sandbox.key]) + options
        + [sandbox.folder.path + "/plain-\(name)"],
      environment: ["GNUPGHOME": sandbox.home.path, "PATH": "/usr/bin:/bin", "HOME": "/tmp"])
    #expect(finished.status == 0, "\(finished.errorText)")
    return finished.text
  }

  /// A new key of age.
  ///
  /// - Returns: the recipient, and what opens its files.
  func ageKey() throws -> (recipient: String, environment: [String: String]) {
    let key = sandbox.folder.path + "/age.txt"
    let made = try run("/usr/bin/age-keygen", ["-o", key], environment: ["PATH": "/usr/bin:/bin"])
    let recipient = try #require(made.errorText.split(separator: " ").last)
    return (
      recipient.trimmingCharacters(in: .whitespacesAndNewlines),
      path.merging(["SOPS_AGE_KEY_FILE": key]) { $1 }
    )
  }
}
