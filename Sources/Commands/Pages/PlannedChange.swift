import FileChanges

/// A change of manifests that was asked for on a page, and not made yet.
struct PlannedChange {
  /// As the environment sees it that was looked at.
  let workspace: Workspace
  let changes: [FileChange]
  /// For the commit.
  let title: String
  /// The connections that a plan is shown of.
  let names: Set<String>
  /// Whether the plan is one that deletes.
  var prunes = false
}
