import Foundation
import TestSupport
import Testing

/// What a command cannot read of what it is about, it does not pass over.
@Suite(.serialized) struct UnreadableManifestTests {
  enum Defect: String, CaseIterable, Sendable {
    case tab, conflictMarkers, unknownKey, unknownApp, unknownType, noType, damagedValue, cutValue

    func apply(to text: String) -> String {
      switch self {
      case .tab: text.replacing("spec:\n", with: "spec:\n\tx: 1\n")
      case .conflictMarkers:
        "<<<<<<< HEAD\n" + text + "=======\n" + text + ">>>>>>> theirs\n"
      case .unknownKey: text.replacing("  app: http", with: "  ap: http")
      case .unknownApp: text.replacing("app: http", with: "app: htpp")
      case .unknownType: text.replacing("type: bearer", with: "type: bearrer")
      case .noType: text.replacing("    type: bearer\n", with: "")
      case .damagedValue: text.replacing("-----END PGP MESSAGE-----", with: "-----END PGP")
      case .cutValue:
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset != 14 }.map(\.element).joined(separator: "\n")
      }
    }
  }

  static let commands = [
    ["rekey", "--all"], ["rename", "a", "z"], ["encrypt"], ["decrypt", "a"], ["edit", "a"],
    ["rename-project", "sandbox", "other"],
  ]

  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    for name in ["a", "b"] {
      try sandbox.write(
        httpManifest(name, token: "value-of-\(name)"), to: "connections/\(name).yaml")
    }
    let sealed = try sandbox.vaultctl(["encrypt"])
    #expect(sealed.status == 0, "\(sealed.errorText)")
  }

  @Test(arguments: Defect.allCases, commands)
  func aCommandRefusesWhatItCannotRead(defect: Defect, command: [String]) throws {
    let text = try sandbox.read("connections/a.yaml")
    let broken = defect.apply(to: text)
    #expect(broken != text)
    try sandbox.write(broken, to: "connections/a.yaml")
    let before = try Sandbox.contents(of: sandbox.folder.path)
    let refused = try sandbox.vaultctl(command, environment: ["EDITOR": "true"])
    #expect(refused.status == 1, "\(refused.text)\(refused.errorText)")
    #expect(refused.text.isEmpty, "nothing is half done: \(refused.text)")
    #expect(refused.errorText.contains("connections/a.yaml:"), "\(refused.errorText)")
    #expect(!refused.errorText.contains("vaultctl new"), "\(refused.errorText)")
    let after = try Sandbox.contents(of: sandbox.folder.path)
    for (file, content) in before { #expect(after[file] == content, "`\(file)`") }
  }

  /// A setup that cannot be read holds values that would be lost.
  @Test(arguments: [
    Defect.tab, .conflictMarkers, .unknownKey, .unknownApp, .unknownType, .noType,
  ])
  func aValueIsNotSetInWhatCannotBeRead(defect: Defect) throws {
    let broken = defect.apply(to: try sandbox.read("connections/a.yaml"))
    try sandbox.write(broken, to: "connections/a.yaml")
    let refused = try sandbox.vaultctl(["set", "a", "token"], input: "n3w")
    #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.text)")
    #expect(refused.errorText.contains("connections/a.yaml:"), "\(refused.errorText)")
    #expect(!refused.errorText.contains("vaultctl new"), "\(refused.errorText)")
    #expect(try sandbox.read("connections/a.yaml") == broken)
  }

  /// What another connection's file has is nothing to these.
  @Test(arguments: [Defect.unknownApp, .damagedValue])
  func othersAreNotBlocked(defect: Defect) throws {
    let text = try sandbox.read("connections/a.yaml")
    try sandbox.write(defect.apply(to: text), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["decrypt", "b", "token"]).text == "value-of-b")
    for arguments in [["rename", "b", "c"], ["rekey", "--all", "connections/b.yaml"]] {
      let finished = try sandbox.vaultctl(arguments)
      #expect(finished.status == 0, "\(arguments): \(finished.errorText)")
    }
  }

  /// A new value is the way out of a damaged one.
  @Test func aDamagedValueCanBeSet() throws {
    let text = try sandbox.read("connections/a.yaml")
    try sandbox.write(Defect.cutValue.apply(to: text), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["set", "a", "token"], input: "n3w").status == 0)
    #expect(try sandbox.vaultctl(["decrypt", "a", "token"]).text == "n3w")
  }
}
