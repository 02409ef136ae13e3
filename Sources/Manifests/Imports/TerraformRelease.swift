package import Diagnostics

/// How Terraform gives up connections that were taken over, without destroying them: a command for each
/// instance, or `removed` blocks (Terraform 1.7), which are for whole resources.
///
/// Terraform creates again what its configuration has and its state has not, and destroys what only the state
/// has. So the blocks of a resource go together with its instances, in all states at once: none is released
/// before all of them are taken over.
package struct TerraformRelease: Sendable {
  /// An instance in a state. The states of several workspaces have the same addresses.
  package struct Instance: Hashable, Sendable {
    /// The file.
    let state: String
    let address: TerraformAddress

    package init(state: String, address: String) {
      self.state = state
      self.address = TerraformAddress(address)
    }
  }

  private let released: [Instance]
  private let unfinished: [Instance]

  /// - Parameters:
  ///   - imported: what has a manifest now.
  ///   - taken: what of it was imported as a whole and is recorded as applied.
  ///   - all: what the states have.
  package init(imported: [Instance], taken: Set<Instance>, all: [Instance]) {
    let others = Set(Set(all).subtracting(taken).map(\.address.configuration))
    func isReleased(_ instance: Instance) -> Bool {
      taken.contains(instance) && !others.contains(instance.address.configuration)
    }
    released = imported.filter(isReleased)
    unfinished = imported.filter { !isReleased($0) }
  }

  package var text: TerminalText {
    var text: TerminalText = ""
    if !released.isEmpty {
      text += """
        Terraform still manages these. Before its next apply, remove their `resource` blocks from its \
        configuration, then take them out of its state, which destroys nothing:

        """
      text += Self.list(released) { "terraform state rm \(shellWord($0.address.text))" }
      text += blocks
    }
    if !unfinished.isEmpty {
      text += """
        These are still Terraform's: keep their `resource` blocks until all instances of each are taken over \
        (vaultctl plan --adopt). Then remove the blocks, and take them out of its state (terraform state rm):

        """
      text += Self.list(unfinished) { TerminalText($0.address.text) }
    }
    return text
  }

  private var blocks: TerminalText {
    let resources = Set(released.map(\.address).filter(\.isOrdinary).map(\.configuration)).sorted()
    if resources.isEmpty { return "" }
    var text: TerminalText = "or, with Terraform 1.7 or newer, replace the blocks with:\n"
    for resource in resources {
      text += """
          removed {
            from = \(resource)
            lifecycle {
              destroy = false
            }
          }

        """
    }
    return text
  }

  /// What to do with connections whose tenant is not the project's store: nothing was taken over there.
  package static func kept(_ imported: [Instance]) -> TerminalText {
    let text: TerminalText = """
      Terraform still manages these in its tenant, which is not this project's store: what vaultctl applies \
      changes nothing there. Keep their `resource` blocks as long as the tenant needs them:

      """
    return text + list(imported) { TerminalText($0.address.text) }
  }

  /// A line for each, indented, after the name of its state if there are several.
  private static func list(
    _ instances: [Instance], _ line: (Instance) -> TerminalText
  ) -> TerminalText {
    let states = Set(instances.map(\.state)).sorted()
    var text: TerminalText = ""
    for state in states {
      if states.count > 1 { text += "  # \(state)\n" }
      for instance in instances where instance.state == state {
        text += "  \(line(instance))\n"
      }
    }
    return text
  }
}
