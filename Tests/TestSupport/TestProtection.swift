package import Secrets
package import Stores

/// Keeps the store's key as its bytes in hex, or refuses to open it; what gpg does with a real
/// store is tried through the program.
package actor TestProtection: KeyProtection {
  package private(set) var openings = 0
  package private(set) var sealings = 0
  private let opens: Bool

  package init(opens: Bool = true) { self.opens = opens }

  package func seal(_ key: SecretBytes) throws(KeyProtectionFailure) -> String {
    sealings += 1
    return key.withBytes { span in
      span.indices.map { String(span[$0] / 16, radix: 16) + String(span[$0] % 16, radix: 16) }
        .joined()
    }
  }

  package func mayOpen(_ sealed: String) -> Bool { opens }

  package func open(_ sealed: String) throws(KeyProtectionFailure) -> SecretBytes {
    openings += 1
    guard opens else { throw KeyProtectionFailure("no key is here") }
    let digits = Array(sealed)
    return SecretBytes(
      copying: stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0
      })
  }
}
