import ArgumentParser
package import Manifests
import Model
package import Planning

/// What `plan` and `apply` both take.
package struct PlanOptions: ParsableArguments {
  @Flag(help: "Also delete connections that vaultctl made and no manifest declares any more.")
  var prune = false

  @Flag(help: "Take over connections that are in the store already.")
  var adopt = false

  @Option(name: .customLong("target"), help: "Only this connection; may be given again.")
  var targets: [String] = []

  @Flag(help: "Do not read the flows that the store's backend has.")
  var noFlows = false

  @Option(
    help: ArgumentHelp(
      "Findings that fail the run, by commas, beside the project's policy.",
      valueName: "findings"))
  var failOn: String?

  package init() {}

  package func planning() throws -> PlanningOptions {
    let names = try targets.isEmpty ? nil : Set(targets.map { try ConnectionName(argument: $0) })
    return PlanningOptions(prunes: prune, adopts: adopt, targets: names)
  }

  package func policy(of project: Project) throws -> FailOnPolicy {
    try FailOnPolicy(project.failOn, option: failOn)
  }
}
