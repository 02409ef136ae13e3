import HTTP
import Stores
import TestOpenBao
import TestSupport
import Testing

@Suite struct OpenBaoTokenTests {
  @Test(arguments: TokenStoreContract.Case.allCases)
  func keepsTheContract(tried: TokenStoreContract.Case) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    func another() -> Store {
      store(of: server.root, environment: "prod", http: LiveHTTPTransport())
    }
    try await TokenStoreContract(another(), another: another()).run(tried)
  }
}
