import Foundation
import GRDB
import Model
import Secrets
import Stores
import TestSupport
import Testing

@testable import SQLiteStore

/// What the store's own sealing holds against: values that were changed or moved in the file.
@Suite struct SealedValueTests {
  private struct Row {
    let connection: StoreID
    let field: FieldName
    let version: Int64
    let sealed: [UInt8]
  }

  private func rows(_ test: StoreUnderTest) throws -> [Row] {
    try DatabaseQueue(path: test.path).read { db in
      try GRDB.Row.fetchAll(
        db, sql: "SELECT connection, name, version, sealed FROM field WHERE sealed IS NOT NULL"
      ).map {
        Row(
          connection: StoreID($0[0]), field: FieldName($0[1]), version: $0[2],
          sealed: Array($0[3] as Data))
      }
    }
  }

  private func key(_ test: StoreUnderTest) async throws -> StoreKey {
    let sealed = try #require(try await test.backend.key.sealed())
    return try StoreKey(try await test.protection.open(sealed))
  }

  @Test func opensAtItsPlaceOnly() async throws {
    let test = try StoreUnderTest()
    try await test.create("a", token: "t0ken")
    let row = try #require(try rows(test).first)
    let key = try await key(test)
    let value = try key.open(
      row.sealed, in: row.connection, field: row.field, version: row.version)
    #expect(value.constantTimeEquals(secret("t0ken")))
    let places: [(StoreID, FieldName, Int64)] = [
      ("elsewhere", row.field, row.version), (row.connection, "other", row.version),
      (row.connection, row.field, row.version + 1),
      (StoreID(row.connection.rawValue + "5:"), row.field, row.version),
    ]
    for (connection, field, version) in places {
      #expect(throws: StoreError.self) {
        try key.open(row.sealed, in: connection, field: field, version: version)
      }
    }
  }

  @Test func opensNothingThatWasChanged() async throws {
    let test = try StoreUnderTest()
    try await test.create("a", token: "t0ken")
    let row = try #require(try rows(test).first)
    let key = try await key(test)
    for index in row.sealed.indices {
      var changed = row.sealed
      changed[index] ^= 1
      #expect(throws: StoreError.self, "byte \(index)") {
        try key.open(changed, in: row.connection, field: row.field, version: row.version)
      }
    }
    for count in 0..<row.sealed.count {
      #expect(throws: StoreError.self, "\(count) bytes") {
        try key.open(
          Array(row.sealed[..<count]), in: row.connection, field: row.field,
          version: row.version)
      }
    }
  }

  @Test func equalValuesAreSealedDifferently() async throws {
    let test = try StoreUnderTest()
    try await test.create("a", token: "same")
    try await test.create("b", token: "same")
    #expect(Set(try rows(test).map(\.sealed)).count == 2)
  }

  @Test func aKeyOfAnotherLengthIsNoKey() {
    for count in [0, 16, 31, 33, 39, 41] {
      #expect(throws: StoreError.self) {
        try StoreKey(SecretBytes(copying: [UInt8](repeating: 7, count: count)))
      }
    }
  }

  /// The first generation has no number in front of it.
  @Test func aKeyWithAnImpossibleGenerationIsNoKey() {
    for generation: UInt8 in [0, 1] {
      let bytes = [UInt8](repeating: 0, count: 7) + [generation] + [UInt8](repeating: 7, count: 32)
      #expect(throws: StoreError.self) { try StoreKey(SecretBytes(copying: bytes)) }
    }
  }

  @Test func sealingTheKeyAnewLeavesTheValues() async throws {
    let test = try StoreUnderTest()
    try await test.backend.key.update(makesNew: false, by: provenance)
    #expect(try await test.backend.key.sealed() == nil)
    try await test.create("a", token: "t0ken")
    try await test.backend.key.update(makesNew: false, by: provenance)
    let found = try await test.another().store.compareWithRecords([
      (FieldAddress(name("a"), "token"), secret("t0ken"))
    ])
    #expect(found == [.same])
  }
}
