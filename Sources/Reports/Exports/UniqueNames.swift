/// Gives names that are not used yet: the second `a` is `a_2`.
struct UniqueNames {
  private let separator: String
  private var taken: Set<String> = []
  /// The last number of each name, so that many equal ones take linear time.
  private var numbers: [String: Int] = [:]

  init(separator: String = "_") { self.separator = separator }

  mutating func name(for wanted: String) -> String {
    var name = wanted
    while !taken.insert(name).inserted {
      let number = numbers[wanted, default: 1] + 1
      numbers[wanted] = number
      name = "\(wanted)\(separator)\(number)"
    }
    return name
  }
}
