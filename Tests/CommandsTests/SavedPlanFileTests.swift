import Commands
import Diagnostics
import Foundation
import Model
import Planning
import TestSupport
import Testing

@Suite struct SavedPlanFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func saved() throws -> SavedPlan {
    let plan = Plan(
      changes: [try Sample.change("a")], findings: [Sample.finding(.drift)], unchangedCount: 1,
      emptyCount: 0)
    return SavedPlan(
      plan,
      basis: PlanBasis(
        of: plan, desired: [], snapshot: Snapshot(), recipients: ["p: K"]),
      project: "it", environment: "prod",
      store: StoreIdentity(name: "test", address: "https://bao.example.com:8200"),
      manifests: ["a.yaml"],
      toolVersion: Program.version, commit: nil)
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let path = folder.path + "/it.plan"
    try saved().write(to: path)
    #expect(try SavedPlan.read(path) == saved())
    let text = try folder.read("it.plan")
    try saved().write(to: path)
    #expect(try folder.read("it.plan") == text, "the same plan, the same bytes")
  }

  @Test(arguments: ["", "{}", "not JSON", #"{"kind": "vaultctl-plan"}"#])
  func anotherFileIsNoPlan(_ text: String) throws {
    try folder.write(text, to: "it.plan")
    let fault = #expect(throws: Diagnostic.self) { try SavedPlan.read(folder.path + "/it.plan") }
    #expect(fault?.code == .notAPlan)
  }

  @Test func aDamagedPlanIsRefused() throws {
    try saved().write(to: folder.path + "/it.plan")
    let text = try folder.read("it.plan")
    let cut = text.replacingOccurrences(of: "\"basis\"", with: "\"bases\"")
    try #require(cut != text)
    try folder.write(cut, to: "it.plan")
    let fault = #expect(throws: Diagnostic.self) { try SavedPlan.read(folder.path + "/it.plan") }
    #expect(fault?.code == .notAPlan)
  }

  @Test func aPlanOfAnotherMajorFormatIsRefused() throws {
    try saved().write(to: folder.path + "/it.plan")
    let text = try folder.read("it.plan")
    let newer = text.replacingOccurrences(of: "\"3.0\"", with: "\"4.0\"")
    try #require(newer != text)
    try folder.write(newer, to: "it.plan")
    let fault = #expect(throws: Diagnostic.self) { try SavedPlan.read(folder.path + "/it.plan") }
    #expect(fault?.code == .notAPlan && fault?.notes.first?.contains("4.0") == true)
  }

  @Test func aFileThatIsMissingOrCannotBeWrittenIsNamed() throws {
    let path = folder.path + "/missing/it.plan"
    let unread = #expect(throws: Diagnostic.self) { try SavedPlan.read(path) }
    #expect(unread?.code == .unreadableFile && unread?.location == .file(path))
    let unwritten = #expect(throws: Diagnostic.self) { try saved().write(to: path) }
    #expect(unwritten?.code == .unreadableFile && unwritten?.location == .file(path))
  }
}
