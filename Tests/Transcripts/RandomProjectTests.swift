import Foundation
import TestSupport
import Testing

/// Random projects: sealing changes nothing else, and the plan after an apply is empty.
@Suite struct RandomProjectTests {
  /// VAULTCTL_RANDOM_PROJECTS: how many.
  private static let count =
    ProcessInfo.processInfo.environment["VAULTCTL_RANDOM_PROJECTS"]
    .flatMap { UInt64($0) } ?? 48
  private static let lanes = 4

  @Test(arguments: Array(0..<Self.lanes))
  func appliedProjectsPlanNoChangeAndKeepTheirBytes(lane: Int) async throws {
    // The other tests need the few threads of the pool.
    try await apart { try checkLane(lane) }
  }

  private func checkLane(_ lane: Int) throws {
    let sandbox = try Sandbox()
    let other = try sandbox.home.makeKey("Bob <bob@example.com>")
    for seed in 1...max(Self.count, 1) where seed % UInt64(Self.lanes) == UInt64(lane) {
      try check(seed: seed, in: sandbox, other: other)
    }
  }

  private func check(seed: UInt64, in sandbox: Sandbox, other: String) throws {
    var project = RandomProject(seed: seed)
    let manifests = project.manifests()
    for name in ["connections", ".vaultctl"] {
      try? FileManager.default.removeItem(atPath: sandbox.folder.path + "/" + name)
    }
    for (name, text) in manifests { try sandbox.write(text, to: "connections/\(name)") }

    let encrypted = try sandbox.vaultctl(["encrypt"])
    try #require(encrypted.status == 0, "seed \(seed): \(encrypted.errorText)\n\(manifests)")
    for (name, text) in manifests {
      let after = try sandbox.read("connections/\(name)")
      #expect(
        RandomProject.outline(of: after) == RandomProject.outline(of: text),
        "seed \(seed) \(name):\n\(text)\n---\n\(after)")
    }
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    try #require(applied.status == 0, "seed \(seed): \(applied.errorText)")
    let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "seed \(seed): \(plan.text)\(plan.errorText)")

    guard seed % 6 == 0, let (file, connection, field) = project.aSecret else { return }
    let before = try sandbox.read("connections/\(file)")
    let set = try sandbox.vaultctl(["set", connection, field], input: "https://example.org/new")
    #expect(set.status == 0, "seed \(seed): \(set.errorText)")
    let after = try sandbox.read("connections/\(file)")
    #expect(after != before)
    #expect(
      RandomProject.outline(of: after) == RandomProject.outline(of: before), "seed \(seed) set")
    struct Plan: Decodable {
      struct Change: Decodable { let action: String }
      let changes: [Change]
    }
    let changed = try sandbox.vaultctl(["plan", "--format", "json"])
    let changes = try JSONDecoder().decode(Plan.self, from: changed.output).changes
    #expect(changes.map(\.action) == ["update"], "seed \(seed)")

    try checkRekey(seed: seed, in: sandbox, other: other, manifests.keys)
  }

  /// One recipient more: every value is sealed again, and nothing else changes.
  private func checkRekey(
    seed: UInt64, in sandbox: Sandbox, other: String, _ names: some Collection<String>
  ) throws {
    let files = names.map { "connections/\($0)" }
    let before = try files.map { try sandbox.read($0) }
    try sandbox.writeProject(keys: [sandbox.key, other])
    let rekeyed = try sandbox.vaultctl(["rekey"])
    #expect(rekeyed.status == 0, "seed \(seed): \(rekeyed.errorText)")
    try sandbox.writeProject()
    for (file, text) in zip(files, before) {
      let after = try sandbox.read(file)
      #expect((after == text) == !text.contains("BEGIN PGP"), "seed \(seed) \(file)")
      #expect(
        RandomProject.outline(of: after) == RandomProject.outline(of: text),
        "seed \(seed) \(file) rekey")
    }
  }
}

/// A few manifests in every style that people write.
struct RandomProject {
  private var random: SeededGenerator
  private(set) var aSecret: (file: String, connection: String, field: String)?

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func manifests() -> [String: String] {
    var manifests: [String: String] = [:]
    for file in 0..<Int.random(in: 1...3, using: &random) {
      let name = "file\(file).yaml"
      let documents = (0..<Int.random(in: 1...3, using: &random)).map {
        document("c-\(file)-\($0)", file: name)
      }
      var text = documents.joined(separator: "---\n")
      if oneIn(4) { text = "# of the team\n" + text }
      if oneIn(4) { text = text.replacingOccurrences(of: "\n", with: "\r\n") }
      if oneIn(6) { text = "\u{FEFF}" + text }
      manifests[name] = text
    }
    return manifests
  }

  /// The bytes, with `§` for each value that is sealed or waits for it.
  static func outline(of text: String) -> String {
    var lines: [String] = []
    var isInMessage = false
    for line in text.replacingOccurrences(of: "\r\n", with: "↵\n").components(separatedBy: "\n") {
      if isInMessage {
        isInMessage = !line.contains("-----END PGP MESSAGE-----")
      } else if line.contains("-----BEGIN PGP MESSAGE-----"), !line.contains("\"---") {
        isInMessage = true
      } else {
        lines.append(line)
      }
    }
    return lines.map { line in
      var line = line
      for pattern in [
        #""-----BEGIN PGP MESSAGE-----[^"]*""#, #""clear [^"]*""#, "'clear [^']*'", "clear[0-9]+x",
        #"(?<=: |&it )\|(?=[ ↵]|$)"#,
      ] {
        line = line.replacingOccurrences(of: pattern, with: "§", options: .regularExpression)
      }
      return line
    }.joined(separator: "\n")
  }

  private mutating func oneIn(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }

  private mutating func comment() -> String { oneIn(3) ? "  # note \(random.next() % 100)" : "" }

  private mutating func secret() -> String {
    let number = random.next() % 10000
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return "clear\(number)x"
    case 1: return "'clear it \(number)'"
    default:
      return "\"clear that \\\"\(number)\\\"\""
        .replacingOccurrences(of: "\\\"", with: "\\u00e9")
    }
  }

  private mutating func document(_ name: String, file: String) -> String {
    let step = oneIn(3) ? "    " : "  "
    var text = "apiVersion: vaultctl/v1\nkind: Connection\(comment())\n"
    text +=
      oneIn(2)
      ? "metadata: {name: \(name), labels: {team: a}}\n" : "metadata:\n\(step)name: \(name)\n"
    if oneIn(4) { text += "\n# what it is\n" }
    text += "spec:\n\(step)app: http\(comment())\n"
    if oneIn(6) { return text + "\(step)setup:\(comment())\n" }
    let isBasic = oneIn(2)
    let field = isBasic ? "password" : "token"
    aSecret = (file, name, field)
    if oneIn(3) {
      let user = isBasic ? "username: somebody, " : ""
      text +=
        "\(step)setup: {type: \(isBasic ? "basic_auth" : "bearer"), \(user)\(field): \(secret())}\(comment())\n"
    } else {
      text += "\(step)setup:\n\(step)\(step)type: \(isBasic ? "basic_auth" : "bearer")\n"
      if isBasic { text += "\(step)\(step)username: &user somebody\(comment())\n" }
      let anchor = oneIn(4) ? "&it " : ""
      text += "\(step)\(step)\(field): \(anchor)\(secret())\(comment())\n"
    }
    if oneIn(3) { text += "\(step)scopes: [read, write]\(comment())\n" }
    return text
  }
}
