/// Something in a source that belongs to no connection, or a path of a mapping that the source does not have.
package struct UnreadPart: Hashable, Sendable {
  /// Where it is, for people.
  package let origin: String
  package let reason: String

  init(_ origin: String, _ reason: String) { (self.origin, self.reason) = (origin, reason) }

  static func noValue(at path: String) -> UnreadPart {
    UnreadPart("`\(path)`", "the source has no value at this path")
  }

  static func noText(at path: String) -> UnreadPart {
    UnreadPart("`\(path)`", "its value is not a text")
  }

  static func noNameOrApp(_ origin: String) -> UnreadPart {
    UnreadPart(origin, "it has no `name` or no `app_id`")
  }

  /// Of Terraform.
  static func deposed(_ origin: String) -> UnreadPart {
    UnreadPart(origin, "it was replaced, and the next `terraform apply` destroys it")
  }

  static func noConnection(_ origin: String) -> UnreadPart {
    UnreadPart(origin, "its keys do not show which connection it belongs to")
  }
}
