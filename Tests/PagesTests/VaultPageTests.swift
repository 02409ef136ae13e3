import Diagnostics
import Foundation
import Model
import Pages
import Planning
import Reports
import TestSupport
import Testing

/// The page as a text: what is in it, and what cannot be.
@Suite struct VaultPageTests {
  private static let edition = VaultPage.Edition(
    mode: .report, madeAt: Timestamp(milliseconds: 1_800_000_000_000), toolVersion: "1.2.3",
    commit: "0123456789abcdef0123456789abcdef01234567")

  private func view(
    _ connections: [DesiredConnection] = [], rows: [StatusRow] = [], flows: [Flow] = [],
    findings: [Finding] = []
  ) -> PageView {
    PageView(
      planned: EnvironmentPlan(
        environment: nil, store: "sqlite:vault.db",
        plan: Plan(changes: [], findings: findings, unchangedCount: 0, emptyCount: 0)),
      rows: rows, desired: connections, snapshot: Snapshot(), catalog: .builtIn, flows: flows)
  }

  private func page(
    _ views: [PageView], project: String = "acme", people: [PagePerson] = []
  ) -> VaultPage {
    VaultPage(project: project, edition: Self.edition, views: views, people: people)
  }

  private func connection(
    _ text: String, labels: [String: String] = [:], setup: DesiredSetup? = nil
  ) throws -> DesiredConnection {
    let start = Position(line: 4, column: 9, offset: 40)
    return DesiredConnection(
      name: try #require(ConnectionName(text)), app: "twilio", labels: labels, setup: setup,
      origin: ConnectionOrigin(
        file: "connections/a.yaml", name: SourceRange(start, start),
        app: SourceRange(start, start)))
  }

  private func row(_ connection: DesiredConnection) -> StatusRow {
    StatusRow(
      name: connection.name, app: connection.app, state: .empty, missing: ["api_key"],
      version: nil, updatedAt: nil)
  }

  private func decoded(_ page: VaultPage) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(page.json.utf8)) as? [String: Any])
  }

  /// Whatever a project can name, none of it is anything but text.
  static let hostile = [
    "</script><script>alert(1)</script>", "<!--<script>", "]]>", "<img src=x onerror=alert(1)>",
    "{{island}}{{{script}}}", "' onload='x", "\" onload=\"x", "a\u{202E}b", "a\u{2028}b\u{2029}c",
    String(String.UnicodeScalarView([0xFDD0, 0xFFFF, 0x1FFFE].compactMap(Unicode.Scalar.init))),
    "&lt;b&gt;", "javascript:alert(1)", "</title><b>", "</style><b>",
    "--><svg onload=x>", "\u{200B}x\u{2066}", "𝒳 & <",
  ]

  @Test(arguments: hostile) func aTextNeverBecomesMarkup(text: String) throws {
    let connection = try connection(text, labels: [text: text])
    let flow = Flow(name: text, file: text, steps: [])
    let person = PagePerson(
      fingerprint: text, name: text, keyIDs: [], state: .unknown, expiresAt: nil, paths: [text])
    let finding = Finding(.drift, connection.name, Diagnostic(.drift, text, help: [text]))
    let page = page(
      [view([connection], rows: [row(connection)], flows: [flow], findings: [finding])],
      project: text, people: [person])
    let plain = self.page([view()])
    let island = page.json
    let outside = page.html.replacing(island, with: "")
    for mark in ["<script", "</script", "<!--", "<img", "<b", "<svg"] {
      #expect(
        page.html.components(separatedBy: mark).count
          == plain.html.components(separatedBy: mark).count, "\(mark)")
    }
    #expect(!outside.contains("onload=\"") && !outside.contains("onload='"))
    #expect(!island.contains { "<>&".contains($0) })
    for scalar in island.unicodeScalars + page.html.unicodeScalars {
      let isLine = scalar == "\n"
      let isFound = (scalar.isShowable || isLine) && !(0xFDD0...0xFDEF).contains(scalar.value)
      #expect(isFound && scalar.value & 0xFFFE != 0xFFFE, "U+\(String(scalar.value, radix: 16))")
    }
    let data = try decoded(page)
    #expect(data["project"] as? String == text)
    let connections = try #require(data["connections"] as? [[String: Any]])
    #expect(connections.first?["name"] as? String == text)
    #expect(connections.first?["labels"] as? [String: String] == [text: text])
  }

  @Test func theScriptAndTheStyleAreTheOnesThatThePolicyKnows() throws {
    let page = page([view()])
    let html = page.html
    #expect(html.hasPrefix(VaultPage.beginning))
    for (element, directive) in [("<style>", "style-src"), ("<script>", "script-src")] {
      let parts = html.components(separatedBy: element)
      #expect(parts.count == 2, "one \(element)")
      let end = element.replacing("<", with: "</")
      let text = try #require(parts.last?.components(separatedBy: end).first)
      let digest = try #require(
        page.policy.components(separatedBy: "\(directive) 'sha256-").last?.split(separator: "'")
          .first)
      #expect(try sha256(text) == String(digest))
      #expect(text.utf8.count < 40_000, "\(element) has \(text.utf8.count) bytes")
    }
    #expect(page.policy.hasPrefix("default-src 'none';"))
    #expect(!page.policy.contains("unsafe") && !page.policy.contains("connect-src"))
    let meta = page.policy.replacing("'", with: "&#39;")
    #expect(html.contains("http-equiv=\"Content-Security-Policy\" content=\"\(meta)\""))
    #expect(!html.contains("http://") || html.components(separatedBy: "http://").count == 3)
  }

  /// By a program that is not ours.
  private func sha256(_ text: String) throws -> String {
    let finished = try run(
      "/usr/bin/openssl", ["dgst", "-sha256", "-binary"], input: Data(text.utf8))
    return finished.output.base64EncodedString()
  }

  @Test func aSealedValueIsOnlyWhomItIsAddressedTo() throws {
    let sealed = try SealedMessage(armored: sealedText(1))
    let setup = DesiredSetup(
      type: "api_key",
      fields: ["account_id": .plain(.string("AC1")), "api_key": .sealed(sealed)])
    let connection = try connection("a", setup: setup)
    let id = try #require(sealed.keyIDs.first)
    let known = PagePerson(
      fingerprint: "F", name: "Ann", keyIDs: [id], state: .usable, expiresAt: nil, paths: ["**"])
    for people in [[known], []] {
      let page = page([view([connection], rows: [row(connection)])], people: people)
      #expect(!page.html.contains("BEGIN PGP"))
      for line in sealed.armored.split(separator: "\n") where line.count > 20 {
        #expect(!page.html.contains(line))
      }
      #expect(!page.html.contains(sealed.digest.rawValue))
      let data = try decoded(page)
      let connections = try #require(data["connections"] as? [[String: Any]])
      let fields = try #require(connections.first?["fields"] as? [[String: Any]])
      #expect(fields.map { $0["kind"] as? String } == ["plain", "sealed"])
      #expect(fields.last?["to"] as? [Int] == [0] && fields.last?["value"] == nil)
      let listed = try #require(data["people"] as? [[String: Any]])
      #expect(listed.first?["keys"] as? [String] == [id])
    }
  }

  @Test func theSameInputIsTheSamePage() throws {
    let labels = Dictionary(uniqueKeysWithValues: (0..<40).map { ("k\($0)", "v") })
    let connection = try connection("a", labels: labels)
    let pages = (0..<3).map { _ in page([view([connection], rows: [row(connection)])]).html }
    #expect(Set(pages).count == 1)
  }
}
