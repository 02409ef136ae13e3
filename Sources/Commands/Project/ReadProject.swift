import Diagnostics
import Manifests
import Model
import Parallelism
import SourceYAML

/// A project as one source has it: its file, the manifests of the base and of every environment.
struct ReadProject: Sendable {
  let project: Project
  let manifests: [Manifest]
  /// By file.
  let flows: [Flow]
  /// For snippets; a file that was read for this run.
  let sources: [String: RedactedSource]
  /// What is wrong with the project file, and with files that cannot be read.
  let diagnostics: [Diagnostic]

  /// 1. The project file.
  /// 2. The base's manifests.
  /// 3. The environments' documents, which lie over those of the base.
  /// 4. The flows.
  ///
  /// - Throws: where there is no project file, or it has errors.
  init(from source: some ManifestSource) throws {
    let file = Project.fileName
    let (yaml, faults) = YAMLFile.parse(try source.read(file), file: file)
    let read = Project.read(yaml, parseFaults: faults)
    var sources = [
      file: RedactedSource(yaml.bytes, hidden: faults.hasErrors ? nil : read.hidden)
    ]
    guard let project = read.project else { throw Failure(read.diagnostics, sources: sources) }

    var diagnostics = read.diagnostics
    let overlays = project.environments.map(\.overlay.text)
    func manifests(
      _ paths: [String], _ environment: String?, over base: [ConnectionName: ManifestDocument]
    ) throws -> [Manifest] {
      let found = try paths.map { path throws(Diagnostic) in try source.files(at: path) }
      // One folder's are in order; those of several may overlap.
      let sorted = found.count == 1 ? found[0] : Set(found.joined()).sorted()
      let names = sorted.filter {
        isYAML($0) && $0 != Project.fileName && project.environment(of: $0)?.name == environment
      }
      let read = Array(zip(names, try source.read(names))).concurrentMap { name, result in
        result.map { bytes in
          let (yaml, faults) = YAMLFile.parse(bytes, file: name)
          let manifest = Manifest(
            yaml, parseFaults: faults, catalog: project.catalog, environment: environment,
            over: base)
          return (manifest, RedactedSource(bytes, hidden: faults.hasErrors ? nil : manifest.hidden))
        }
      }
      sources.reserveCapacity(sources.count + read.count)
      return read.compactMap { result in
        switch result {
        case .failure(let fault):
          diagnostics.append(fault)
          return nil
        case .success(let (manifest, source)):
          sources[manifest.file] = source
          return manifest
        }
      }
    }
    for path in project.manifests where !source.exists(path.text) {
      diagnostics.append(.manifestsNotFound(path))
    }
    let base = try manifests(project.manifests.map(\.text), nil, over: [:])
    let documents =
      project.environments.isEmpty
      ? [:] : Dictionary(base.flatMap(\.documents).map { ($0.name, $0) }) { $1 }
    let others = try zip(project.environments, overlays).flatMap { environment, overlay in
      try manifests([overlay], environment.name, over: documents)
    }
    var flows: [Flow] = []
    let flowFiles = Set(
      try project.flows.flatMap { glob throws(Diagnostic) in try source.files(matching: glob) }
    ).sorted()
    for (file, result) in zip(flowFiles, try source.read(flowFiles)) {
      switch result {
      case .failure(let fault): diagnostics.append(fault)
      case .success(let bytes):
        let read = FlowFile(bytes, file: file)
        sources[file] = read.source
        diagnostics += read.diagnostics
        flows += read.flow.map { [$0] } ?? []
      }
    }
    self.project = project
    self.flows = flows
    self.manifests = base + others
    self.sources = sources
    self.diagnostics = diagnostics
  }

  func state(of environment: Environment?) -> DesiredState {
    DesiredState(manifests, project: project, environment: environment)
  }

  /// The base's, and each environment's.
  var states: [DesiredState] {
    [state(of: nil)] + project.environments.map { state(of: $0) }
  }
}

extension Diagnostic {
  fileprivate static func manifestsNotFound(_ path: LocatedText) -> Diagnostic {
    Diagnostic(
      .manifestsNotFound, "`\(path.text)` is not there", at: path.location,
      help: ["make it: mkdir -p \(path.text)"])
  }
}
