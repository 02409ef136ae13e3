/// Gives names that are not used yet: the second `a` is `a_2`.
package struct UniqueNames {
  private let separator: String
  private var taken: Set<String> = []
  /// The last number of each name, so that many equal ones take linear time.
  private var numbers: [String: Int] = [:]

  package init(separator: String = "_") { self.separator = separator }

  /// - Parameter isTaken: whether a name is used elsewhere.
  package mutating func name(
    for wanted: String, isTaken: (String) -> Bool = { _ in false }
  ) -> String {
    var name = wanted
    while isTaken(name) || !taken.insert(name).inserted {
      let number = numbers[wanted, default: 1] + 1
      numbers[wanted] = number
      name = "\(wanted)\(separator)\(number)"
    }
    return name
  }
}
