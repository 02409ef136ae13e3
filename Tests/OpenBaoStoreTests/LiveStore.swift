import HTTP
import OpenBaoStore
import Pacing
import Stores
import TestOpenBao
import TestSupport

/// The store of a client at that server.
///
/// - Parameters:
///   - address: another one than the client's.
func store(
  of client: BaoClient, at address: String? = nil, environment: String? = nil,
  credentials: BaoCredentials? = nil, http: any HTTPTransport,
  runtime: Runtime = .real, destroys: Bool = false
) -> Store {
  let credentials = credentials ?? .token(client.token)
  return OpenBaoBackend(
    address: address ?? client.address, namespace: nil, mount: "secret", prefix: "vaultctl",
    environment: environment, destroys: destroys,
    credentials: { () throws(StoreError) in credentials }, http: http,
    runtime: runtime, protection: TestProtection()
  ).store
}
