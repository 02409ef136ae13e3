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

  @Option(
    name: .customLong("target"),
    help: ArgumentHelp(
      "Limit to this connection, or to those that match a glob such as 'prod-*'; repeatable.",
      valueName: "name"), completion: .connections)
  var targets: [String] = []

  @Option(
    name: .customLong("exclude"),
    help: ArgumentHelp(
      "Leave out this connection, or those that match; repeatable.", valueName: "name"),
    completion: .connections)
  var exclusions: [String] = []

  @Option(
    name: .customLong("allow-redirect"),
    help: ArgumentHelp(
      "Allow unchanged secrets of this connection to go to a new host; repeatable.",
      valueName: "name"), completion: .connections)
  var allowedRedirects: [String] = []

  @Flag(help: "Do not read flows from the store's backend.")
  var noFlows = false

  @Option(
    help: ArgumentHelp(
      "Comma-separated findings that fail the run, in addition to the project's policy.",
      valueName: "findings"), completion: .findings(of: .plan))
  var failOn: String?

  package init() {}

  /// - Parameters:
  ///   - names: connections beside those of `--target`.
  ///   - destroys: everything that was applied is deleted.
  package func planning(
    names: [String] = [], destroys: Bool = false
  ) throws -> PlanningOptions {
    let included = targets + names
    for name in included + exclusions { _ = try ConnectionName(argument: name) }
    return PlanningOptions(
      prunes: prune, adopts: adopt,
      allowedRedirects: Set(try allowedRedirects.map { try ConnectionName(argument: $0) }),
      selection: ConnectionSelection(included: included, excluded: exclusions),
      destroys: destroys)
  }

  package func policy(of project: Project) throws -> FailOnPolicy {
    try FailOnPolicy(project.failOn.union([.redirect]), option: failOn, of: .plan)
  }
}
