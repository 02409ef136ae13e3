import ArgumentParser
package import Manifests
import Model
package import Planning

/// Options of both `plan` and `apply`.
package struct PlanOptions: ParsableArguments {
  @Flag(help: "Also delete connections that vaultctl created and no manifest declares any more.")
  var prune = false

  @Flag(help: "Take over declared connections that already exist in the store.")
  var adopt = false

  @Option(name: .customLong("target"), help: "Limit to this connection; repeatable.")
  var targets: [String] = []

  @Option(
    name: .customLong("allow-redirect"),
    help: ArgumentHelp(
      "Allow unchanged secrets of this connection to go to a new host; repeatable.",
      valueName: "name"))
  var allowedRedirects: [String] = []

  @Flag(help: "Do not read flows from the store's backend.")
  var noFlows = false

  @Option(
    help: ArgumentHelp(
      "Comma-separated findings that fail the run, in addition to the project's policy.",
      valueName: "findings"))
  var failOn: String?

  package init() {}

  package func planning() throws -> PlanningOptions {
    let names = try targets.isEmpty ? nil : Set(targets.map { try ConnectionName(argument: $0) })
    return PlanningOptions(
      prunes: prune, adopts: adopt,
      allowedRedirects: Set(try allowedRedirects.map { try ConnectionName(argument: $0) }),
      targets: names)
  }

  package func policy(of project: Project) throws -> FailOnPolicy {
    try FailOnPolicy(project.failOn.union([.redirect]), option: failOn, of: .plan)
  }
}
