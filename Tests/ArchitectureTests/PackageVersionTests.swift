import Foundation
import Testing

/// Package.resolved is not in the repository, so the versions that it would pin are held here.
@Suite struct PackageVersionTests {
  /// The packages that the direct ones bring along, by identity. Package.swift cannot pin these: for
  /// a package that no target uses, SwiftPM prints a warning.
  private static let transitive = ["swift-asn1": "1.7.4"]

  private struct Resolved: Decodable {
    struct Pin: Decodable {
      struct State: Decodable { let version: String? }
      let identity: String
      let state: State
    }
    let pins: [Pin]
  }

  @Test func theResolvedGraphHasExactlyTheKnownVersions() throws {
    let manifest = try Repository.file("Package.swift").text
    let resolved = try JSONDecoder().decode(
      Resolved.self, from: Data(Repository.file("Package.resolved").text.utf8))
    let versions = Dictionary(
      resolved.pins.map { ($0.identity, $0.state.version ?? "no version") }
    ) { "\($0), \($1)" }
    #expect(versions == Self.direct(manifest).merging(Self.transitive) { "\($0) and \($1)" })
  }

  /// The versions in `.package(url: "…/NAME", exact: "VERSION")`, by identity.
  private static func direct(_ manifest: String) -> [String: String] {
    let tokens = SwiftTokens(manifest).all
    let found = tokens.indices.filter { tokens[$0].text == "exact" }.compactMap {
      index -> (String, String)? in
      let url = tokens[..<index].last { $0.kind == .string }
      let version = tokens[index...].first { $0.kind == .string }
      guard let name = url?.text.split(separator: "/").last, let version else { return nil }
      return (name.lowercased(), version.text)
    }
    return Dictionary(found) { "\($0), \($1)" }
  }

  @Test func everyDirectPackageIsPinned() throws {
    let manifest = try Repository.file("Package.swift").text
    let packages = manifest.components(separatedBy: ".package(url:").count - 1
    #expect(packages > 0)
    #expect(Self.direct(manifest).count == packages)
  }
}
