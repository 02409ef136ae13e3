import Encodings

/// The address of a resource's instance in Terraform: `module.a["x"].auth0_flow_vault_connection.crm[0]`.
package struct TerraformAddress: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// The address without the keys of instances, as a `removed` block names it.
  package var configuration: String {
    var kept = String.UnicodeScalarView()
    var (isInKey, isQuoted, isEscaped) = (false, false, false)
    for scalar in text.unicodeScalars {
      if isInKey {
        if isQuoted {
          if isEscaped {
            isEscaped = false
          } else if scalar == "\\" {
            isEscaped = true
          } else if scalar == "\"" {
            isQuoted = false
          }
        } else if scalar == "\"" {
          isQuoted = true
        } else if scalar == "]" {
          isInKey = false
        }
      } else if scalar == "[" {
        isInKey = true
      } else {
        kept.append(scalar)
      }
    }
    return String(kept)
  }

  /// Whether it is made of names and dots alone, without its keys: only then it can be a part of a
  /// configuration.
  package var isOrdinary: Bool {
    let parts = configuration.split(separator: ".", omittingEmptySubsequences: false)
    return parts.allSatisfy { part in
      !part.isEmpty
        && part.unicodeScalars.allSatisfy {
          $0.isASCIIAlphanumeric || $0 == "_" || $0 == "-"
        }
    }
  }
}
