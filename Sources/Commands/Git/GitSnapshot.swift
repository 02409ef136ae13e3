import Diagnostics
import FileChanges
import Foundation
import GitPlumbing

/// A folder's files as a commit or the index has them; needs no work tree.
struct GitSnapshot: ManifestSource {
  private let git: Git
  private let entries: [String: GitEntry]
  /// In the order of their bytes.
  private let paths: [String]
  /// Objects that were already read.
  private let loaded: LoadedObjects
  /// Whether the folder has files that it does not list.
  private let isPart: Bool

  /// - Parameter folder: within the commit; empty for its root.
  init(_ git: Git, commit: String, folder: String) throws {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let paths = folder.isEmpty ? [] : ["--", prefix]
    let listing = try git.output(["ls-tree", "-r", "-z", "--full-tree", commit] + paths)
    self.init(
      git,
      Git.entries(in: listing, idAt: 2).map { (String($0.path.dropFirst(prefix.count)), $0.entry) })
  }

  /// The staged files of the folder that `git` runs in.
  init(stagedIn git: Git) throws {
    self.init(git, Git.entries(in: try git.output(["ls-files", "-s", "-z"]), idAt: 1))
  }

  private init(
    _ git: Git, _ listed: [(path: String, entry: GitEntry)],
    loaded: LoadedObjects = LoadedObjects(), isPart: Bool = false
  ) {
    self.git = git
    self.loaded = loaded
    self.isPart = isPart
    entries = Dictionary(listed.map { ($0.path, $0.entry) }) { first, _ in first }
    paths = entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The files that differ between two commits, and one more file that does not differ.
  ///
  /// - Parameter shared: within the folder.
  /// - Returns: `nil` if the shared file differs, or neither commit has it.
  static func differing(
    _ git: Git, from old: String, to new: String, folder: String, shared: String
  ) throws -> (old: GitSnapshot, new: GitSnapshot)? {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let found = try git.differences(from: old, to: new, in: folder)
      .map { (path: String($0.path.dropFirst(prefix.count)), old: $0.old, new: $0.new) }
    if found.contains(where: { $0.path == shared }) || folder.contains("\n") { return nil }
    let listing = try git.output(
      ["ls-tree", "-z", "--full-tree", new, "--", prefix + shared])
    guard let entry = Git.entries(in: listing, idAt: 2).first?.entry else { return nil }
    let manifests = found.filter { ProjectReader.isYAML($0.path) }
      .flatMap { [$0.old, $0.new].compactMap { $0?.kind == .file ? $0?.id : nil } }
    let loaded = try LoadedObjects(git, [entry.id] + manifests, limit: FileLimit.manifest)
    func side(_ entries: [(path: String, entry: GitEntry?)]) -> GitSnapshot {
      let present = entries.compactMap { path, entry in entry.map { (path: path, entry: $0) } }
      return GitSnapshot(git, [(shared, entry)] + present, loaded: loaded, isPart: true)
    }
    return (side(found.map { ($0.path, $0.old) }), side(found.map { ($0.path, $0.new) }))
  }

  func exists(_ path: String) -> Bool {
    isPart || entries[path] != nil || link(above: path) != nil || !below(path).isEmpty
  }

  func entries(at path: String) -> [SourceEntry] {
    if let link = link(above: path) { return [SourceEntry(link, .link)] }
    if let entry = entries[path] { return [SourceEntry(path, entry.kind.inSource)] }
    return below(path).filter(Self.isVisible).compactMap { found in
      entries[found].map { SourceEntry(found, $0.kind.inSource) }
    }
  }

  /// A link among the folders that a path leads through.
  private func link(above path: String) -> String? {
    ProjectPath.ancestors(of: path).first { entries[$0]?.kind == .link }
  }

  /// Found in as many steps as their number, whatever else there is.
  private func below(_ folder: String) -> ArraySlice<String> {
    if folder == "." { return paths[...] }
    let prefix = folder + "/"
    var low = paths.startIndex
    var high = paths.endIndex
    while low < high {
      let middle = (low + high) / 2
      if paths[middle].utf8.lexicographicallyPrecedes(prefix.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return paths[low...].prefix { $0.utf8.starts(with: prefix.utf8) }
  }

  /// Whether no part of a path is hidden.
  private static func isVisible(_ path: String) -> Bool {
    !path.split(separator: "/").contains { $0.hasPrefix(".") && $0 != "." }
  }

  func read(_ files: [String], limit: Int) throws(Diagnostic) -> [Result<[UInt8], Diagnostic>] {
    let wanted = files.compactMap { file in
      entries[file].flatMap { $0.kind == .file && loaded.sizes[$0.id] == nil ? $0.id : nil }
    }
    let more: LoadedObjects
    do throws(GitError) {
      more = try LoadedObjects(git, wanted, limit: limit)
    } catch {
      throw Diagnostic(error)
    }
    return files.map { file in
      guard let entry = entries[file] else { return .failure(.missing(file)) }
      if let fault = Diagnostic(SourceEntry(file, entry.kind.inSource)) { return .failure(fault) }
      let size = more.sizes[entry.id] ?? loaded.sizes[entry.id]
      if let size, size > limit {
        return .failure(.tooLarge(file, bytes: size, limit: limit))
      }
      let bytes = more.contents[entry.id] ?? loaded.contents[entry.id]
      return bytes.map { .success($0) } ?? .failure(.missing(file))
    }
  }
}

/// Objects by their ids. One that is larger than a limit is not asked for: git would print all of it.
private struct LoadedObjects {
  private(set) var sizes: [String: Int] = [:]
  private(set) var contents: [String: [UInt8]] = [:]

  init() {}

  init(_ git: Git, _ ids: [String], limit: Int) throws(GitError) {
    for (id, size) in zip(ids, try git.sizes(ids)) { sizes[id] = size }
    let small = ids.filter { sizes[$0] ?? .max <= limit }
    for (id, bytes) in zip(small, try git.objects(small)) { contents[id] = bytes }
  }
}

extension GitEntry.Kind {
  fileprivate var inSource: SourceEntry.Kind {
    switch self {
    case .file: .file
    case .link: .link
    case .submodule: .repository
    }
  }
}
