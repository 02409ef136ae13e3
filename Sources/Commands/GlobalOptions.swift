import ArgumentParser

/// Options of every command.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .customLong("project")],
    help: "Project folder (default: the nearest parent folder with a vaultctl.yaml).",
    completion: .directory)
  var project: String?

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("Environment, as declared in the project file.", valueName: "name"))
  var environment: String?

  @Option(
    name: .customLong("trust-ref"),
    help: ArgumentHelp(
      "Trust the settings of this revision's vaultctl.yaml: a full ref or commit id.",
      valueName: "ref"))
  var trustRef: String?

  @Option(name: .customLong("color"), help: "Use color: auto, always or never.")
  var colour: ColourChoice = .auto

  @Flag(help: "Never prompt, and never let gpg ask for a passphrase.")
  var batch = false

  @Flag(
    name: .shortAndLong,
    help:
      "Log server requests to stderr; -vv adds git calls and headers, -vvv the shape of bodies; never a value."
  )
  var verbose: Int

  func validate() throws {
    guard let trustRef, !trustRef.hasPrefix("refs/"),
      ![40, 64].contains(trustRef.utf8.count) || !trustRef.allSatisfy(\.isHexDigit)
    else { return }
    throw ValidationError(
      "--trust-ref needs a full ref or commit id, because a tag may have the same short name:"
        + " refs/remotes/origin/main")
  }

  var namesAllEnvironments: Bool { environment == "all" }

  var console: Console { Console(colour: colour, verbosity: verbose, isBatch: batch) }
}
