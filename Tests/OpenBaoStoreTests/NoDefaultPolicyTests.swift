import HTTP
import Model
import OpenBaoStore
import Stores
import TestOpenBao
import TestSupport
import Testing

/// Tokens without the default policy: they may neither look themselves up nor ask for their
/// capabilities.
@Suite struct NoDefaultPolicyTests {
  private static let everything =
    #"path "secret/*" { capabilities = ["create", "read", "update", "delete", "list"] }"#
  private static let metadata = """
    path "secret/metadata/*" { capabilities = ["read", "list"] }
    path "secret/detailed-metadata/*" { capabilities = ["list"] }
    """

  private func limited(_ root: BaoClient, to policy: String) throws -> BaoClient {
    try root.writePolicy("limited", policy)
    return root.with(token: try root.makeToken(["limited"], hasDefaultPolicy: false))
  }

  /// A connection, changed by another client since.
  private func changed(_ root: BaoClient) async throws -> ConnectionName {
    let run = try await store(of: root, http: LiveHTTPTransport())
      .journal.beginRun([], by: provenance)
    _ = try await run.writer.carryOut(
      write("a", .create, fields: ["token": .secret(secret("s3cret"), ciphertext: "c")]))
    try root.order("POST", "secret/data/vaultctl/a", ["data": ["token": "theirs"]])
    return try name("a")
  }

  @Test(
    arguments: [(everything, nil), (metadata, .change)] as [(String, ActualConnection.Unseen?)])
  func changesOfOthersAreReadAsFarAsThePolicyAllows(
    policy: String, unseen: ActualConnection.Unseen?
  ) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let name = try await changed(server.root)
    let client = try limited(server.root, to: policy)
    let actual = try #require(
      try await store(of: client, http: LiveHTTPTransport()).reader.read().actual[name])
    #expect(actual.unseen == unseen)
    let fields: [FieldName: ActualField] =
      unseen == nil ? ["token": .secret(version: actual.version)] : [:]
    #expect(actual.fields == fields)
  }

  /// A process was killed between a swap and the copy of its record.
  @Test func aRecordWithoutItsCopyIsReadFromTheData() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    let present = store(of: root, environment: "prod", http: LiveHTTPTransport())
    let created = try #require(
      try await present.journal.beginRun([], by: provenance).writer.carryOut(
        write("crm", .create, fields: ["token": .secret(secret("s3cret"), ciphertext: "c")])))
    let record = TokenStoreContract.record(granted: ["read"])
    _ = try await present.tokens?.swapTokens(
      TokenWrite(
        name: name("crm"), id: created.storeID, version: 0, record: record,
        tokens: .put(access: secret("access"), refresh: secret("refresh")), event: .refreshed,
        provenance: provenance))
    try root.order(
      "POST", "secret/metadata/vaultctl-tokens/prod/refresh/crm", ["custom_metadata": ["a": "b"]])
    let client = try limited(root, to: Self.everything)
    let records = try await store(of: client, environment: "prod", http: LiveHTTPTransport())
      .tokens?.tokenRecords()
    #expect(records?[try name("crm")]?.record.tokens?.attempt == record.tokens?.attempt)
  }

  @Test func aRoleLogsInOnceHoweverOftenItMayNotAsk() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let root = server.root
    let name = try await changed(root)
    try root.writePolicy("limited", Self.everything)
    let role = try root.makeAppRole("limited", ["limited"], hasDefaultPolicy: false)
    let http = WatchedTransport()
    let store = store(
      of: root,
      credentials: .appRole(mount: "approle", roleID: role.roleID, secretID: role.secretID),
      http: http)
    for _ in 1...5 {
      #expect(try await store.reader.read().actual[name]?.fields["token"] != nil)
    }
    #expect(http.count("auth/approle/login") == 1)
  }

  /// What is forbidden is not what is expired.
  @Test func aRefusalNamesItsCause() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let name = try await changed(server.root)
    let client = try limited(server.root, to: Self.metadata)
    let store = store(of: client, http: LiveHTTPTransport())
    await #expect(throws: StoreError.permissionDenied(["read on `secret/data/vaultctl/a`"])) {
      _ = try await store.secrets?.secrets(of: [name])
    }
    try server.root.order("POST", "auth/token/revoke", ["token": client.token])
    await #expect(throws: StoreError.unauthorized("the token is invalid or expired")) {
      _ = try await store.secrets?.secrets(of: [name])
    }
  }
}
