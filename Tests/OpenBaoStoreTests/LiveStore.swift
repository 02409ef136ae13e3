import Foundation
import HTTP
import OpenBaoStore
import Stores
import TestOpenBao
import TestSupport

/// The store of a client at that server.
///
/// - Parameters:
///   - address: another one than the client's.
///   - now: milliseconds since 1970.
func store(
  of client: BaoClient, at address: String? = nil, environment: String? = nil,
  credentials: BaoCredentials? = nil, http: any HTTPTransport,
  now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
) -> Store {
  let credentials = credentials ?? .token(client.token)
  return OpenBaoBackend(
    address: address ?? client.address, namespace: nil, mount: "secret", prefix: "vaultctl",
    environment: environment, destroys: false,
    credentials: { () throws(StoreError) in credentials }, http: http,
    surroundings: Surroundings(
      now: now, sleep: { try? await Task.sleep(for: $0) }, random: { 0.5 }),
    protection: TestProtection()
  ).store
}
