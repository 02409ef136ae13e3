/// How large one file may be; what goes beyond is a named fault, and costs no memory or time.
package struct YAMLLimits: Sendable {
  /// The size of a file, in bytes.
  package var maxBytes: Int
  /// Collections inside one another; a document's outermost one has depth 1.
  package var maxDepth: Int
  /// Nodes of a file that are reached through aliases; each use counts again.
  package var maxAliasNodes: Int
  /// Faults collected from a file; what comes after is not reported.
  package var maxFaults: Int

  package init(
    maxBytes: Int = 4_194_304, maxDepth: Int = 64, maxAliasNodes: Int = 10_000,
    maxFaults: Int = 1_000
  ) {
    self.maxBytes = maxBytes
    self.maxDepth = maxDepth
    self.maxAliasNodes = maxAliasNodes
    self.maxFaults = maxFaults
  }

  package static let standard = YAMLLimits()
}
