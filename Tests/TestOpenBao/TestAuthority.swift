import Foundation
import TestSupport

/// A certificate authority that nobody knows, and one certificate for servers on this machine.
package struct TestAuthority: Sendable {
  private let folder: TemporaryFolder
  package var path: String { folder.path + "/authority.pem" }
  var certificatePath: String { folder.path + "/server.pem" }
  var keyPath: String { folder.path + "/server.key" }

  package struct Failure: Error { package let message: String }

  package init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      [req]
      distinguished_name = name
      prompt = no
      [name]
      CN = A test's authority
      [authority]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign
      [server]
      basicConstraints = critical, CA:FALSE
      subjectAltName = IP:127.0.0.1, DNS:localhost
      extendedKeyUsage = serverAuth
      """, to: "openssl.cnf")
    try request(["-extensions", "authority", "-keyout", "authority.key", "-out", "authority.pem"])
    try request([
      "-extensions", "server", "-subj", "/CN=127.0.0.1", "-CA", "authority.pem",
      "-CAkey", "authority.key", "-keyout", "server.key", "-out", "server.pem",
    ])
  }

  private func request(_ arguments: [String]) throws {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"]
    let finished = try run(
      "/usr/bin/openssl", ["req", "-x509", "-config", "openssl.cnf"] + key + arguments,
      in: folder.path)
    guard finished.status == 0 else { throw Failure(message: finished.errorText) }
  }
}
