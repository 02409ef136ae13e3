import Foundation
import TestSupport
import TestTenant
import Testing

/// Connections that Terraform made in the project's tenant.
@Suite struct TerraformTenantTests {
  private let tenant: TestTenant
  private let it: TenantSandbox

  init() async throws {
    tenant = try await TestTenant()
    it = try TenantSandbox(tenant)
  }

  /// An instance in Terraform's state.
  private func instance(
    _ name: String, id: String? = nil, app: String = "HTTP", token: String? = "tok-1",
    fingerprint: String? = nil
  ) async throws -> String {
    let known = await tenant.state.id(of: name)
    let setup = token.map { #"{"type": "BEARER", "token": "\#($0)"}"# } ?? "null"
    return """
      {"mode": "managed", "type": "auth0_flow_vault_connection", "name": "x_\(name)", "instances": [
        {"attributes": {"app_id": "\(app)", "name": "\(name)", "id": "\(try #require(id ?? known))",
          "fingerprint": \(fingerprint.map { "\"\($0)\"" } ?? "null"), "ready": true, "setup": \(setup)}}]}
      """
  }

  private func write(_ instances: [String]) throws {
    try it.sandbox.write(
      #"{"version": 4, "resources": [\#(instances.joined(separator: ",\n"))]}"#,
      to: "terraform.tfstate")
  }

  /// The tenant is not written at all.
  @Test func theNextPlanIsEmpty() async throws {
    for name in ["crm", "erp"] {
      await tenant.state.add(name, app: "HTTP", setup: ["type": "BEARER", "token": "tok-1"])
    }
    await tenant.state.add("empty", app: "SLACK")
    let list = await tenant.state.exchanges
    #expect(list.isEmpty)
    try write([
      try await instance("crm"), try await instance("erp"),
      try await instance("empty", app: "SLACK", token: nil),
    ])
    let imported = try await it.expectFine(["import", "--from", "terraform", "terraform.tfstate"])
    #expect(imported.errorText.contains("from = auth0_flow_vault_connection.x_crm"))
    try await it.expectNoChanges()
    for method in ["POST", "PATCH", "DELETE"] { #expect(await tenant.state.calls(method) == 0) }
    try await it.expectFine(["set", "crm", "token", "--stdin"], input: "tok-2")
    try await it.expectFine(["apply", "--auto-approve"])
    #expect(await tenant.state.setup(of: "crm")?["token"] == "tok-2")
    #expect(await tenant.state.setup(of: "erp")?["token"] == "tok-1")
    try it.sandbox.expectTranscript()
  }

  /// What the tenant has is not known to be what the state has.
  @Test func whatIsAnotherInTheTenantIsNotRecorded() async throws {
    for name in ["same", "moved", "changed", "other"] {
      await tenant.state.add(
        name, app: name == "other" ? "SLACK" : "HTTP", setup: ["type": "BEARER", "token": "tok-1"])
    }
    try write([
      try await instance("same"), try await instance("moved", id: "ac_someOtherId"),
      try await instance("changed", fingerprint: "an earlier one"), try await instance("other"),
      try await instance("gone", id: "ac_gone"),
      try await instance("part", id: "ac_p", token: "##K##"),
    ])
    let imported = try await it.vaultctl(["import", "--from", "terraform", "terraform.tfstate"])
    #expect(imported.status == 4)
    for (name, isReleased) in [("same", true), ("moved", false), ("part", false)] {
      let command = "terraform state rm auth0_flow_vault_connection.x_\(name)\n"
      #expect(imported.errorText.contains(command) == isReleased, "\(name)")
    }
    let plan = try await it.vaultctl(["plan"])
    #expect(plan.text.contains("gone") && !plan.text.contains("same"), "\(plan.text)")
    try it.sandbox.expectTranscript()
  }

  /// Manifests are written all the same.
  @Test func aTenantThatCannotBeReadIsReported() async throws {
    await tenant.state.add("crm", app: "HTTP", setup: ["type": "BEARER", "token": "tok-1"])
    try write([try await instance("crm")])
    let imported = try await it.vaultctl(
      ["import", "--from", "terraform", "terraform.tfstate"], login: [:])
    #expect(imported.status == 4)
    #expect(imported.errorText.contains("vaultctl apply --adopt"), "\(imported.errorText)")
    #expect(!imported.errorText.contains("terraform state rm auth0"), "\(imported.errorText)")
    #expect(try it.sandbox.read("connections/crm.yaml").contains("app: http"))
  }
}
