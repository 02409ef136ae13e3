package import Diagnostics
package import Model

/// What a copy came to.
package struct StoreCopyResult: Sendable {
  package var done: [ConnectionName] = []
  /// Older versions that were copied, too.
  package var versions = 0
  package var faults: [Diagnostic] = []
  /// Whether the target may have changed.
  package var hasBegun = false

  package init() {}
}
