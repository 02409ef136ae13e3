import Foundation
import TestOpenBao
import TestSupport
import Testing

/// A project whose store is a KV v2 engine, and who uses it.
struct OpenBaoSandbox: Sendable {
  let sandbox: Sandbox
  private let client: BaoClient

  /// - Parameter more: of the project file.
  init(_ client: BaoClient, store: String = "{type: openbao}", more: String = "") throws {
    self.client = client
    sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: \(store)\n\(more)")
  }

  /// - Parameter client: somebody else, with another token.
  func vaultctl(
    _ arguments: [String], input: String = "", as client: BaoClient? = nil,
    environment: [String: String] = [:], isRecorded: Bool = true, obeysModes: Bool = false
  ) throws -> Finished {
    try sandbox.vaultctl(
      arguments, input: input,
      environment: (client ?? self.client).environment.merging(environment) { $1 },
      isRecorded: isRecorded, obeysModes: obeysModes)
  }

  @discardableResult
  func fine(
    _ arguments: [String], input: String = "", as client: BaoClient? = nil, status: Int32 = 0,
    isRecorded: Bool = true
  ) throws -> Finished {
    let finished = try vaultctl(
      arguments, input: input, as: client, isRecorded: isRecorded)
    #expect(finished.status == status, "\(arguments): \(finished.text)\(finished.errorText)")
    return finished
  }

  /// Connections of HTTP bearer tokens, sealed; that is no part of the transcript.
  func declare(_ names: [String]) throws {
    for name in names {
      try sandbox.write(
        httpManifest(name, token: "value-of-\(name)"), to: "connections/\(name).yaml")
    }
    try fine(["encrypt"], isRecorded: false)
  }

  func expectNoChanges() throws {
    let plan = try vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(
      atPath: sandbox.folder.path + "/connections/\(name).yaml")
  }
}
