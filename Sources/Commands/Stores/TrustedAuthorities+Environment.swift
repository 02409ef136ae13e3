import Foundation
import HTTP
import Manifests

extension TrustedAuthorities {
  /// The system's authorities, or those of the file that `SSL_CERT_FILE` names instead, and those of the
  /// folders in `SSL_CERT_DIR`; both variables are OpenSSL's (SSL_CTX_set_default_verify_paths(3)), and
  /// other tools of an operator follow them.
  init(environment: [String: String], additional: [String] = []) {
    let file = environment.nonEmpty("SSL_CERT_FILE")
    let folders = (environment["SSL_CERT_DIR"] ?? "").split(separator: ":").map(String.init)
    self.init(replacement: file, additional: folders + additional)
  }
}

extension Workspace {
  /// Those of the environment and of the project file.
  ///
  /// - Parameter more: a file or a folder that one server's clients trust besides.
  func authorities(and more: String? = nil) -> TrustedAuthorities {
    let own = project.authorities.map { $0.hasPrefix("/") ? $0 : files.path($0) }
    return TrustedAuthorities(
      environment: ProcessInfo.processInfo.environment, additional: [own, more].compactMap(\.self))
  }
}
