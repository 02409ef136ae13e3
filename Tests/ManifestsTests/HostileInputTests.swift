import Diagnostics
import Foundation
import Manifests
import Model
import Reports
import SourceYAML
import TestSupport
import Testing

/// Files made to cost more than they weigh. What they cost is counted, never timed.
@Suite struct HostileInputTests {
  /// A family of inputs, of any size.
  struct Input: Sendable, CustomTestStringConvertible {
    let name: String
    let text: @Sendable (Int) -> String

    var testDescription: String { name }
  }

  /// What was done for one file, in steps that its size decides about.
  struct Work {
    var bytes = 0
    /// Nodes that the parser gave, those behind aliases included.
    var nodes = 0
    var diagnostics = 0
    /// Bytes, lines and hidden ranges that were looked at for excerpts.
    var excerpts = 0
    /// Bytes of the messages.
    var printed = 0

    var steps: Int { nodes + diagnostics + excerpts + printed }
  }

  private static let frame = "apiVersion: vaultctl/v1\nkind: Connection\n"

  private static func connection(_ name: String, _ spec: String, more: String = "") -> String {
    "---\n\(frame)metadata: {name: \(name)\(more)}\nspec: \(spec)\n"
  }

  private static func repeated(_ count: Int, _ part: (Int) -> String) -> String {
    (0..<count).map(part).joined()
  }

  static let inputs: [Input] = [
    Input(name: "documents of two lines, each with faults") { count in
      repeated(count) { "---\nk\($0): v\n" }
    },
    Input(name: "empty documents") { repeated($0) { _ in "---\n" } },
    Input(name: "one name in every document") { count in
      repeated(count) { _ in connection("a", "{app: slack}") }
    },
    Input(name: "an unknown app in every document") { count in
      repeated(count) { connection("a\($0)", "{app: none}") }
    },
    Input(name: "one line of unknown keys") { count in
      "{" + repeated(count) { "k\($0): 1, " } + "}\n"
    },
    Input(name: "one line of invalid labels") { count in
      connection(
        "a", "{app: slack}", more: ", labels: {" + repeated(count) { "k \($0): v, " } + "}")
    },
    Input(name: "one line of wrong scopes") { count in
      connection("a", "{app: slack, scopes: [" + repeated(count) { _ in "[], " } + "]}")
    },
    Input(name: "fields of an open setup") { count in
      connection(
        "a", "{app: http, setup: {type: api_key, " + repeated(count) { "f\($0): x, " } + "}}")
    },
    Input(name: "anchors, and aliases of none") { count in
      "- [" + repeated(count) { "&a\($0) x, " } + "]\n" + repeated(count) { "- *b\($0)\n" }
    },
    Input(name: "anchors, then many documents") { count in
      "[" + repeated(count) { "&a\($0) x, " } + "]\n" + repeated(count) { _ in "---\n- &b x\n" }
    },
    Input(name: "aliases of aliases") { count in
      "- &a0 x\n" + repeated(count) { "- &a\($0 + 1) [*a\($0), *a\($0)]\n" }
    },
    Input(name: "`%TAG` directives") { count in
      repeated(count) { "%TAG !a\($0)! tag:example.com,2026:\n" } + "--- a\n"
    },
    Input(name: "unsupported tags") { repeated($0) { _ in "- !x y\n" } },
    Input(name: "one key, again and again") { repeated($0) { _ in "a: b\n" } },
    Input(name: "a long key") { "? " + String(repeating: "k", count: $0) + "\n: v\n" },
    Input(name: "a long value in one line") { count in
      connection("a", "{app: " + String(repeating: "x", count: count) + "}")
    },
    Input(name: "brackets in brackets") { String(repeating: "[", count: $0) },
    Input(name: "a quote that never ends") { "- \"" + String(repeating: "x\n  ", count: $0) },
    Input(name: "folded texts and blank lines") { "a: >\n" + repeated($0) { _ in "  b\n\n\n" } },
    Input(name: "carriage returns") { String(repeating: "\r", count: $0) + "a: [\n" },
    Input(name: "comments") { repeated($0) { _ in "# x\n" } + "a: b\n" },
  ]

  /// Reads a file as `validate` does, and shows what is wrong with it.
  private func work(_ text: String) throws -> Work {
    let bytes = Array(text.utf8)
    let file = "connections/a.yaml"
    let (yaml, faults) = YAMLFile.parse(bytes, file: file)
    let manifest = Manifest(yaml, parseFaults: faults, catalog: .builtIn)
    let diagnostics = DesiredState([manifest], project: try minimalProject()).diagnostics
    let source =
      faults.hasErrors
      ? RedactedSource(unread: bytes, keys: Manifest.knownKeys)
      : RedactedSource(bytes, hidden: manifest.hidden)
    let excerpts = SourceExcerpts(source)
    let shown = DiagnosticText(sources: [file: source], palette: Palette(isOn: false))
      .text(diagnostics).rendered
    return Work(
      bytes: bytes.count, nodes: yaml.nodeCount, diagnostics: diagnostics.count,
      excerpts: excerpts.steps
        + diagnostics.compactMap { $0.location?.range }.compactMap { excerpts.excerpt($0)?.steps }
        .reduce(0, +), printed: shown.utf8.count)
  }

  private static let small = 2_000
  private static let factor = 8

  /// No input's work grows faster than its size. A file that stays below the limits of diagnostics has
  /// more of them per byte than a larger one.
  @Test(arguments: inputs)
  func workGrowsNoFasterThanTheInput(_ input: Input) throws {
    let small = try work(input.text(Self.small))
    let large = try work(input.text(Self.small * Self.factor))
    let growth = Double(large.bytes) / Double(small.bytes)
    #expect(
      Double(large.steps) <= growth * Double(small.steps) * 1.05 + 10_000,
      "\(small.steps) for \(small.bytes) bytes, \(large.steps) for \(large.bytes)")
    #expect(large.diagnostics <= 2 * (DiagnosticList.standardLimit + 1))
  }

  @Test func ofManyFaultsTheRestIsCounted() throws {
    let each = try manifestDiagnostics(Array(Self.inputs[0].text(1).utf8)).count
    let faults = try manifestDiagnostics(Array(Self.inputs[0].text(1_500).utf8))
    #expect(faults.count == DiagnosticList.standardLimit + 1)
    let rest = try #require(faults.first { $0.code == .tooManyFaults })
    #expect(rest.severity == .error && rest.message.hasPrefix("\(each * 1_500 - 1_000) more"))
  }

  @Test func documentsAreCounted() throws {
    let text = Self.repeated(10_000) { Self.connection("a\($0)", "{app: slack}") }
    #expect(try manifestDiagnostics(Array(text.utf8)) == [])
    let more = try manifestDiagnostics(Array((text + Self.connection("b", "{app: slack}")).utf8))
    #expect(more.map(\.code) == [.tooManyItems])
  }

  /// The table in the page is what this test counted.
  @Test func theTableOfThePageIsWhatWasCounted() throws {
    var lines = [
      "| input | bytes | steps | 8 times as many: bytes | steps | steps per byte |",
      "| --- " + String(repeating: "| ---: ", count: 5) + "|",
    ]
    for input in Self.inputs {
      let small = try work(input.text(Self.small))
      let large = try work(input.text(Self.small * Self.factor))
      func perByte(_ work: Work) -> String {
        let tenths = work.steps * 10 / work.bytes
        return "\(tenths / 10).\(tenths % 10)"
      }
      lines.append(
        "| \(input.name) | \(small.bytes) | \(small.steps) | \(large.bytes) | \(large.steps) "
          + "| \(perByte(small)) → \(perByte(large)) |")
    }
    try expectTable(lines.joined(separator: "\n"))
  }

  private func expectTable(_ table: String) throws {
    let url = Fixture.repository.appending(path: "Sources/vaultctl/vaultctl.docc/HostileInputs.md")
    let page = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    let start = try #require(page.range(of: "| input |")).lowerBound
    let end = page[start...].range(of: "\n\n")?.lowerBound ?? page.endIndex
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data((page[..<start] + table + page[end...]).utf8).write(to: url)
      Issue.record("written: HostileInputs.md")
      return
    }
    #expect(page[start..<end] == table[...], "UPDATE_GOLDEN=1 writes it again")
  }
}
