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
}
