import ArgumentParser
import Model
import Planning

/// What `plan` and `apply` both take.
struct PlanOptions: ParsableArguments {
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

  func planning() throws -> PlanningOptions {
    var names: Set<ConnectionName>?
    for target in targets {
      guard let name = ConnectionName(target) else {
        throw ValidationError("`\(target)` is not a connection's name")
      }
      names = (names ?? []).union([name])
    }
    return PlanningOptions(prunes: prune, adopts: adopt, targets: names)
  }

  func failingKinds(_ policy: Set<FindingKind>) throws -> Set<FindingKind> {
    policy.union(try FindingKind.named(failOn))
  }
}
