import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .customLong("project")],
    help: "The project's folder (default: the nearest one above that has a vaultctl.yaml).",
    completion: .directory)
  var project: String?

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("The environment, of those in the project file.", valueName: "name"))
  var environment: String?

  @Option(name: .customLong("color"), help: "Colours: auto, always or never.")
  var colour: ColourChoice = .auto

  @Flag(
    name: .shortAndLong,
    help:
      "Tell on stderr what is asked of servers and of git; -vv and -vvv tell more, never a value.")
  var verbose: Int

  var namesAllEnvironments: Bool { environment == "all" }

  var console: Console { Console(colour: colour, verbosity: verbose) }
}
