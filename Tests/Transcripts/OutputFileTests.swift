import Foundation
import TestSupport
import Testing

/// A file of the user's is replaced by nothing but what it is for.
@Suite(.serialized) struct OutputFileTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "t0ken"), to: "connections/a.yaml")
    for arguments in [["encrypt"], ["apply", "--auto-approve"]] {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 0, "\(finished.errorText)")
    }
  }

  private func bytes(_ file: String) -> Data? {
    FileManager.default.contents(atPath: sandbox.folder.path + "/" + file)
  }

  @Test(arguments: [
    "connections/a.yaml", "vaultctl.yaml", ".vaultctl/vault.db", "notes.txt", "list.json",
  ])
  func aPlanReplacesSavedPlansAlone(file: String) throws {
    try sandbox.write("mine\n", to: "notes.txt")
    try sandbox.write("{\"format\": 1}\n", to: "list.json")
    let before = try #require(bytes(file))
    let refused = try sandbox.vaultctl(["plan", "--out", file])
    #expect(refused.status == 1 && refused.errorText.contains("VC1209"), "\(refused.errorText)")
    #expect(bytes(file) == before)
  }

  @Test func aSavedPlanIsReplacedByANewOne() throws {
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"]).status == 0)
    let first = bytes("it.plan")
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "n3w").status == 0)
    #expect(try sandbox.vaultctl(["plan", "--out", "it.plan"]).status == 0)
    #expect(bytes("it.plan") != first)
    #expect(try sandbox.vaultctl(["apply", "it.plan"]).status == 0)
  }

  @Test func aFileDoesNotHideTheConnectionOfItsName() throws {
    let shown = try sandbox.vaultctl(["show", "a"])
    #expect(shown.status == 0)
    try sandbox.write("not a plan\n", to: "a")
    let again = try sandbox.vaultctl(["show", "a"])
    #expect(again.status == 0 && again.text == shown.text, "\(again.errorText)")
  }

  @Test func newDoesNotSkipValuesForAConnectionThatExists() throws {
    let arguments = ["new", "sms", "--app", "twilio"]
    #expect(try sandbox.vaultctl(arguments).status == 0)
    #expect(try sandbox.vaultctl(arguments).status == 0, "an earlier run made it")
    let account = "account_id=AC" + String(repeating: "1", count: 32)
    let refused = try sandbox.vaultctl(arguments + ["--set", account])
    #expect(refused.status == 1 && refused.errorText.contains("already declared"))
  }

  @Test func initMayBeRunAgainAndAddsWhatIsMissing() throws {
    let manager = FileManager.default
    let folder = sandbox.folder.path + "/fresh"
    let arguments = ["init", "-C", folder, "--recipient", sandbox.key]
    #expect(try sandbox.vaultctl(arguments).status == 0)
    let project = manager.contents(atPath: folder + "/vaultctl.yaml")
    try manager.removeItem(atPath: folder + "/.gitignore")
    try manager.removeItem(atPath: folder + "/schemas/project.schema.json")
    let again = try sandbox.vaultctl(arguments)
    #expect(again.status == 0 && again.text.contains(".gitignore"), "\(again.text)")
    let ignored = try String(contentsOfFile: folder + "/.gitignore", encoding: .utf8)
    #expect(ignored.contains(".vaultctl/"))
    #expect(manager.contents(atPath: folder + "/vaultctl.yaml") == project)
    #expect(try sandbox.vaultctl(arguments).text == "The project is complete already.\n")
    let other = try sandbox.vaultctl(["init", "-C", folder, "--name", "other"])
    #expect(other.status == 1 && other.errorText.contains("VC1209"), "\(other.errorText)")
  }
}
