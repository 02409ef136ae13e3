package import Model

/// A run that was killed, as the next one finds it.
package struct InterruptedRun: Hashable, Sendable {
  package let provenance: Provenance
  package let planned: Int
  package let done: Int
  /// Intended, and not known to be done.
  package let inDoubt: [ConnectionName]

  package init(provenance: Provenance, planned: Int, done: Int, inDoubt: [ConnectionName]) {
    self.provenance = provenance
    self.planned = planned
    self.done = done
    self.inDoubt = inDoubt
  }
}
