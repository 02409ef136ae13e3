import Manifests

/// What the environment says of an OpenBao server, by the names that its users know; those of
/// HashiCorp Vault count where there are no others.
struct OpenBaoEnvironment {
  let address: String?
  let namespace: String?
  let authorities: String?

  init(_ variables: [String: String]) {
    func variable(_ name: String) -> String? {
      [variables["BAO_\(name)"], variables["VAULT_\(name)"]].compactMap { $0 }
        .first { !$0.isEmpty }
    }
    address = variable("ADDR")?.withoutFinalSlashes
    namespace = variable("NAMESPACE")
    authorities = variable("CACERT")
  }
}
