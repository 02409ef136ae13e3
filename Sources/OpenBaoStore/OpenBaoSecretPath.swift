import Foundation
package import Model

/// Where connections are in an engine, as other programs name it: `bao kv get -mount=MOUNT KEY`.
package struct OpenBaoSecretPath: Sendable {
  private let paths: KVPaths

  /// - Parameter environment: `nil` for a project's base.
  package init(prefix: String, environment: String?) {
    paths = KVPaths(prefix: prefix, environment: environment, project: nil)
  }

  /// The connection's key, relative to the mount.
  package func key(of name: ConnectionName) -> String {
    let encoded = paths.connection(name)
    return encoded.removingPercentEncoding ?? encoded
  }
}
