import SourceYAML

/// The largest sizes, in bytes, of files that another person may have written.
package enum FileLimit {
  /// A manifest, or the project file.
  package static let manifest = YAMLLimits.standard.maxBytes
  /// A flow definition: an export of one flow.
  package static let flow = 16 << 20
  /// A saved plan, or a manifest that git shows in a diff.
  package static let plan = 64 << 20
  /// Another tool's state or export.
  static let foreign = 64 << 20
  /// A backup of a store, which is read as a whole.
  package static let backup = 1 << 30
  /// A token, or a JWT.
  static let login = 1 << 20
  /// Metrics of a service with many connections.
  static let metrics = 64 << 20
  /// A program of the project that a trusted setting runs; it is read for its digest.
  static let program = 256 << 20

  /// Whether the backup of a store of this size, in bytes, is within the limit. It has a first line of at most
  /// 1 MiB, and 28 bytes more for each MiB.
  package static func allowsBackup(ofStore bytes: Int) -> Bool { bytes <= backup - 2 << 20 }
}
