import Diagnostics
import Encodings
import Files
import Foundation
import Manifests
import SourceYAML

/// Reads what another tool has, file by file.
struct ForeignSource {
  let format: ForeignFormat
  let keywords: Keywords
  let sops: SOPSOpener

  /// A part of the source: a file, or all entries of a password store.
  struct Part {
    let name: String
    let data: ImportedData
    /// What a person should look at, of that which is taken.
    var cautions: [Diagnostic] = []
    /// What is not taken.
    var report: [Diagnostic] = []
    /// It holds flows and no connections.
    var isFlow = false

    /// The flows of an export, which name connections.
    var flows: [ForeignFlow] {
      if isFlow { return [ForeignFlow(data, origin: name)] }
      return (data["flows"]?.items ?? []).map { ForeignFlow($0, origin: name) }
    }
  }

  /// - Parameter names: files, a folder of the tool's, or entries of a password store.
  func parts(_ names: [String]) async throws -> [Part] {
    if format == .pass {
      let (data, unread) = try PassStore().contents(of: names)
      return [
        Part(
          name: "pass", data: data,
          report: unread.map { .notTaken($0.what, $0.reason) })
      ]
    }
    var read: [Part] = []
    for file in try files(names) { read += try await parts(of: file) }
    if format == .deployCLI { read += try flows(in: names) }
    return read
  }

  private enum File {
    /// Named by the user, who may mean a link or a pipe.
    case named(String)
    /// Found in a folder, where another person may have put it.
    case found(String)

    var path: String {
      switch self {
      case .named(let path), .found(let path): path
      }
    }

    func bytes() throws -> [UInt8] {
      switch self {
      case .named(let path): return try NamedFile(path, limit: FileLimit.foreign).bytes()
      case .found(let path):
        do throws(RegularFile.Fault) {
          return try RegularFile(limit: FileLimit.foreign).bytes(path)
        } catch {
          throw Diagnostic(error, path)
        }
      }
    }
  }

  /// The files in a folder of the tool's, or the paths themselves.
  private func files(_ paths: [String]) throws -> [File] {
    try paths.flatMap { path -> [File] in
      guard NamedFile.isFolder(path) else { return [.named(path)] }
      guard format == .deployCLI, let found = try documents(in: path + "/flow-vault-connections")
      else { throw Failure(.notAnExport(path, format)) }
      return found.map { .found($0) }
    }
  }

  /// The paths of the JSON files in a folder, in order; `nil` if there is no such folder.
  private func documents(in folder: String) throws -> [String]? {
    let names: [String]?
    do {
      names = try FolderListing.names(in: folder)
    } catch {
      throw Failure(.unreadable(folder, error))
    }
    return names?.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
  }

  /// The flows in folders of deploy-cli; what is no JSON there is left to `validate`.
  private func flows(in names: [String]) throws -> [Part] {
    try names.filter(NamedFile.isFolder).flatMap { name -> [Part] in
      try (documents(in: name + "/flows") ?? []).compactMap { path in
        let bytes = try File.found(path).bytes()
        let text = String(validating: bytes, as: UTF8.self).map { keywords.replaced(in: $0) }
        let data = text.flatMap { try? ImportedData(json: Array($0.utf8)) }
        return data.map { Part(name: path, data: $0, isFlow: true) }
      }
    }
  }

  private func parts(of file: File) async throws -> [Part] {
    let path = file.path
    let bytes = try file.bytes()
    // Anything else would be replaced, and another value sealed.
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.unreadableImport(path, "it is not UTF-8"))
    }
    switch format {
    case .dotenv:
      let file = DotEnvFile(text)
      return [
        Part(
          name: path, data: file.data,
          report: file.faults.map { .notTaken("\(path), line \($0.line)", $0.reason) })
      ]
    case .sops:
      let (data, cautions) = try await sops.opened(bytes, path)
      return [Part(name: path, data: data, cautions: cautions)]
    case .deployCLI, .terraform, .auth0, .json, .pass:
      let replaced = format == .deployCLI ? Array(keywords.replaced(in: text).utf8) : bytes
      let documents = try ImportedData.documents(file: path, replaced)
      if documents.isEmpty { throw Failure(.unreadableImport(path, "it is empty")) }
      // A mapping's paths lead through all of them.
      if format == .json, documents.count > 1 { return [Part(name: path, data: .list(documents))] }
      return documents.enumerated().map { number, data in
        Part(
          name: documents.count == 1 ? path : "\(path), document \(number + 1)", data: data)
      }
    }
  }
}

extension NamedFile {
  static func isFolder(_ name: String) -> Bool {
    var status = stat()
    return unsafe stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

extension ImportedData {
  /// JSON, or the first document of YAML.
  ///
  /// - Throws: if it is neither.
  init(file: String, _ bytes: [UInt8]) throws {
    guard let first = try Self.documents(file: file, bytes).first else {
      throw Failure(.unreadableImport(file, "it is empty"))
    }
    self = first
  }

  /// JSON, or all documents of YAML.
  static func documents(file: String, _ bytes: [UInt8]) throws -> [ImportedData] {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      do throws(JSONTree.Fault) {
        return [try ImportedData(json: bytes)]
      } catch {
        // A flow mapping of YAML begins in the same way.
        guard file.hasSuffix(".yaml") || file.hasSuffix(".yml") else {
          throw Failure(.unreadableImport(file, error.reason))
        }
      }
    }
    let (yaml, faults) = YAMLFile.parse(
      bytes, file: file, limits: YAMLLimits(maxBytes: FileLimit.foreign))
    if faults.hasErrors { throw Failure(faults) }
    return yaml.documents.compactMap(\.root).map { ImportedData($0) }
  }
}

extension Diagnostic {
  static func notTaken(
    _ what: String, _ reason: String, _ left: [String] = []
  ) -> Diagnostic {
    Diagnostic(.notImported, "not imported: \(what)", severity: .warning, notes: [reason] + left)
  }

  fileprivate static func notAnExport(_ path: String, _ format: ForeignFormat) -> Diagnostic {
    Diagnostic(
      .unreadableFile, "`\(path)` is a folder without connections of \(format.rawValue)",
      at: .file(path),
      notes: format == .deployCLI ? ["they are in its folder `flow-vault-connections`"] : [],
      help: ["name a file"])
  }

  fileprivate static func unreadableImport(_ file: String, _ reason: String) -> Diagnostic {
    Diagnostic(.unreadableFile, "`\(file)` cannot be read: \(reason)", at: .file(file))
  }
}
