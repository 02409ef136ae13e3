/// gpg or gpgme cannot be used at all.
package struct GPGUnavailable: Error, Hashable, Sendable {
  package let reason: String
}
