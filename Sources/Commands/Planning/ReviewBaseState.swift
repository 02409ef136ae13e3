import Diagnostics

/// The commit that a change is reviewed against, as far as it can be read.
enum ReviewBaseState: Sendable {
  /// Nothing names a commit.
  case none
  /// One is named, and it is not in this clone, or its project file has errors.
  case unreadable(Failure)
  case base(ReviewBase)

  var base: ReviewBase? {
    switch self {
    case .none, .unreadable: nil
    case .base(let base): base
    }
  }

  /// Why there is no base although one is named.
  var fault: Diagnostic? {
    switch self {
    case .none, .base: nil
    case .unreadable(let failure): failure.diagnostics.first
    }
  }

  /// What names of keys are compared with.
  var keys: KeyDirectory.Base {
    switch self {
    case .none: .none
    case .unreadable: .unreadable
    case .base(let base): .files(base.files)
    }
  }
}
