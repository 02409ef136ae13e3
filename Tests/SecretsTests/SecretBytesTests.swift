import Secrets
import Testing

@Suite struct SecretBytesTests {
  private let secret = SecretBytes(copying: Array("hunter2".utf8))

  @Test func printingShowsNothing() {
    var dumped = ""
    dump(secret, to: &dumped)
    let printed = ["\(secret)", String(describing: secret), String(reflecting: secret), dumped]
    #expect(printed.allSatisfy { $0.contains("•••") && !$0.contains("hunter2") })
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test func givesAccessToItsBytes() {
    #expect(secret.withBytes { $0.count } == 7)
    #expect(secret.withBytes { $0[0] } == UInt8(ascii: "h"))
  }

  @Test func comparesByBytes() {
    #expect(secret.constantTimeEquals(SecretBytes(copying: Array("hunter2".utf8))))
    #expect(!secret.constantTimeEquals(SecretBytes(copying: Array("hunter3".utf8))))
    #expect(!secret.constantTimeEquals(SecretBytes(copying: Array("hunter22".utf8))))
  }
}
