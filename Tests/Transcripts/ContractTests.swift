import Foundation
import Model
import TestSupport
import TestTenant
import Testing

/// Our calls, and our test tenant's answers, against the vendor's own description of its API.
///
/// The description is not ours to hand on: `VAULTCTL_AUTH0_OPENAPI` says where it is.
@Suite struct ContractTests {
  /// A connection of every app, its setup filled with values that fit.
  private func manifest(_ app: App, _ shape: SetupShape) -> String {
    let fields = shape.fields.map { field -> String in
      let constraint = field.constraint
      let value: String =
        switch constraint.format {
        case .httpsURL: "https://example.com/"
        case .hostName: "example.com"
        case .email: "a@example.com"
        case nil:
          constraint.oneOf.first
            ?? String(
              repeating: "a",
              count: min(constraint.maxLength ?? 1000, max(constraint.minLength, 8)))
        }
      return "    \(field.name): \"\(value)\"\n"
    }
    return """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: \(app.id)-\(shape.type)}
      spec:
        app: \(app.id)
        setup:
          type: \(shape.type)

      """ + fields.joined()
  }

  @Test func everyCallFitsTheDescription() async throws {
    let tenant = try await TestTenant()
    let it = try TenantSandbox(tenant)
    let apps = Catalog.builtIn.apps.values.sorted { $0.id < $1.id }
    let setups = apps.flatMap { app in app.setups.map { (app, $0) } }
    for (app, shape) in setups {
      try it.sandbox.write(
        manifest(app, shape), to: "connections/\(app.id)-\(shape.type).yaml")
    }
    try await it.expectFine(["encrypt"])
    try await it.expectFine(["new", "blank", "--app", "stripe", "--empty"])
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.names.count == setups.count + 1)
    // Of these the description itself allows no change: it lists their shape twice.
    for (app, shape) in setups where shape.type != "oauth_code" {
      await tenant.state.touch("\(app.id)-\(shape.type)")
    }
    try await it.expectFine(["apply", "--auto-approve", "--force"])
    try it.remove("blank")
    try await it.expectFine(["apply", "--auto-approve", "--prune"])
    try await it.expectNoChanges()
    let changed = setups.count { $0.1.type != "oauth_code" }
    let patches = await tenant.state.calls("PATCH")
    #expect(patches == changed)

    let environment = ProcessInfo.processInfo.environment
    guard let description = environment["VAULTCTL_AUTH0_OPENAPI"] else { return }
    let checker = try #require(
      environment["VAULTCTL_CHECK_JSONSCHEMA"], "the path of check-jsonschema; Tests/run sets it")
    let python = URL(fileURLWithPath: checker).deletingLastPathComponent().path + "/python3"
    let calls = try JSONEncoder().encode(await tenant.state.exchanges)
    try it.sandbox.write(String(decoding: calls, as: UTF8.self), to: "calls.json")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Services/contract-check").path
    let verdict = try run(
      python, [script, description, it.sandbox.folder.path + "/calls.json"])
    #expect(verdict.status == 0, "\(verdict.text.prefix(4000))\(verdict.errorText)")
  }
}
