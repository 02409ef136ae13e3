package import Diagnostics

/// A sealed value, the field that it belongs to, and where it is written.
package struct LocatedSealedField: Hashable, Sendable {
  package let address: FieldAddress
  package let message: SealedMessage
  package let location: Location

  package init(address: FieldAddress, message: SealedMessage, location: Location) {
    self.address = address
    self.message = message
    self.location = location
  }
}
