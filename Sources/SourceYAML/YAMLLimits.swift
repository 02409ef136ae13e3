import Diagnostics

/// How large one file may be; what goes beyond is a named fault, and costs no memory or time.
package struct YAMLLimits: Sendable {
  /// The size of a file, in bytes.
  package var maxBytes: Int
  /// Collections inside one another; a document's outermost one has depth 1.
  package var maxDepth: Int
  /// Nodes of a file that are reached through aliases; each use counts again.
  package var maxAliasNodes: Int
  /// Faults collected from a file; of those that come after, the number is reported.
  package var maxFaults: Int
  /// Documents of a file.
  package var maxDocuments: Int
  /// Bytes of a mapping's key. YAML itself has this limit, in characters, for keys without a `?`.
  package var maxKeyBytes: Int
  /// Lines that begin with `%`. libyaml compares each `%TAG` with all before it.
  package var maxDirectives: Int

  package init(
    maxBytes: Int = 4_194_304, maxDepth: Int = 64, maxAliasNodes: Int = 10_000,
    maxFaults: Int = DiagnosticList.standardLimit, maxDocuments: Int = 10_000,
    maxKeyBytes: Int = 1_024,
    maxDirectives: Int = 100
  ) {
    self.maxBytes = maxBytes
    self.maxDepth = maxDepth
    self.maxAliasNodes = maxAliasNodes
    self.maxFaults = maxFaults
    self.maxDocuments = maxDocuments
    self.maxKeyBytes = maxKeyBytes
    self.maxDirectives = maxDirectives
  }

  package static let standard = YAMLLimits()
}
