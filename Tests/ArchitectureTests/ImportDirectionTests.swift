import Testing

@Suite struct ImportDirectionTests {
  @Test func dependenciesPointUpwardInThePackage() throws {
    let manifest = try Repository.file("Package.swift")
    let table = TargetTable(manifest: manifest.text)
    #expect(Set(PureTarget.all.map(\.name)).isSubset(of: table.targets.map(\.name)))
    for violation in table.violations(file: manifest.path) { Issue.record("\(violation)") }
  }

  @Test func everyImportIsADeclaredDependency() throws {
    let table = TargetTable(manifest: try Repository.file("Package.swift").text)
    for target in table.targets where !target.name.hasPrefix("C") || target.name == "Commands" {
      let files = try Repository.sources(of: target.name)
      #expect(!files.isEmpty, "\(target.name)")
      for file in files {
        for violation in table.violations(in: file.text, file: file.path, target: target) {
          Issue.record("\(violation)")
        }
      }
    }
  }

  private static let manifest = """
    func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {}
    let targets = [
      .systemLibrary(name: "CLib"),
      // layer("Gone", []),
      layer("Model"),
      layer("Planning", ["Model", "Stores", crypto, .product(name: "NIO", package: "swift-nio")]),
      layer(
        "Stores", ["CLib", "Model"]),
    ]
    """

  @Test func aDependencyThatPointsDownwardIsFound() {
    let table = TargetTable(manifest: Self.manifest)
    #expect(table.targets.map(\.name) == ["CLib", "Model", "Planning", "Stores"])
    #expect(
      table.targets.map(\.dependencies) == [[], [], ["Model", "Stores"], ["CLib", "Model"]])
    #expect(
      table.violations(file: "Package.swift").map(\.description)
        == ["Package.swift:6: `Planning` depends on `Stores` below it"])
  }

  @Test func anImportThatIsNotDeclaredIsFound() throws {
    let table = TargetTable(manifest: Self.manifest)
    let target = try #require(table.targets.first { $0.name == "Stores" })
    let source = "import Model\npackage import Planning\nimport GRDB\n// import Planning\n"
    #expect(
      table.violations(in: source, file: "It.swift", target: target).map(\.description)
        == ["It.swift:2: imports `Planning`, which `Stores` does not depend on"])
  }
}
