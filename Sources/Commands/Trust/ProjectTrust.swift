import Diagnostics

/// Whether a project's store may be opened and its services called.
enum ProjectTrust: Sendable {
  case granted
  case refused(Diagnostic)
}
