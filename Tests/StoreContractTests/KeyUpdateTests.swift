import Model
import Secrets
import Stores
import TestSupport
import Testing

/// A store's own key is replaced: what is in the store stays readable, and digests of the previous key
/// decide nothing.
@Suite struct KeyUpdateTests {
  private func twilio(
    _ action: StoreWrite.Action, _ value: String
  ) throws -> StoreWrite {
    try write(
      "a", action, app: "twilio", setup: "api_key",
      fields: [
        "account_id": .plain(.string("AC1")),
        "api_key": .secret(secret(value), ciphertext: CiphertextDigest("of \(value)")),
      ])
  }

  @Test(arguments: StoreKind.allCases, [false, true])
  func theKeyIsSealedAgainOrReplaced(kind: StoreKind, makesNew: Bool) async throws {
    let contract = try await Contract(kind)
    defer { contract.end() }
    let record = try #require(try await contract.opened().apply(twilio(.create, "first")))
    let address = FieldAddress(try name("a"), "api_key")
    func comparison(_ value: String) async throws -> SecretComparison? {
      try await contract.opened().compareWithRecords([(address, secret(value))])[0]
    }
    #expect(try await comparison("first") == .same)

    let store = try contract.opened()
    let holder = holder()
    #expect(try await store.lock.tryLock(holder) == .acquired)
    try await store.key?.update(makesNew: makesNew, by: provenance)
    try await store.lock.unlock(holder)

    let recomputes = kind == .sqlite
    #expect(try await comparison("first") == (makesNew && !recomputes ? nil : .same))
    let kept = try await contract.opened().secrets?.secrets(of: [name("a")])[address]
    if kind.keepsVersions { #expect(kept?.constantTimeEquals(secret("first")) == true) }
    try await contract.opened().apply(
      twilio(.update(record.storeID, from: record.version), "second"))
    #expect(try await comparison("second") == .same)
    #expect(try await comparison("first") == .different)
  }
}
