package import Diagnostics

/// How Terraform gives up connections that are declared here now, without destroying them: a command for each
/// instance, or `removed` blocks (Terraform 1.7), which are for whole resources.
package struct TerraformRelease: Sendable {
  private let taken: [TerraformAddress]
  /// Resources that have another instance, which was not taken.
  private let others: Set<String>

  /// - Parameters:
  ///   - taken: addresses of imported instances.
  ///   - all: addresses of all instances.
  package init(taken: [String], all: [String]) {
    self.taken = taken.map { TerraformAddress($0) }
    others = Set(
      Set(all).subtracting(taken).map { TerraformAddress($0).configuration })
  }

  package var text: TerminalText {
    var text: TerminalText =
      "Terraform still manages these; take them out of its state, without destroying them:\n"
    for address in taken { text += "  terraform state rm \(shellWord(address.text))\n" }
    let whole = Set(taken.filter(\.isOrdinary).map(\.configuration)).subtracting(others).sorted()
    if whole.isEmpty { return text }
    text += "or replace their `resource` blocks with:\n"
    for resource in whole {
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
}
