import Foundation
import TestSupport

/// A certificate authority that nobody knows, and one certificate for servers on this machine.
package struct TestAuthority: Sendable {
  private let folder: TemporaryFolder
  package var path: String { folder.path + "/authority.pem" }
  package var certificatePath: String { folder.path + "/server.pem" }
  package var keyPath: String { folder.path + "/server.key" }

  package struct Failure: Error { package let message: String }

  /// When the server's certificate is valid.
  package enum Validity: Sendable {
    case now, past, future

    fileprivate var dates: [String] {
      switch self {
      case .now: ["-days", "2"]
      case .past: ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
      case .future: ["-startdate", "20400101000000Z", "-enddate", "20400201000000Z"]
      }
    }
  }

  /// - Parameter names: of the server, as a `subjectAltName` (x509v3_config(5)).
  package init(
    names: String = "IP:127.0.0.1, IP:::1, DNS:localhost", validity: Validity = .now
  ) throws {
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
      subjectAltName = \(names)
      extendedKeyUsage = serverAuth
      [ca]
      database = index.txt
      new_certs_dir = .
      default_md = sha256
      policy = anything
      rand_serial = yes
      [anything]
      commonName = supplied
      """, to: "openssl.cnf")
    try folder.write("", to: "index.txt")
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    try openssl(
      ["req", "-x509", "-days", "2", "-extensions", "authority", "-keyout", "authority.key"] + key
        + ["-out", "authority.pem"])
    try openssl(
      ["req", "-new", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"] + key)
    try openssl(
      ["ca", "-name", "ca", "-batch", "-notext", "-extensions", "server"]
        + ["-keyfile", "authority.key", "-cert", "authority.pem"]
        + ["-in", "server.csr", "-out", "server.pem"] + validity.dates)
  }

  private func openssl(_ arguments: [String]) throws {
    let (command, options) = (arguments.prefix(1), arguments.dropFirst())
    let finished = try run(
      "/usr/bin/openssl", command + ["-config", "openssl.cnf"] + options, in: folder.path)
    guard finished.status == 0 else { throw Failure(message: finished.errorText) }
  }
}
