package import Diagnostics

/// Who can open the secrets of the files under a path.
package struct RecipientRule: Hashable, Sendable {
  package let path: PathPattern
  /// Full fingerprints, upper case.
  package let keys: [LocatedText]
  package let location: Location

  package init(path: PathPattern, keys: [LocatedText], location: Location) {
    self.path = path
    self.keys = keys
    self.location = location
  }
}
