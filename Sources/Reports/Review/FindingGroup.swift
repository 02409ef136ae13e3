import Diagnostics
import Model

/// Findings that differ in nothing but their connection's name.
struct FindingGroup {
  let first: Finding
  private(set) var others: [ConnectionName] = []

  private init(_ finding: Finding) { first = finding }

  /// In the order of their first ones.
  static func grouped(_ findings: [Finding]) -> [FindingGroup] {
    var groups: [FindingGroup] = []
    var numbers: [[String]: Int] = [:]
    for finding in findings {
      guard let name = finding.connection else {
        groups.append(FindingGroup(finding))
        continue
      }
      let key = finding.texts(without: name)
      if let number = numbers[key] {
        groups[number].others.append(name)
      } else {
        numbers[key] = groups.count
        groups.append(FindingGroup(finding))
      }
    }
    return groups
  }
}

extension Finding {
  fileprivate func texts(without name: ConnectionName) -> [String] {
    ([diagnostic.code.rawValue, diagnostic.severity.rawValue, diagnostic.message]
      + diagnostic.notes + diagnostic.help).map {
        $0.replacing(name.rawValue, with: "\u{0}")
      }
  }
}
