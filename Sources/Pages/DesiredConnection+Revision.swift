private import Crypto
import Encodings
package import Model

extension DesiredConnection {
  /// What a page that was looked at is compared by: another one if the manifests say anything else of
  /// the connection. Of a secret, its ciphertext's digest is in it.
  package var revision: String {
    let fields = (setup?.fields ?? [:]).map { field, value in
      switch value {
      case .plain(let value): ["plain", field.rawValue, value.text]
      case .sealed(let message): ["sealed", field.rawValue, message.digest.rawValue]
      }
    }
    let texts =
      labels.map { ["label", $0, $1] } + annotations.map { ["annotation", $0, $1] }
      + (scopes ?? []).map { ["scope", $0.rawValue] }
      + formerNames.map { ["previous", $0.rawValue] }
      + ignoredFields.map { ["ignored", $0.rawValue] }
    let whole =
      [name.rawValue, app.rawValue, setup?.type.rawValue ?? "", "\(preventsDestroy)"]
      + (fields + texts).sorted { $0.lexicographicallyPrecedes($1) }.joined()
    // With its length, no text can be taken for the end of one and the beginning of another.
    let marked = whole.map { "\($0.utf8.count):\($0)" }.joined()
    return String(hexadecimal(SHA256.hash(data: Array(marked.utf8))).prefix(32))
  }
}
