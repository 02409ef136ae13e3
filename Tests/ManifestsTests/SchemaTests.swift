import Diagnostics
import Foundation
import Manifests
import Model
import TestSupport
import Testing

@Suite struct SchemaTests {
  private func checkedIn(_ name: String) throws -> String {
    let file = Fixture.repository.appending(path: "schemas/\(name).schema.json")
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  /// `vaultctl schema connection > schemas/connection.schema.json` regenerates them.
  @Test func checkedInSchemasMatchTheCatalog() throws {
    #expect(try checkedIn("connection") == Schemas.connection(.builtIn))
    #expect(try checkedIn("overlay") == Schemas.overlay(.builtIn))
    #expect(try checkedIn("project") == Schemas.project())
  }

  @Test(arguments: [(Fixture.Kind.manifests, "connection"), (.projects, "project")])
  func anotherCheckerGivesTheSameVerdict(kind: Fixture.Kind, schema: String) throws {
    let fixtures = Fixture.all(kind).filter(\.isCheckedBySchema)
    let refused = try refusedByChecker(fixtures.map(\.path), schema: schema)
    for fixture in fixtures {
      #expect(
        refused.contains(fixture.path) == !fixture.isRight, "\(fixture.testDescription)")
    }
  }

  private struct Verdict: Decodable {
    struct Entry: Decodable { let filename: String }
    let errors: [Entry]
    let parse_errors: [Entry]
  }

  private func refusedByChecker(_ paths: [String], schema: String) throws -> Set<String> {
    let program = try #require(
      ProcessInfo.processInfo.environment["VAULTCTL_CHECK_JSONSCHEMA"],
      "the path of check-jsonschema; Tests/run sets it")
    let file = Fixture.repository.appending(path: "schemas/\(schema).schema.json").path
    let finished = try run(program, ["--schemafile", file, "--output-format", "json"] + paths)
    let verdict = try JSONDecoder().decode(Verdict.self, from: finished.output)
    return Set((verdict.errors + verdict.parse_errors).map(\.filename))
  }
}
