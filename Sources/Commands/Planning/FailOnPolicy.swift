import ArgumentParser
import Diagnostics
import Manifests
import Model

extension FindingKind {
  /// What `--fail-on` says: names, by commas.
  static func named(_ text: String?) throws -> Set<FindingKind> {
    let words = (text ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    return Set(
      try words.map { word in
        if let kind = FindingKind(rawValue: word) { return kind }
        let known = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--fail-on knows no `\(word)`; it knows: \(known)")
      })
  }
}

extension [Finding] {
  /// What the policy does not allow; `nil` where there is none of it.
  func violation(of failing: Set<FindingKind>) -> Diagnostic? {
    let found = Set(map(\.kind)).intersection(failing).map(\.rawValue).sorted()
    if found.isEmpty { return nil }
    return Diagnostic(
      .policyViolated, "the policy does not allow: \(found.joined(separator: ", "))",
      notes: ["it is `policy.failOn` of \(Project.fileName), or `--fail-on`"],
      help: ["mend what the findings above say, or take the word off the list"])
  }
}
