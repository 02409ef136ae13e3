import Diagnostics
import Manifests

/// The environment's settings of an OpenBao server, by OpenBao's variable names; those of HashiCorp
/// Vault are used if those are not set.
struct OpenBaoEnvironment {
  let address: String?
  let namespace: String?
  /// A file of certificates, or a folder of such files.
  let authorities: String?

  init(_ variables: [String: String]) {
    func variable(_ name: String) -> String? {
      [variables["BAO_\(name)"], variables["VAULT_\(name)"]].compactMap { $0 }
        .first { !$0.isEmpty }
    }
    address = variable("ADDR")?.withoutFinalSlashes
    namespace = variable("NAMESPACE")
    authorities = variable("CACERT") ?? variable("CAPATH")
  }

  /// The server's address: the project file's, or the environment's.
  ///
  /// - Throws: if there is none, or one with a user and a password, which would be shown and saved.
  func address(for settings: OpenBaoSettings) throws -> String {
    if let address = settings.address ?? address {
      if !address.contains("@") { return address }
      throw Diagnostic(
        .storeMisconfigured, "BAO_ADDR has a user name",
        help: ["remove it: a login is BAO_TOKEN, or `store.login` in \(Project.fileName)"])
    }
    throw Diagnostic(
      .storeMisconfigured, "no OpenBao address configured",
      help: ["set `store.address` in \(Project.fileName), or BAO_ADDR"])
  }

  func namespace(for settings: OpenBaoSettings) -> String? { settings.namespace ?? namespace }
}
