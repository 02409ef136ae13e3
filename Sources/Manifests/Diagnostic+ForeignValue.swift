package import Diagnostics
package import Model

/// Values that look like another tool's ciphertext, a reference or a placeholder.
extension Diagnostic {
  /// In a manifest. A field that is not secret may be meant to hold a reference or a placeholder.
  ///
  /// - Parameter connection: `nil` if its name cannot be read.
  static func foreignValue(
    _ value: ForeignValue, in field: FieldName, of connection: ConnectionName?, isSecret: Bool,
    file: String, at location: Location
  ) -> Diagnostic {
    let set = setCommand(connection, field)
    let isCiphertext = value.code == .foreignCiphertext
    return Diagnostic(
      value.code, "\(isSecret ? "secret " : "")field `spec.setup.\(field)` holds \(value.object)",
      severity: isSecret || isCiphertext ? .error : .warning, at: location,
      label: value.label, notes: isSecret ? value.notes : [],
      help: [value == .ciphertext(.sops) ? sopsHelp(file) : value.help(set)]
        + (isSecret
          ? ["if this is the value: vaultctl encrypt --allow-placeholder \(shellWord(file))"] : []))
  }

  /// Passed to a command that seals it.
  package static func foreignValue(_ value: ForeignValue, for address: FieldAddress) -> Diagnostic {
    let set = setCommand(address.connection, address.field)
    return Diagnostic(
      value.code, "the value for `\(address.field)` of `\(address.connection)` is \(value.object)",
      at: nil, notes: [value.label] + value.notes,
      help: [value.help(set), "if this is the value: \(set) --allow-placeholder"])
  }

  /// A document that SOPS encrypted as a whole: its `sops` key holds the data key.
  static func sopsDocument(_ file: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .sopsDocument, "the document is encrypted by SOPS", at: location,
      label: "SOPS keeps the data key here",
      notes: ["without this key, nothing in the document can be decrypted"], help: [sopsHelp(file)])
  }

  private static func setCommand(_ connection: ConnectionName?, _ field: FieldName) -> String {
    "vaultctl set \(connection.map { shellWord($0.rawValue) } ?? "NAME") \(shellWord(field.rawValue))"
  }

  private static func sopsHelp(_ file: String) -> String {
    let file = shellWord(file)
    return "decrypt it, then seal it: sops --decrypt --in-place \(file) && vaultctl encrypt \(file)"
  }
}

extension ForeignValue {
  fileprivate var code: DiagnosticCode {
    switch self {
    case .ciphertext: .foreignCiphertext
    case .reference, .placeholder: .placeholderValue
    }
  }

  /// After "holds" or "is".
  var object: String {
    switch self {
    case .ciphertext(.openPGP): "an OpenPGP message, not the value in it"
    case .ciphertext: "another tool's ciphertext, not a credential"
    case .reference: "a reference to a secret, not a credential"
    case .placeholder: "a placeholder, not a credential"
    }
  }

  fileprivate var label: String {
    switch self {
    case .ciphertext(let tool): "looks like \(tool.object)"
    case .reference: "another tool would resolve it"
    case .placeholder: "something else was to replace it"
    }
  }

  fileprivate var notes: [String] {
    switch self {
    case .ciphertext(.openPGP): ["a sealed value is the message alone, with no text around it"]
    case .ciphertext, .reference, .placeholder:
      ["vaultctl would seal it as it is, and the service would receive it as it is"]
    }
  }

  fileprivate func help(_ set: String) -> String {
    switch self {
    case .ciphertext(let tool):
      tool.decryption.map { "decrypt it, and seal the value: \($0) | \(set)" }
        ?? "decrypt it, and seal the value: \(set)"
    case .reference: "look it up, and seal the value: \(set)"
    case .placeholder: "seal the value: \(set)"
    }
  }
}

extension CiphertextTool {
  fileprivate var object: String {
    switch self {
    case .openPGP: "an OpenPGP message"
    case .sops, .vaultTransit, .age, .ansibleVault, .eyaml, .openSSL, .gitCrypt, .jasypt,
      .springCloud:
      "a ciphertext of \(name)"
    }
  }

  /// The command that prints what a ciphertext protects; `nil` if the tool has none.
  fileprivate var decryption: String? {
    switch self {
    case .sops: "sops --decrypt --extract '[\"KEY\"]' FILE"
    case .vaultTransit:
      "vault write -field=plaintext transit/decrypt/KEY ciphertext=TEXT | base64 -d"
    case .age: "age --decrypt --identity KEYFILE FILE"
    case .ansibleVault: "ansible-vault decrypt --output - FILE"
    case .eyaml: "eyaml decrypt --file FILE"
    case .openPGP: "gpg --decrypt FILE"
    case .openSSL: "openssl enc -d -CIPHER -in FILE"
    case .gitCrypt: "git-crypt unlock && cat FILE"
    case .jasypt, .springCloud: nil
    }
  }
}
