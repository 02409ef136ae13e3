import ArgumentParser
import Diagnostics

/// Options of every command; they may come before it, too (`ArgumentOrder`).
struct GlobalOptions: ParsableArguments {
  /// The environment variables that stand for options which are not given.
  static var projectVariable: String? {
    InheritedEnvironment.variables.nonEmpty("VAULTCTL_PROJECT")
  }
  static var environmentVariable: String? {
    InheritedEnvironment.variables.nonEmpty("VAULTCTL_ENV")
  }

  /// What has to be before a proposed command that is about no environment.
  static var withoutEnvironment: String {
    environmentVariable == nil ? "" : "VAULTCTL_ENV= "
  }

  @Option(
    name: [.customShort("C"), .customLong("project")],
    help: "Project folder (default: the nearest parent folder with a vaultctl.yaml).",
    completion: .directory)
  var projectOption: String?

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("Environment, as declared in the project file.", valueName: "name"),
    completion: .environments)
  var environmentOption: String?

  @Option(
    name: .customLong("trust-ref"),
    help: ArgumentHelp(
      "Trust the settings of this revision's vaultctl.yaml: a full ref or commit id.",
      valueName: "ref"))
  var trustRef: String?

  @Option(
    name: .customLong("color"),
    help: ArgumentHelp("Use color: auto, always or never (default: auto).", valueName: "when"))
  var colourOption: ColourChoice?

  @Flag(
    name: .shortAndLong, help: "Leave out notes and progress; results, warnings and errors stay.")
  var quiet = false

  @Flag(help: "Never prompt, and never let gpg ask for a passphrase.")
  var batch = false

  @Flag(
    name: .shortAndLong,
    help:
      "Log server requests to stderr; -vv adds git calls and headers, -vvv the shape of bodies; never a value."
  )
  var verbose: Int

  /// Also set by VAULTCTL_PROJECT.
  var project: String? { projectOption ?? Self.projectVariable }
  /// Also set by VAULTCTL_ENV.
  var environment: String? { environmentOption ?? Self.environmentVariable }

  func validate() throws {
    _ = try ColourChoice.chosen(colourOption, InheritedEnvironment.variables)
    guard let trustRef, !trustRef.hasPrefix("refs/"),
      ![40, 64].contains(trustRef.utf8.count) || !trustRef.allSatisfy(\.isHexDigit)
    else { return }
    throw ValidationError(
      "--trust-ref needs a full ref or commit id, because a tag may have the same short name:"
        + " refs/remotes/origin/main")
  }

  var namesAllEnvironments: Bool { environment == "all" }

  var console: Console {
    Console(
      colour: colourOption ?? .ofEnvironment, verbosity: verbose, isBatch: batch, isQuiet: quiet
    ).inScope(environment.map { EnvironmentScope($0) })
  }
}
