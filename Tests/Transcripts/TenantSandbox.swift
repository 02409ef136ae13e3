import Foundation
import TestSupport
import TestTenant
import Testing

/// A project whose store is a tenant, in a git repository.
struct TenantSandbox: Sendable {
  let sandbox: Sandbox
  let tenant: TestTenant
  /// Of the project file.
  private let store: String
  static let login = ["AUTH0_CLIENT_ID": "cl13nt", "AUTH0_CLIENT_SECRET": "cl13nt-s3cr3t"]

  /// - Parameter ledger: as the project file says it.
  init(_ tenant: TestTenant, origin: String? = nil, ledger: String = "git") throws {
    self.tenant = tenant
    sandbox = try Sandbox()
    store = """
      store:
        {type: auth0, domain: test.eu.auth0.com, baseURL: "\(tenant.address)", ledger: \(ledger)}
      """
    try sandbox.writeProject(extra: store)
    try sandbox.git(["init", "--quiet", "--initial-branch=main"])
    if let origin { try sandbox.git(["remote", "add", "origin", origin]) }
  }

  /// Declares other recipients.
  func declare(recipients keys: [String]) throws {
    try sandbox.writeProject(keys: keys, extra: store)
  }

  func vaultctl(
    _ arguments: [String], input: String = "", login: [String: String] = TenantSandbox.login,
    home: String? = nil, isRecorded: Bool = true
  ) async throws -> Finished {
    try await apart { [sandbox] in
      try sandbox.vaultctl(
        arguments, input: input, home: home, environment: login, isRecorded: isRecorded)
    }
  }

  @discardableResult
  func expectFine(
    _ arguments: [String], input: String = "", isRecorded: Bool = true
  ) async throws -> Finished {
    let finished = try await vaultctl(arguments, input: input, isRecorded: isRecorded)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    return finished
  }

  /// Connections of HTTP bearer tokens, sealed; that is no part of the transcript.
  func declare(_ names: [String]) async throws {
    for name in names {
      try sandbox.write(
        httpManifest(name, token: "value-of-\(name)"), to: "connections/\(name).yaml")
    }
    try await expectFine(["encrypt"], isRecorded: false)
  }

  func expectNoChanges() async throws {
    let plan = try await vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/\(name).yaml")
  }
}
