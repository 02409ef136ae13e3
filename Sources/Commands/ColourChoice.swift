import ArgumentParser

/// When output is coloured.
enum ColourChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never

  static let variable = "VAULTCTL_COLOR"

  /// The choice of an option, else that of the environment.
  ///
  /// - Throws: for a word that the variable cannot have.
  static func chosen(_ option: ColourChoice?, _ environment: [String: String]) throws -> Self {
    if let option { return option }
    guard let text = environment.nonEmpty(variable) else { return .auto }
    guard let choice = ColourChoice(rawValue: text) else {
      throw ValidationError("\(variable) must be auto, always or never")
    }
    return choice
  }

  /// Before options are known; a word that the variable cannot have counts as none.
  static var ofEnvironment: Self {
    (try? chosen(nil, InheritedEnvironment.variables)) ?? .auto
  }

  /// Whether a stream is coloured.
  ///
  /// The variables that other programs honour decide for `auto`: NO_COLOR (https://no-color.org), which
  /// must not be empty, then CLICOLOR_FORCE and CLICOLOR (https://bixense.com/clicolors), then a terminal
  /// that knows no colours.
  func isOn(isTerminal: Bool, _ environment: [String: String]) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return false }
      if environment["CLICOLOR_FORCE"].map({ !["", "0"].contains($0) }) ?? false { return true }
      return isTerminal && environment["TERM"] != "dumb" && environment["CLICOLOR"] != "0"
    }
  }
}
