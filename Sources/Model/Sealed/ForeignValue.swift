import Encodings

/// What a text is, by its form alone, that should not be sealed as a credential: another tool's
/// ciphertext, a reference that another tool resolves, or a placeholder.
///
/// The forms are narrow, so that no credential that a service issues has one of them. A PGP private
/// key block, an age identity, a JWE and a password hash can be secrets and are none of these.
package enum ForeignValue: Hashable, Sendable {
  case ciphertext(CiphertextTool)
  case reference
  case placeholder

  /// - Parameter value: the value's bytes; nothing of them is copied, unless they begin as a binary
  ///   OpenPGP message does.
  package init?(_ value: Span<UInt8>) {
    let text = value.extracting(value.trimmed)
    if value.isBinaryMessage {
      self = .ciphertext(.openPGP)
    } else if let tool = CiphertextTool(text) {
      self = .ciphertext(tool)
    } else if text.isReference {
      self = .reference
    } else if text.isPlaceholder {
      self = .placeholder
    } else {
      return nil
    }
  }
}

/// A tool whose ciphertexts are recognised.
package enum CiphertextTool: Hashable, Sendable, CaseIterable {
  case sops, vaultTransit, age, ansibleVault, eyaml, openPGP, openSSL, gitCrypt, jasypt, springCloud

  package var name: String {
    switch self {
    case .sops: "SOPS"
    case .vaultTransit: "Vault's transit engine"
    case .age: "age"
    case .ansibleVault: "Ansible Vault"
    case .eyaml: "hiera-eyaml"
    case .openPGP: "OpenPGP"
    case .openSSL: "`openssl enc`"
    case .gitCrypt: "git-crypt"
    case .jasypt: "Jasypt"
    case .springCloud: "Spring Cloud Config"
    }
  }

  fileprivate init?(_ text: Span<UInt8>) {
    let found = Self.allCases.first { $0.wrote(text) }
    guard let found else { return nil }
    self = found
  }

  private func wrote(_ text: Span<UInt8>) -> Bool {
    switch self {
    case .sops: text.offset(of: "ENC[AES256_GCM,") != nil
    case .vaultTransit: text.isTransitCiphertext
    case .age:
      text.starts(with: "age-encryption.org/v1")
        || text.offset(of: "-----BEGIN AGE ENCRYPTED FILE-----") != nil
    case .ansibleVault: text.starts(with: "$ANSIBLE_VAULT;")
    case .eyaml: text.hasEYAMLBlock
    case .openPGP: text.offset(of: "-----BEGIN PGP MESSAGE") != nil
    // "Salted__" and its base64 (openssl-enc(1)).
    case .openSSL: text.starts(with: "U2FsdGVkX1") || text.starts(with: "Salted__")
    case .gitCrypt: text.starts(with: "\0GITCRYPT\0")
    case .jasypt: text.starts(with: "ENC(") && text.ends(with: ")")
    case .springCloud: text.starts(with: "{cipher}")
    }
  }
}

extension Span<UInt8> {
  /// `vault:v1:` and base64 (Vault's transit engine).
  fileprivate var isTransitCiphertext: Bool {
    guard starts(with: "vault:v") else { return false }
    let digits = length(from: 7) { $0.isASCIIDigit }
    return digits > 0 && starts(with: ":", at: 7 + digits)
  }

  /// `ENC[PKCS7,…]`, `ENC[GPG,…]`, anywhere: eyaml encrypts parts of texts too.
  fileprivate var hasEYAMLBlock: Bool {
    var start = 0
    while let block = offset(of: "ENC[", from: start) {
      let name = length(from: block + 4) {
        $0.isASCIIUppercase || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
      }
      if name > 1, starts(with: ",", at: block + 4 + name) { return true }
      start = block + 4
    }
    return false
  }

  /// A binary OpenPGP message begins with a packet of tag 1 (RFC 9580 section 4.2), as no UTF-8 does.
  fileprivate var isBinaryMessage: Bool {
    guard count > 0, [0x84, 0x85, 0xC1].contains(self[0]) else { return false }
    let bytes = indices.map { self[$0] }
    return (try? MessagePackets(bytes)) != nil
  }

  /// What vals, 1Password, bank-vaults, AWS, Azure and Google Cloud resolve to a secret.
  fileprivate var isReference: Bool {
    if starts(with: "ref+") || starts(with: "secretref+") { return offset(of: "://") != nil }
    if starts(with: "vault:") || starts(with: ">>vault:") { return offset(of: "#") != nil }
    if starts(with: "projects/") { return offset(of: "/secrets/") != nil }
    return ["op://", "arn:aws:secretsmanager:", "{{resolve:", "@Microsoft.KeyVault("].contains {
      starts(with: $0)
    }
  }
}
