import Foundation
import TestSupport
import Testing

/// Connections that commands are limited to: names, globs, exclusions, and everything at once.
@Suite struct SelectionTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    for name in ["prod-a", "prod-b", "test-a", "x*y"] {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \"\(name)\"}\nspec: {app: slack}\n",
        to: "connections/\(name.filter(\.isLetter)).yaml")
    }
    return sandbox
  }

  /// The connections that a plan creates.
  private func planned(_ arguments: [String], _ sandbox: Sandbox) throws -> [String] {
    let plan = try sandbox.vaultctl(["plan"] + arguments, isRecorded: false).text
    return plan.matches(of: /[+-] connection "([^"]*)"/).map { String($0.1) }
  }

  @Test func targetsMayBeGlobs() throws {
    let sandbox = try sandbox()
    #expect(try planned(["--target", "prod-*"], sandbox) == ["prod-a", "prod-b"])
    #expect(try planned(["--target", "*-?"], sandbox) == ["prod-a", "prod-b", "test-a"])
    #expect(try planned(["--exclude", "prod-*"], sandbox) == ["test-a", "x*y"])
    #expect(
      try planned(["--target", "*-a", "--exclude", "test-a"], sandbox) == ["prod-a"])
    // A name with a star in it is that connection, and not a glob.
    #expect(try planned(["--target", "x*y"], sandbox) == ["x*y"])
    for wrong in [["--target", "stage-*"], ["--exclude", "prod-c"], ["--target", "prod-a1"]] {
      #expect(try sandbox.vaultctl(["plan"] + wrong).status == 1)
    }
    try sandbox.expectTranscript()
  }

  @Test func connectionsAreAppliedByName() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "test-a", "--auto-approve"]).status == 0)
    #expect(try planned([], sandbox) == ["prod-a", "prod-b", "x*y"])
    #expect(
      try sandbox.vaultctl(["apply", "prod-*", "x*y", "--auto-approve"]).status == 0)
    #expect(try planned([], sandbox).isEmpty)
    #expect(try sandbox.vaultctl(["apply", "nope", "--auto-approve"]).status == 1)
    #expect(try sandbox.vaultctl(["status", "prod-*"]).status == 0)
    #expect(try sandbox.vaultctl(["list", "prod-c"]).status == 1)
    try sandbox.expectTranscript()
  }

  /// A branch cannot make `apply NAME` apply a plan that it brings along.
  @Test func aFileDoesNotHideAConnection() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["plan", "--out", "test-a"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "test-a", "--auto-approve"]).status == 0)
    #expect(try planned([], sandbox) == ["prod-a", "prod-b", "x*y"], "the connection")
    #expect(try sandbox.vaultctl(["apply", "./test-a"]).status == 1, "the plan, which is stale")
    #expect(try sandbox.vaultctl(["apply", "./test-a", "--target", "prod-a"]).status == 64)
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "gone.plan", "--auto-approve"]).status == 1)
  }

  @Test func everythingIsDestroyedByASavedPlanAlone() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"], isRecorded: false).status == 0)
    #expect(try sandbox.vaultctl(["plan", "--destroy", "--out", "it.plan"]).status == 0)
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 1)
    #expect(try sandbox.vaultctl(["plan", "--destroy", "--prune"]).status == 64)
    #expect(try planned(["--destroy", "--exclude", "*-a"], sandbox) == ["prod-b", "x*y"])
    #expect(try sandbox.vaultctl(["show", "it.plan", "-o", "json"]).text.contains("destroyed"))
    #expect(try sandbox.vaultctl(["apply", "it.plan", "--force"]).status == 0)
    #expect(try planned([], sandbox).count == 4, "they are still declared")
    try sandbox.expectTranscript()
  }

  @Test func whatIsGuardedIsNotDestroyed() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["apply", "--auto-approve"]).status == 0)
    let guarded = try sandbox.read("connections/testa.yaml")
      .replacing("app: slack", with: "app: slack, lifecycle: {preventDestroy: true}")
    try sandbox.write(guarded, to: "connections/testa.yaml")
    let plan = try sandbox.vaultctl(["plan", "--destroy"])
    #expect(plan.status == 1 && plan.text.contains("test-a"), "\(plan.text)")
  }

  @Test func filesAreValidatedAlone() throws {
    let sandbox = try sandbox()
    try sandbox.writeProject(extra: "environments: {prod: {}, test: {}}")
    try sandbox.write("spec: [", to: "connections/broken.yaml")
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: prod-a}\nspec: {scops: [x]}\n",
      to: "environments/prod/a.yaml")
    #expect(try sandbox.vaultctl(["validate", "connections/proda.yaml"]).status == 0)
    #expect(
      try sandbox.vaultctl(["validate", "connections/proda.yaml", "environments/prod/a.yaml"])
        .status == 1)
    #expect(
      try sandbox.vaultctl(["validate", "--env", "test", "environments/prod/a.yaml"]).status == 1)
    #expect(try sandbox.vaultctl(["validate", "connections/absent.yaml"]).status == 1)
    #expect(
      try sandbox.vaultctl(["validate", "connections/broken.yaml", "-o", "json"]).status == 1)
    try sandbox.expectTranscript()
  }
}
