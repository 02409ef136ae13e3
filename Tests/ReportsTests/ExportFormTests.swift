import Foundation
import Model
import Reports
import Testing

@Suite struct ExportFormTests {
  private func connection(
    _ name: String, _ fields: [FieldName: ExportedConnection.Value] = ["token": .secret]
  ) throws -> ExportedConnection {
    ExportedConnection(
      name: try #require(ConnectionName(name)), app: "http", setupType: "bearer", fields: fields,
      preventsDestroy: false, id: nil)
  }

  private func deployCLI(_ connections: [ExportedConnection]) -> Export {
    .deployCLI(
      connections,
      fileNames: Dictionary(connections.map { ($0.name, $0.name.rawValue) }) { $1 })
  }

  private func texts(_ export: Export) -> [String] { export.files.map(\.text.text) }

  // MARK: deploy-cli

  /// deploy-cli replaces a keyword wherever it is, and by code units: with another connection's secret.
  @Test func aPlainTextIsNoKeyword() throws {
    let marks = ["@@B_TOKEN@@", "@@@B_TOKEN@@@", "x@@B_TOKEN@@\u{301}", "##B_TOKEN##"]
    for text in marks {
      let export = deployCLI([
        try connection(text, [FieldName(text): .plain(.string(text)), "token": .secret]),
        try connection("b"),
      ])
      let file = try #require(texts(export).first)
      let name = try #require(export.placeholders.first?.name)
      let bare = file.replacingOccurrences(of: "\"@@\(name)@@\"", with: "0")
      for mark in ["@@", "##"] {
        #expect(bare.range(of: mark, options: .literal) == nil, "\(file)")
      }
      let object = try JSONSerialization.jsonObject(with: Data(file.utf8)) as? [String: Any]
      let setup = object?["setup"] as? [String: String]
      #expect(object?["name"] as? String == text && setup?[text] == text)
    }
  }

  // MARK: Names

  /// What an earlier export called `a_b`'s, a later one does not call `a-b`'s: the tool has a value for the name.
  @Test func aNameNeverGoesToAnotherSecret() throws {
    let all = try ["a-b", "a b", "a_b", "c"].map { try connection($0) }
    for form in [deployCLI, Export.terraform] as [([ExportedConnection]) -> Export] {
      func names(_ connections: [ExportedConnection]) -> [FieldAddress: String] {
        Dictionary(form(connections).placeholders.map { ($0.address, $0.name) }) { $1 }
      }
      let whole = names(all)
      #expect(Set(whole.values).count == 4)
      #expect(names(all.reversed()) == whole)
      let alone = names([all[2], all[3]])
      #expect(
        alone[FieldAddress(all[3].name, "token")] == whole[FieldAddress(all[3].name, "token")])
      let name = try #require(alone[FieldAddress(all[2].name, "token")])
      #expect(!whole.values.contains(name), "\(name) is another secret's")
    }
  }

  @Test func aResourceOfTheClusterKeepsItsName() throws {
    let all = try ["a-b", "a b"].map { try connection($0) }
    let keys = Dictionary(all.map { ($0.name, "key") }) { $1 }
    func file(_ connections: [ExportedConnection]) -> String {
      texts(
        Export.externalSecrets(
          connections, keys: keys, stores: .init(source: "openbao", target: "aws"))
      ).joined()
    }
    #expect(file([all[1]]).contains("  name: \"a-b\"\n"))
    #expect(!file(all).contains("  name: \"a-b\"\n"))
  }

  // MARK: YAML

  /// go-yaml refuses an escape for half of a surrogate pair.
  @Test func yamlEscapesWholeCharacters() throws {
    let text = "\"a\u{E0067}\u{202E}é##\"\n"
    #expect(MachineText(yaml: text).text == "\"a\\U000e0067\\u202eé#\\u0023\"\n")
    #expect(MachineText(json: text).text == "\"a\\udb40\\udc67\\u202eé#\\u0023\"\n")
    let name = try connection("a\u{E0067}")
    let export = Export.externalSecrets(
      [name], keys: [name.name: "key"], stores: .init(source: "openbao", target: "aws"))
    #expect(texts(export).joined().contains("remoteKey: \"a\\U000e0067\""))
  }
}
