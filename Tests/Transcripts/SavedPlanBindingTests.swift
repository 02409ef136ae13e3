import Foundation
import Processes
import TestOpenBao
import TestSupport
import TestTenant
import Testing

/// A saved plan is applied where it was made for, and its file is its owner's alone.
@Suite struct SavedPlanBindingTests {
  /// A plan made at one place is applied at another.
  private func expectRefusal(
    _ it: OpenBaoSandbox, naming text: String, environment: [String: String] = [:]
  ) throws {
    let applied = try it.vaultctl(["apply", "it.plan"], environment: environment)
    #expect(applied.status == 1, "\(text): \(applied.text)")
    #expect(applied.errorText.contains("VC3060"), "\(applied.errorText)")
    #expect(applied.errorText.contains(text), "\(applied.errorText)")
  }

  @Test func aPlanForOneServerIsNotAppliedAtAnother() async throws {
    let first = try await BaoServer()
    let second = try await BaoServer()
    defer {
      first.end()
      second.end()
    }
    for server in [first, second] { try await server.root.mountKV("other") }
    let it = try OpenBaoSandbox(first.root)
    try it.declare(["a"])
    let plan = try it.fine(["plan", "--out", "it.plan"])
    #expect(plan.text.contains("openbao:secret/vaultctl at \(first.root.address)"), "\(plan.text)")
    let shown = try it.sandbox.vaultctl(["show", "it.plan"])
    #expect(shown.text == plan.text, "without an environment")
    let json = try it.sandbox.vaultctl(["show", "it.plan", "--format", "json"]).text
    #expect(json.contains("\"address\" : \"\(first.root.address)\""), "\(json)")
    let markdown = try it.sandbox.vaultctl(["show", "it.plan", "--format", "markdown"]).text
    #expect(markdown.contains("`openbao:secret/vaultctl` at `\(first.root.address)`"))

    try expectRefusal(
      it, naming: "the store's `address` was `\(first.root.address)` and is now",
      environment: second.root.environment)
    for (store, text) in [
      (
        "{type: openbao, mount: other}",
        "it is for openbao:secret/vaultctl, not openbao:other/vaultctl"
      ),
      ("{type: openbao, prefix: else}", "not openbao:secret/else"),
      ("{type: openbao, namespace: team}", "not openbao:team/secret/vaultctl"),
      (
        "{type: openbao, login: {method: approle}}",
        "the store's `login` was `token` and is now `approle at approle`"
      ),
      (
        "{type: openbao, credentialsCommand: [cat, /dev/null]}",
        "the store's `credentialsCommand` was not set and is now `cat /dev/null`"
      ),
      ("{type: openbao, ledger: {type: sqlite, path: x.db}}", "the store's `ledger` was not set"),
      ("{type: sqlite}", "not sqlite:.vaultctl/vault.db"),
    ] {
      try it.sandbox.writeProject(extra: "store: \(store)")
      try expectRefusal(it, naming: text)
    }
    try it.sandbox.writeProject(extra: "store: {type: openbao, address: \"\(first.root.address)\"}")
    try it.fine(["apply", "it.plan"])
    #expect(try second.auditedCalls().allSatisfy { !$0.path.contains("vaultctl") })
  }

  @Test func aPlanForOneTenantIsNotAppliedAtAnother() async throws {
    let first = try await TestTenant()
    let second = try await TestTenant()
    let it = try TenantSandbox(first)
    try await it.declare(["a"])
    try await it.expectFine(["plan", "--out", "it.plan"])
    let project = try it.sandbox.read("vaultctl.yaml")
    try it.sandbox.write(
      project.replacingOccurrences(of: first.address, with: second.address), to: "vaultctl.yaml")
    let applied = try await it.vaultctl(["apply", "it.plan"])
    #expect(applied.status == 1)
    #expect(applied.errorText.contains(second.address))
    for tenant in [first, second] { #expect(await tenant.state.names.isEmpty) }
    #expect(await second.state.exchanges.isEmpty, "the other one is not even asked")
    try it.sandbox.expectTranscript()
  }

  /// A user and a password in an address would be shown and saved.
  @Test func anAddressWithAPasswordIsRefused() throws {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "store: {type: openbao}")
    let plan = try sandbox.vaultctl(
      ["plan", "--out", "it.plan"], environment: ["BAO_ADDR": "http://me:p4ss@127.0.0.1:9"])
    #expect(plan.status == 1 && plan.errorText.contains("VC4023"))
    #expect(!plan.errorText.contains("p4ss"))
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  private func planned() throws -> (Sandbox, file: String) {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    return (sandbox, sandbox.folder.path + "/it.plan")
  }

  @Test func theFileIsPrivateFromTheMomentItExists() throws {
    let (sandbox, file) = try planned()
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"]).status == 0)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
    let trace = sandbox.folder.path + "/trace"
    let process = try sandbox.start(
      ["plan", "--out", "it.plan"],
      under: ["/usr/bin/strace", "-qq", "-f", "-o", trace, "-e", "trace=openat,rename,renameat2"])
    #expect(process.wait() == 0)
    #expect(try mode(file) == 0o600)
    let lines = try sandbox.read("trace").split(separator: "\n").filter { $0.contains("it.plan") }
    let created = lines.filter { $0.contains("O_CREAT") }
    #expect(!created.isEmpty && created.allSatisfy { $0.contains("O_EXCL") && $0.contains("0600") })
    #expect(lines.last?.contains("rename") == true, "\(lines)")
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
  }

  @Test(arguments: ["a link", "a link to nothing", "a folder", "a device"])
  func whatIsNotAFileIsNeitherFollowedNorReplaced(_ what: String) throws {
    let (sandbox, file) = try planned()
    let manager = FileManager.default
    let target = sandbox.folder.path + "/target"
    switch what {
    case "a folder": try manager.createDirectory(atPath: file, withIntermediateDirectories: true)
    case "a device": try #require(unsafe mkfifo(file, 0o600) == 0)
    default:
      if what == "a link" { try sandbox.write("precious", to: "target") }
      try manager.createSymbolicLink(atPath: file, withDestinationPath: target)
    }
    let plan = try sandbox.vaultctl(["plan", "--out", "it.plan"])
    #expect(plan.status == 1 && plan.errorText.contains("cannot write `it.plan`"))
    #expect(manager.fileExists(atPath: target) == (what == "a link"))
    if what == "a link" { #expect(try sandbox.read("target") == "precious") }
    let left = try manager.contentsOfDirectory(atPath: sandbox.folder.path)
    #expect(!left.contains { $0.contains(".vaultctl-") }, "no temporary file is left")
  }
}
