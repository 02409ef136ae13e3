import Diagnostics
import Files
import Foundation

extension Diagnostic {
  /// - Parameter source: where the value was read from.
  init(_ fault: SecretInput.Fault, source: String) {
    switch fault {
    case .tooLarge:
      self.init(
        .invalidSecretValue, "the value is larger than \(SecretInput.limit) bytes",
        help: ["shorten it"])
    case .unreadable(let number):
      self.init(
        .valueNotRead, "\(source) could not be read",
        notes: [SystemError(number).description, "nothing was changed"],
        help: ["pass the value again: printf %s \"$VALUE\" | vaultctl set NAME FIELD"])
    }
  }
}
