package import Diagnostics
package import Model

/// The keys that secrets are sealed for, by path.
package struct RecipientsReport: Sendable {
  package struct Key: Hashable, Sendable {
    let fingerprint: String
    /// `nil` if the keyring lacks the key.
    let userID: String?
    /// Why nothing can be sealed for it; `nil` if it can be used.
    let fault: String?
    /// When it stops being usable; `nil` for never, or if that is not known.
    let expiry: Timestamp?

    package init(fingerprint: String, userID: String?, fault: String?, expiry: Timestamp?) {
      self.fingerprint = fingerprint
      self.userID = userID
      self.fault = fault
      self.expiry = expiry
    }
  }

  package struct Rule: Hashable, Sendable {
    let path: String
    /// The environment for whose overlay it is; `nil` for a rule of the project.
    let environment: String?
    let keys: [Key]

    package init(path: String, environment: String?, keys: [Key]) {
      self.path = path
      self.environment = environment
      self.keys = keys
    }
  }

  private let rules: [Rule]
  package init(rules: [Rule]) { self.rules = rules }

  package func text(_ palette: Palette) -> TerminalText {
    if rules.isEmpty { return "No recipients.\n" }
    return rules.map { rule -> TerminalText in
      let place: TerminalText = rule.environment.map { " (environment \($0))" } ?? ""
      let rows = rule.keys.map { key in
        [TerminalText(key.userID ?? "-"), TerminalText(key.fingerprint), state(key, palette)]
      }
      return
        ([palette.bold("\(rule.path)") + place]
        + aligned(rows, palette, columns: [.wrapped, .whole, .wrapped], indent: 2).map {
          "  \($0)"
        })
        .joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  private func state(_ key: Key, _ palette: Palette) -> TerminalText {
    if let fault = key.fault { return palette.orange("\(fault)") }
    return palette.green("usable") + (key.expiry.map { " until \($0)" } ?? "")
  }

  package var json: JSONReport {
    struct KeyForm: Encodable {
      let fingerprint: String
      let user_id: String?
      let usable: Bool
      let fault: String?
      let expires_at: String?
    }
    struct RuleForm: Encodable {
      let path: String
      let environment: String?
      let keys: [KeyForm]
    }
    struct Form: Encodable {
      let rules: [RuleForm]
    }
    return JSONReport(
      Form(
        rules: rules.map { rule in
          RuleForm(
            path: rule.path, environment: rule.environment,
            keys: rule.keys.map {
              KeyForm(
                fingerprint: $0.fingerprint, user_id: $0.userID, usable: $0.fault == nil,
                fault: $0.fault, expires_at: $0.expiry?.description)
            })
        }))
  }
}
