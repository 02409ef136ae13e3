import Testing

/// A target of the pure core: same input, same output.
struct PureTarget: CustomTestStringConvertible {
  let name: String
  /// Modules outside the core that it may import.
  var besides: Set<String> = []

  var testDescription: String { name }

  /// FoundationEssentials has `Data`, `Date` and JSON; Crypto has digests; what else they offer is
  /// refused by name. CLibYAML parses bytes in memory. Parallelism maps on all cores, and gives
  /// what `map` gives.
  static let all = [
    PureTarget(name: "Encodings"),
    PureTarget(name: "Diagnostics"),
    PureTarget(name: "Model", besides: ["Crypto", "FoundationEssentials"]),
    PureTarget(name: "SourceYAML", besides: ["CLibYAML"]),
    PureTarget(name: "Manifests"),
    PureTarget(name: "Planning", besides: ["Crypto", "FoundationEssentials", "Parallelism"]),
    PureTarget(name: "Reports", besides: ["Crypto", "FoundationEssentials"]),
    PureTarget(name: "Pages", besides: ["Crypto", "Mustache"]),
  ]

  var check: PurityCheck {
    PurityCheck(allowedImports: besides.union(Self.all.map(\.name)))
  }
}

@Suite struct CorePurityTests {
  @Test(arguments: PureTarget.all)
  func theCoreTouchesNothingOutsideItsInput(target: PureTarget) throws {
    let files = try Repository.sources(of: target.name)
    #expect(!files.isEmpty)
    for file in files {
      for violation in target.check.violations(in: file.text, file: file.path) {
        Issue.record("\(violation)")
      }
    }
  }

  private static let planning = PurityCheck(allowedImports: ["Model", "FoundationEssentials"])

  private func reasons(_ source: String) -> [String] {
    Self.planning.violations(in: source, file: "It.swift").map(\.description)
  }

  @Test func aPlantedClockIsFound() {
    #expect(
      reasons("import Foundation\nimport Model\n\nlet start = Date()\n") == [
        "It.swift:1: imports `Foundation`",
        "It.swift:4: names `Date()`, which reads a clock",
      ])
  }

  @Test(arguments: [
    ("package import struct Foundation.Data", "imports `Foundation`"),
    ("private import Dispatch", "imports `Dispatch`"),
    ("@preconcurrency import Glibc", "imports `Glibc`"),
    ("import Synchronization", "imports `Synchronization`"),
    ("let order = names.shuffled()", "names `shuffled()`"),
    ("let n = Int.random(in: 0..<3)", "names `.random`"),
    ("let id = UUID().uuidString", "names `UUID()`"),
    ("let seed = name.hashValue", "names `hashValue`"),
    ("Task { await work() }", "names `Task`"),
    ("func work() async {}", "names `async`"),
    ("let moment: Date = .now", "names `.now`"),
    ("let moment = Date\n  .now", "names `Date.now`"),
    ("let moment = Date\n(\n)", "names `Date()`"),
    ("let clock = ContinuousClock()", "names `ContinuousClock`"),
    ("let bytes = try Data(contentsOf: url)", "names `Data(contentsOf`"),
    ("try data.write(to: url)", "names `.write(to:`"),
    ("let file = unsafe fopen(path, mode)", "names `fopen()`"),
    ("let descriptor = open(path, 0)", "names `open()`"),
    ("let home = ProcessInfo.processInfo.environment", "names `ProcessInfo`"),
    ("let home = getenv(\"HOME\")", "names `getenv()`"),
    ("let zone = TimeZone.current", "names `TimeZone.current`"),
    ("DispatchQueue.concurrentPerform(iterations: 2) { _ in }", "names `DispatchQueue`"),
    ("let lock = Mutex(0)", "names `Mutex`"),
    ("let session = URLSession.shared", "names `URLSession`"),
    ("print(plan)", "names `print()`"),
    ("let text = \"at \\(Date())\"", "names `Date()`"),
    ("let text = #\"at \\#(UUID())\"#", "names `UUID()`"),
    ("let text = \"\"\"\n  \\(list.map { \"\\($0) \\(Date.now)\" })\n  \"\"\"", "names `Date.now`"),
    ("/* a comment */ let x = Thread.current", "names `Thread`"),
    ("// a comment\r let home = getenv(name)", "names `getenv()`"),
    ("let quote = /a\"b/; let home = getenv(\"X\")", "names `getenv()`"),
    ("typealias D = FoundationEssentials.Date", "names `typealias of Date`"),
    ("let moment: Date = .init()", "names `.init()`"),
    ("let clock: () -> Date = Date.init", "names `Date.init`"),
    ("let hasher = Hasher()", "names `Hasher()`"),
    ("@_silgen_name(\"time\") func seconds() -> Int", "names `@_silgen_name`"),
    ("@_extern(c, \"time\") func seconds() -> Int", "names `@_extern`"),
  ])
  func whatIsPlantedIsFound(source: String, reason: String) {
    #expect(reasons(source).contains { $0.contains(reason) }, "\(reasons(source))")
  }

  @Test(arguments: [
    "// import Foundation, Date(), Task",
    "/* import Foundation /* Date() */ FileManager */ let x = 1",
    "let text = \"import Foundation; Date()\"",
    "let text = #\"a \" Date() \\(Date()) \"#",
    "let text = \"\"\"\n  Date() \" ProcessInfo\n  \"\"\"",
    "let text = \"\\\"\"; let rest = \"Task {\"",
    "let later = overview.now > end && now < end",
    "let date = Date(timeIntervalSince1970: 0)",
    "all.append(contentsOf: more)",
    "func read(_ node: Node) {}\nlet value = reader.read(node)",
    "let url = text.replacing(\"open(\", with: \"read(\")",
    "let random = writer.next(using: &generator)",
    "value.write(to: &writer)",
    "case rename(String)",
    "let half = (a + b) / 2; let text = \"Date() / Date()\"",
    "let mark = /\\/\"Date()/",
    "typealias Fields = [Date: String]",
  ])
  func whatIsHarmlessPasses(source: String) {
    #expect(reasons(source) == [])
  }
}
