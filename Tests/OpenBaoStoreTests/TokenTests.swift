import Foundation
import HTTP
import OpenBaoStore
import Stores
import TestOpenBao
import TestSupport
import Testing

@Suite struct OpenBaoTokenTests {
  private func store(_ server: BaoServer) -> OpenBaoStore {
    let root = server.root
    return OpenBaoStore(
      address: root.address, namespace: nil, mount: "secret", prefix: "vaultctl",
      environment: "prod", destroys: false,
      credentials: { () throws(StoreError) in .token(root.token) }, http: LiveHTTP(),
      surroundings: Surroundings(
        now: { Int64(Date().timeIntervalSince1970 * 1000) },
        sleep: { try? await Task.sleep(for: $0) }, random: { 0.5 }), protection: TestProtection())
  }

  @Test(arguments: TokenStoreContract.Case.allCases)
  func keepsTheContract(tried: TokenStoreContract.Case) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    try await TokenStoreContract(store(server), another: store(server)).run(tried)
  }
}
