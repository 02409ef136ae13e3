import ArgumentParser
import Diagnostics
import Manifests
import Model
import OpenPGP
import Reports

struct ListRecipientsCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the recipients of each path, and whether their keys can be used.",
    discussion:
      "The first rule whose path matches a file applies, an environment's own rules first.")

  @OptionGroup var global: GlobalOptions

  @OptionGroup var output: OutputOptions

  func carryOut(_ console: Console) async throws -> Outcome {
    let workspace = try Workspace.load(global)
    let keyring = Keyring.standard(workspace.project, console: console)
    let report = RecipientsReport(rules: try await rules(workspace, keyring))
    switch format {
    case .text: console.result(report.text(console.palette))
    case .json: console.result(report.json)
    }
    return .fine
  }

  private func rules(
    _ workspace: Workspace, _ keyring: Keyring
  ) async throws -> [RecipientsReport.Rule] {
    let project = workspace.project
    let environments = workspace.environment.map { [$0] } ?? project.environments
    let all =
      environments.flatMap { environment in
        environment.recipientRules.map { (environment: environment.name as String?, rule: $0) }
      } + project.recipientRules.map { (environment: nil, rule: $0) }
    let keys = try await keyring.states(of: all.flatMap(\.rule.keys))
    return all.map { environment, rule in
      RecipientsReport.Rule(
        path: rule.path.text, environment: environment,
        keys: rule.keys.compactMap { keys[$0.text] })
    }
  }
}

extension Keyring {
  /// What the keyring knows about each of these recipients, by their texts.
  fileprivate func states(
    of recipients: [LocatedText]
  ) async throws -> [String: RecipientsReport.Key] {
    let texts = recipients.map(\.text)
    let known = try await keys(ids: [], fingerprints: Set(texts))
    let results = try await mappingGPGErrors { () async throws(GPGUnavailable) in
      // gpg would create a keyring.
      exists ? try await openPGP.recipients(texts) : texts.map { _ in .failure(.notFound) }
    }
    return Dictionary(
      zip(texts, results).map { text, result in
        let userID = KeyPerson(text, among: known).userID
        switch result {
        case .success(let key):
          let expiry = key.encryptionExpiry.map {
            Timestamp(milliseconds: Seconds($0).milliseconds.count)
          }
          return (
            text,
            RecipientsReport.Key(fingerprint: text, userID: userID, fault: nil, expiry: expiry)
          )
        case .failure(let fault):
          return (
            text,
            RecipientsReport.Key(
              fingerprint: text, userID: userID, fault: fault.summary, expiry: nil)
          )
        }
      }
    ) { first, _ in first }
  }
}

extension RecipientError {
  /// In a few words, for a key that is already named.
  fileprivate var summary: String {
    switch self {
    case .notFingerprint: "not a full fingerprint"
    case .notFound: "not in your keyring"
    case .ambiguous: "ambiguous in your keyring"
    case .isSubkey(let primary): "a subkey of \(primary)"
    case .revoked: "revoked"
    case .expired: "expired"
    case .notYetValid: "dated in the future"
    case .disabled: "disabled"
    case .invalid: "invalid"
    case .cannotEncrypt: "no encryption subkey"
    }
  }
}
