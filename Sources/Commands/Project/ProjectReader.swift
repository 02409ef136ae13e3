import Diagnostics
import Manifests
import Model
import Parallelism
import SourceYAML

/// Reads a project from a source, each file once.
package struct ProjectReader {
  private let source: any ManifestSource
  private var sources: [String: RedactedSource] = [:]
  private let trusted: TrustedProjectFile?
  private var diagnostics: [Diagnostic] = []
  /// Paths that were reported because they are no files.
  private var refused: Set<String> = []
  private var untrusted: [Diagnostic] = []
  private var overrides: [Diagnostic] = []
  private var projectFile: [UInt8] = []

  private init(_ source: any ManifestSource, trusted: TrustedProjectFile?) {
    self.source = source
    self.trusted = trusted
  }

  /// 1. The project file.
  /// 2. The base's manifests.
  /// 3. The environments' documents, which override those of the base.
  /// 4. The flows.
  ///
  /// - Parameter trusted: the project file whose settings win over those of the source, unless they
  ///   are harmless or the source's are tighter; `nil` takes the source's as they are.
  /// - Throws: if there is no project file, or it has errors.
  package static func contents(
    of source: any ManifestSource, trusting trusted: TrustedProjectFile? = nil
  ) throws -> ProjectContents {
    var reader = ProjectReader(source, trusted: trusted)
    let (project, own, settings) = try reader.readProjectFile()
    let base = try reader.readManifests(
      of: project, at: project.manifests.map(\.text), nil, over: [:])
    let overlays = try reader.readOverlays(of: project, over: base)
    let flows = try reader.readFlows(of: project)
    return ProjectContents(
      project: project, projectFile: reader.projectFile, manifests: base + overlays, flows: flows,
      sources: reader.sources,
      diagnostics: reader.diagnostics, settings: settings, untrusted: reader.untrusted,
      overrides: reader.overrides, ownCatalog: own.catalog)
  }

  private mutating func readProjectFile() throws -> (Project, own: Project, SettingsTree) {
    let file = Project.fileName
    let bytes = try source.read(file, limit: FileLimit.manifest)
    projectFile = bytes
    let (yaml, faults) = YAMLFile.parse(bytes, file: file)
    let read = Project.read(yaml, parseFaults: faults)
    sources[file] =
      faults.hasErrors
      ? RedactedSource(unread: bytes, keys: Manifest.knownKeys)
      : RedactedSource(bytes, hidden: read.hidden)
    guard let own = read.project else { throw Failure(read.diagnostics, sources: sources) }
    overrides = read.diagnostics.filter { $0.code == .appOverridden }
    diagnostics = read.diagnostics.filter { $0.code != .appOverridden }
    let project = try trusted.map { try merged($0.merged(into: yaml, own)) } ?? own
    for path in project.manifests where !source.exists(path.text) {
      diagnostics.append(.manifestsNotFound(path))
    }
    return (project, own, SettingsTree(yaml))
  }

  /// The project with the trusted file's settings.
  private mutating func merged(_ merge: TrustedMerge) throws -> Project {
    let read = Project.read(merge.file, parseFaults: [])
    guard let project = read.project else {
      throw Failure(merge.diagnostics + read.diagnostics, sources: sources)
    }
    diagnostics += merge.diagnostics.filter { $0.severity == .error }
    untrusted = merge.diagnostics.filter { $0.severity != .error }
    return project
  }

  private mutating func readOverlays(
    of project: Project, over base: [Manifest]
  ) throws -> [Manifest] {
    if project.environments.isEmpty { return [] }
    let documents = base.flatMap(\.documents).byNames
    var manifests: [Manifest] = []
    for environment in project.environments {
      manifests += try readManifests(
        of: project, at: [environment.overlay.text], environment.name, over: documents)
    }
    return manifests
  }

  private mutating func readManifests(
    of project: Project, at paths: [String], _ environment: String?,
    over base: [ConnectionName: ManifestDocument]
  ) throws -> [Manifest] {
    let found = try paths.map { path in
      try files(at: path) { Self.isYAML($0.path) || (path != "." && $0.kind != .special) }
    }
    // The files of one folder are sorted; those of several may overlap.
    let sorted = found.count == 1 ? found[0] : Set(found.joined()).sorted()
    let names = sorted.filter {
      Self.isYAML($0) && $0 != Project.fileName && project.environment(of: $0)?.name == environment
    }
    let read = Array(zip(names, try source.read(names, limit: FileLimit.manifest)))
      .concurrentMap { name, result in
        result.map { bytes in
          let (yaml, faults) = YAMLFile.parse(bytes, file: name)
          let manifest = Manifest(
            yaml, parseFaults: faults, catalog: project.catalog, environment: environment,
            over: base)
          let source =
            faults.hasErrors
            ? RedactedSource(
              unread: bytes, keys: Manifest.knownKeys.union(project.catalog.fieldNames))
            : RedactedSource(bytes, hidden: manifest.hidden)
          return (manifest, source)
        }
      }
    sources.reserveCapacity(sources.count + read.count)
    var manifests: [Manifest] = []
    for result in read {
      switch result {
      case .failure(let fault): diagnostics.append(fault)
      case .success(let (manifest, source)):
        sources[manifest.file] = source
        manifests.append(manifest)
      }
    }
    return manifests
  }

  /// The files at or below a path.
  ///
  /// - Parameter isWanted: whether something that is no file is reported. A linked folder may hold
  ///   anything, so that it cannot be left out silently.
  private mutating func files(
    at path: String, reporting isWanted: (SourceEntry) -> Bool
  ) throws(Diagnostic) -> [String] {
    var files: [String] = []
    for entry in try source.entries(at: path) {
      if let fault = Diagnostic(entry) {
        if isWanted(entry), refused.insert(entry.path).inserted { diagnostics.append(fault) }
      } else {
        files.append(entry.path)
      }
    }
    return files
  }

  private mutating func readFlows(of project: Project) throws -> [Flow] {
    var files: Set<String> = []
    for glob in project.flows {
      let folder = glob.fixedFolder
      let found = try self.files(at: folder) {
        glob.matches($0.path) || (folder != "." && $0.kind != .special)
      }
      files.formUnion(found.filter(glob.matches))
    }
    let names = files.sorted()
    var flows: [Flow] = []
    for (file, result) in zip(names, try source.read(names, limit: FileLimit.flow)) {
      switch result {
      case .failure(let fault): diagnostics.append(fault)
      case .success(let bytes):
        let read = FlowFile(bytes, file: file)
        sources[file] = read.source
        diagnostics += read.diagnostics
        flows.append(read.flow)
      }
    }
    return flows
  }

  static func isYAML(_ path: String) -> Bool {
    path.hasSuffix(".yaml") || path.hasSuffix(".yml")
  }
}

extension Diagnostic {
  fileprivate static func manifestsNotFound(_ path: LocatedText) -> Diagnostic {
    if ProjectReader.isYAML(path.text) {
      return Diagnostic(
        .manifestsNotFound, "`\(path.text)` does not exist", at: path.location,
        help: ["create it, or remove it from `manifests`"])
    }
    // git keeps no empty folder, so a clone has none either.
    return Diagnostic(
      .manifestsNotFound, "`\(path.text)` does not exist", severity: .warning, at: path.location,
      notes: ["it counts as an empty folder"],
      help: ["scaffold a connection in it: vaultctl new NAME --app APP"])
  }
}
