import Encodings
package import SourceYAML

/// Every setting of a project file by its path, read from the tree of the file and not from what
/// the program knows about it.
package struct SettingsTree: Sendable {
  /// Sorted by path. Without those that are `null` or a mapping without entries, which count as
  /// not given.
  package let settings: [Setting]

  package init(_ file: YAMLFile) {
    self.init(file.documents.first?.root, at: SettingPath([]))
  }

  init(settings: [Setting]) { self.settings = settings.sorted { $0.path < $1.path } }

  /// The settings at and below a node.
  init(_ node: YAMLNode?, at path: SettingPath) {
    var found: [Setting] = []
    if let node { Self.collect(node, path, into: &found) }
    settings = found.sorted { $0.path < $1.path }
  }

  private static func collect(_ node: YAMLNode, _ path: SettingPath, into found: inout [Setting]) {
    if let entries = node.entries, TighteningRule(path) == nil {
      for entry in entries { collect(entry.value, path.appending(entry.keyText), into: &found) }
    } else if !node.isNull {
      found.append(Setting(path: path, value: SettingValue(node), node: node))
    }
  }

  package subscript(path: SettingPath) -> Setting? { settings.first { $0.path == path } }

  /// The settings without which nothing of the file can run or send anything.
  package var needingTrust: [Setting] {
    settings.filter { SettingTrust($0) == .required }
  }

  /// What an approval of the file is for: every setting but the harmless ones.
  package var trusted: [Setting] {
    settings.filter { SettingTrust($0) != .harmless }
  }

  /// Distinguishes a project from others at the same path: its id, or its name if it has none.
  package var identity: String {
    (self[SettingPath(["id"])] ?? self[SettingPath(["name"])])?.value.text ?? ""
  }

  /// What an approval is for, as one text to make a digest of: the trusted settings, and the files of
  /// the project that they run.
  ///
  /// - Parameter files: digests of those files by their paths.
  package func canonicalText(files: [String: String]) -> [UInt8] {
    var json = JSONWriter()
    json.array { json in
      for setting in trusted {
        json.array { json in
          for key in setting.path.keys { json.string(key) }
          json.string(setting.value.text)
        }
      }
      for (path, digest) in files.sorted(by: { $0.key < $1.key }) {
        json.object { json in json.member(path, digest) }
      }
    }
    return json.bytes
  }
}
