import Foundation
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// Owners of records, as users meet them: two projects or environments in one store, and projects of
/// the version before.
@Suite struct UpgradeTests {
  private static let otherID = "another0another0anot"

  @Test func twoProjectsOnOnePrefixLeaveEachOtherAlone() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let ours = try OpenBaoSandbox(server.root)
    let theirs = try OpenBaoSandbox(server.root)
    let file = try theirs.sandbox.folder.read("vaultctl.yaml")
    try theirs.sandbox.write(
      file.replacing("sandbox0sandbox0sand", with: Self.otherID), to: "vaultctl.yaml")
    try ours.declare(["shared", "a"])
    try ours.fine(["apply", "--auto-approve"])

    try theirs.declare(["shared", "b"])
    let plan = try theirs.vaultctl(["plan", "--prune"])
    #expect(plan.status == 1)
    #expect(plan.text.contains("VC3024"))
    // Both are named, though their names are the same.
    for id in ["sandbox0sandbox0sand", Self.otherID] {
      #expect(plan.text.contains("project `sandbox` (id \(id))"), "\(plan.text)")
    }
    try theirs.remove("shared")
    try theirs.fine(["apply", "--auto-approve", "--prune", "--force"])
    try theirs.fine(["status"])
    #expect(try theirs.vaultctl(["scopes", "record", "a", "x"], isRecorded: false).status == 1)
    try ours.expectNoChanges()
    #expect(try server.root.secret("vaultctl/a")["token"] == "value-of-a")

    // Nothing declared any more: only what is theirs goes.
    try theirs.remove("b")
    try theirs.fine(["apply", "--auto-approve", "--prune", "--force"])
    try ours.expectNoChanges()
    try theirs.sandbox.expectTranscript()
  }

  @Test func twoEnvironmentsOfATenantsRepositoryLeaveEachOtherAlone() async throws {
    let tenant = try await TestTenant()
    let ours = try TenantSandbox(tenant)
    try await ours.declare(["a", "b"])
    try await ours.expectFine(["apply", "--auto-approve"], isRecorded: false)

    // Another project in the same repository, for the same tenant.
    let file = try ours.sandbox.folder.read("vaultctl.yaml")
    try ours.sandbox.write(
      file.replacing("sandbox0sandbox0sand", with: Self.otherID), to: "vaultctl.yaml")
    let plan = try await ours.vaultctl(["plan", "--prune"], isRecorded: false)
    #expect(plan.status == 1)
    #expect(plan.text.contains("VC3024"), "\(plan.text)")
    try ours.remove("a")
    try ours.remove("b")
    try await ours.declare(["c"])
    try await ours.expectFine(
      ["apply", "--auto-approve", "--prune", "--force"], isRecorded: false)
    #expect(await tenant.state.names == ["a", "b", "c"])
    let offline = try await ours.vaultctl(["plan", "--offline", "--prune"], isRecorded: false)
    #expect(offline.status == 0, "\(offline.errorText)")
    #expect(offline.text.contains("No changes."))
  }

  @Test func environmentsInheritTheStore() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root, more: "environments: {dev: {}, prod: {}}")
    try it.declare(["a"])
    try it.fine(["apply", "--env", "dev", "--auto-approve"])
    #expect(try server.root.secret("vaultctl/dev/a")["token"] == "value-of-a")
    let own = try? FileManager.default.contentsOfDirectory(
      atPath: it.sandbox.folder.path + "/.vaultctl")
    #expect(own ?? [] == [], "no store of its own")
    // Another environment has applied nothing yet, and prunes nothing.
    let plan = try it.vaultctl(["plan", "--env", "prod", "--prune"])
    #expect(plan.text.contains("Plan: 1 to create, 0 to update, 0 to delete."))
    try it.sandbox.expectTranscript()
  }

  @Test func aProjectWithoutAnIDIsUpgraded() async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.folder.read("vaultctl.yaml")
    let line = "id: sandbox0sandbox0sand\n"
    try sandbox.write("# A comment.\n" + file.replacing(line, with: ""), to: "vaultctl.yaml")
    let plan = try sandbox.vaultctl(["plan"])
    #expect(plan.status == 1)
    #expect(plan.errorText.contains("VC1218"))
    let upgrade = try sandbox.vaultctl(["upgrade"])
    #expect(upgrade.status == 0, "\(upgrade.errorText)")
    let after = try sandbox.folder.read("vaultctl.yaml")
    let added = after.split(separator: "\n").filter { $0.hasPrefix("id: ") }
    #expect(added.count == 1)
    #expect(
      after.replacing("\(added.first ?? "")\n", with: "") == "# A comment.\n"
        + file.replacing(line, with: ""))
    #expect(try sandbox.vaultctl(["upgrade"]).status == 0)
    #expect(try sandbox.folder.read("vaultctl.yaml") == after)
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    try sandbox.expectTranscript()
  }
}
