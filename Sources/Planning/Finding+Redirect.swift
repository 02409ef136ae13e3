import Diagnostics
import Model

extension Finding {
  /// A secret that stays the same and would be sent somewhere else.
  static func redirect(
    _ redirect: Redirect, of desired: DesiredConnection, applied: AppliedRecord?, isAllowed: Bool
  ) -> Finding {
    let name = shellWord(desired.name.rawValue)
    return Finding(
      isAllowed ? .allowedRedirect : .redirect, desired.name,
      Diagnostic(
        .redirected,
        isAllowed
          ? "unchanged secrets of `\(desired.name)` are allowed to go to \(redirect.whereTo)"
          : "unchanged secrets of `\(desired.name)` would be sent to \(redirect.whereTo)",
        severity: .warning, at: desired.origin.setupLocation,
        notes: [redirect.what] + former(applied?.destinations),
        help: isAllowed
          ? []
          : [
            "if the service moved, allow it for this run: --allow-redirect \(name)",
            "if it is another service, create a new credential there: vaultctl set \(name)"
              + " \(shellWord(redirect.secrets.first?.rawValue ?? "FIELD"))",
          ]))
  }

  /// A secret that was sealed again and would be sent somewhere else; no key is here to compare it.
  static func possibleRedirect(
    _ redirect: Redirect, of desired: DesiredConnection, applied: AppliedRecord?
  ) -> Finding {
    Finding(
      .undecided, desired.name,
      Diagnostic(
        .redirected,
        "secrets of `\(desired.name)` that may be unchanged would be sent to \(redirect.whereTo)",
        severity: .warning, at: desired.origin.setupLocation,
        notes: [redirect.what, notComparable] + former(applied?.destinations),
        help: [
          "accept this only if the service moved, or the credential is a new one",
          "run plan where one of the keys is available",
        ]))
  }

  private static let notComparable =
    "they were sealed again, and cannot be compared without a key"

  private static func former(_ destinations: (some Collection<Destination>)?) -> [String] {
    let before = destinations.map { $0.sorted().map(\.summary) } ?? []
    return before.isEmpty ? [] : ["so far they are sent to \(before.joined(separator: ", "))"]
  }

  /// A secret that stays the same, or may, and would be sent somewhere else, in a diff.
  static func redirect(_ redirect: ConnectionRedirect) -> Finding {
    let name = redirect.connection
    let place = redirect.environment.map { " in `\($0)`" } ?? ""
    let former = former(redirect.formerDestinations)
    let whereTo = redirect.redirect.whereTo
    guard redirect.isCertain else {
      return Finding(
        .undecided, name,
        Diagnostic(
          .redirected,
          "secrets of `\(name)`\(place) that may be unchanged would be sent to \(whereTo)",
          severity: .warning, at: redirect.location,
          notes: [redirect.redirect.what, notComparable] + former,
          help: [
            "accept this only if the service moved, or the credential is a new one",
            "run diff where one of the keys is available",
          ]))
    }
    return Finding(
      .redirect, name,
      Diagnostic(
        .redirected, "unchanged secrets of `\(name)`\(place) would be sent to \(whereTo)",
        severity: .warning, at: redirect.location, notes: [redirect.redirect.what] + former,
        help: [
          "accept this only if the service moved; plan and apply then need: --allow-redirect"
            + " \(shellWord(name.rawValue))"
        ]))
  }
}

extension Redirect {
  fileprivate var whereTo: String {
    let hosts = destinations.map(\.summary)
    let app = app.map { ["the service of app `\($0)`"] } ?? []
    return (hosts + app).joined(separator: ", ")
  }

  fileprivate var what: String {
    let fields = secrets.map { "`\($0)`" } + (includesTokens ? ["tokens"] : [])
    return "secrets: \(fields.joined(separator: ", "))"
  }
}

extension Destination {
  fileprivate var summary: String {
    sealedField.map { "where the sealed value of `\($0)` says" } ?? "`\(rawValue)`"
  }
}
