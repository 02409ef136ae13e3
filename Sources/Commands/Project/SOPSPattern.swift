/// A regular expression of SOPS' rules (Go's RE2 syntax), matched in a time that grows with the text alone: a
/// file's rule is its author's, and a backtracking matcher could be kept busy for years.
///
/// Supported are letters, `.`, classes, groups, `|`, `* + ? {n,m}`, `^`, `$`, `\d \w \s` and `(?i)` at the
/// start, which is what rules are made of.
package struct SOPSPattern {
  fileprivate enum Step {
    case scalar(@Sendable (Unicode.Scalar) -> Bool)
    case start, end
    case fork(Int, Int)
    case match
  }

  private let steps: [Step]
  private static let maxSteps = 1_000

  /// `nil` for syntax that is not supported, and for a pattern that is too large.
  package init?(_ pattern: String) {
    var parser = Parser(pattern)
    guard let node = parser.pattern() else { return nil }
    var steps: [Step] = []
    guard Self.compile(node, into: &steps) else { return nil }
    self.steps = steps + [.match]
  }

  /// The most steps that one character of a text takes.
  package var stepCount: Int { steps.count }

  /// Whether it matches somewhere in a text.
  package func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var marks = [Int](repeating: -1, count: steps.count)
    var current: [Int] = []
    for position in 0...scalars.count {
      // Those that follow the previous character, and a match that begins here.
      var next: [Int] = []
      for step in current + [-1] {
        var waiting = [step + 1]
        while let index = waiting.popLast() {
          if marks[index] == position { continue }
          marks[index] = position
          switch steps[index] {
          case .match: return true
          case .fork(let one, let other): waiting += [other, one]
          case .start: if position == 0 { waiting.append(index + 1) }
          case .end: if position == scalars.count { waiting.append(index + 1) }
          case .scalar: next.append(index)
          }
        }
      }
      guard position < scalars.count else { return false }
      current = next.filter { index in
        if case .scalar(let fits) = steps[index] { fits(scalars[position]) } else { false }
      }
    }
    return false
  }

  // MARK: Compilation

  fileprivate indirect enum Node {
    case scalar(@Sendable (Unicode.Scalar) -> Bool)
    case start, end
    case sequence([Node])
    case choice([Node])
    /// - Parameter most: `nil`: without end.
    case repetition(Node, least: Int, most: Int?)
  }

  /// - Returns: whether there was room.
  private static func compile(_ node: Node, into steps: inout [Step]) -> Bool {
    if steps.count > maxSteps { return false }
    switch node {
    case .scalar(let fits): steps.append(.scalar(fits))
    case .start: steps.append(.start)
    case .end: steps.append(.end)
    case .sequence(let nodes):
      for node in nodes where !compile(node, into: &steps) { return false }
    case .choice(let nodes):
      var ends: [Int] = []
      for (number, node) in nodes.enumerated() {
        guard number < nodes.count - 1 else {
          return compile(node, into: &steps) && join(ends, &steps)
        }
        let fork = steps.count
        steps.append(.match)
        guard compile(node, into: &steps) else { return false }
        ends.append(steps.count)
        steps.append(.match)
        steps[fork] = .fork(fork + 1, steps.count)
      }
    case .repetition(let node, let least, let most):
      for _ in 0..<least {
        let count = steps.count
        guard compile(node, into: &steps) else { return false }
        // It matches the empty text alone, however often.
        if steps.count == count { break }
      }
      if let most {
        var forks: [Int] = []
        for _ in least..<max(least, most) {
          forks.append(steps.count)
          steps.append(.match)
          guard compile(node, into: &steps) else { return false }
        }
        for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
        return true
      }
      let fork = steps.count
      steps.append(.match)
      guard compile(node, into: &steps) else { return false }
      steps.append(.fork(fork, steps.count + 1))
      steps[fork] = .fork(fork + 1, steps.count)
    }
    return true
  }

  /// Each branch of a choice is followed by what comes after the last one.
  private static func join(_ ends: [Int], _ steps: inout [Step]) -> Bool {
    for end in ends { steps[end] = .fork(steps.count, steps.count) }
    return true
  }
}

private struct Parser {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var ignoresCase = false
  /// Of groups in each other.
  private var depth = 0

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    index += 1
    return true
  }

  /// The whole of it, `nil` if something is not supported.
  mutating func pattern() -> SOPSPattern.Node? {
    if scalars.starts(with: "(?i)".unicodeScalars) {
      ignoresCase = true
      index = 4
    }
    guard let node = choice(), index == scalars.count else { return nil }
    return node
  }

  private mutating func choice() -> SOPSPattern.Node? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else { return nil }
    var branches: [SOPSPattern.Node] = []
    repeat {
      var items: [SOPSPattern.Node] = []
      while let scalar = next, scalar != "|", scalar != ")" {
        guard let item = repeated() else { return nil }
        items.append(item)
      }
      branches.append(.sequence(items))
    } while take("|")
    return .choice(branches)
  }

  private mutating func repeated() -> SOPSPattern.Node? {
    guard let node = atom() else { return nil }
    var (least, most): (Int, Int?)
    switch next {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      guard let bounds = bounds() else { return nil }
      (least, most) = bounds
      index -= 1
    default: return node
    }
    index += 1
    // Whether it takes as few as possible does not matter here.
    _ = take("?")
    if let next, "*+?{".unicodeScalars.contains(next) { return nil }
    return .repetition(node, least: least, most: most)
  }

  private mutating func bounds() -> (Int, Int?)? {
    index += 1
    guard let least = number() else { return nil }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() ?? -1 }
    guard take("}"), (most ?? least) >= least else { return nil }
    return (least, most)
  }

  /// At most 1,000, as in RE2.
  private mutating func number() -> Int? {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar), digits.utf8.count < 4 {
      digits.unicodeScalars.append(scalar)
      index += 1
    }
    return Int(digits).flatMap { $0 <= 1_000 ? $0 : nil }
  }

  private mutating func atom() -> SOPSPattern.Node? {
    guard let scalar = next else { return nil }
    index += 1
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .scalar { $0 != "\n" }
    case "(":
      if take("?"), !take(":") { return nil }
      guard let node = choice(), take(")") else { return nil }
      return node
    case "[": return set()
    case "\\": return escape().map { .scalar($0) }
    case "*", "+", "?", "{", ")": return nil
    default: return .scalar(same(scalar))
    }
  }

  private typealias Test = @Sendable (Unicode.Scalar) -> Bool

  private func same(_ scalar: Unicode.Scalar) -> Test { inRange(scalar...scalar) }

  private func inRange(_ range: ClosedRange<Unicode.Scalar>) -> Test {
    guard ignoresCase else { return { range.contains($0) } }
    return { scalar in
      let properties = scalar.properties
      return [String(scalar), properties.lowercaseMapping, properties.uppercaseMapping].contains {
        text in text.unicodeScalars.count == 1 && text.unicodeScalars.allSatisfy(range.contains)
      }
    }
  }

  /// What follows a backslash.
  private mutating func escape() -> Test? {
    guard let scalar = next else { return nil }
    index += 1
    switch scalar {
    case "d": return { ("0"..."9").contains($0) }
    case "D": return { !("0"..."9").contains($0) }
    case "w": return { Self.isWord($0) }
    case "W": return { !Self.isWord($0) }
    case "s": return { "\t\n\u{0C}\r ".unicodeScalars.contains($0) }
    case "S": return { !"\t\n\u{0C}\r ".unicodeScalars.contains($0) }
    case "n": return { $0 == "\n" }
    case "t": return { $0 == "\t" }
    default:
      guard scalar.isASCII, !Self.isWord(scalar) else { return nil }
      return same(scalar)
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
      || ("A"..."Z").contains(scalar)
  }

  /// After `[`.
  private mutating func set() -> SOPSPattern.Node? {
    let isNegated = take("^")
    var tests: [Test] = []
    var isFirst = true
    while let scalar = next, isFirst || scalar != "]" {
      isFirst = false
      index += 1
      if scalar == "[", next == ":" { return nil }
      if scalar == "\\" {
        guard let test = escape() else { return nil }
        tests.append(test)
      } else if next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
        let last = scalars[index + 1]
        guard last >= scalar, last != "\\", last != "[" else { return nil }
        index += 2
        tests.append(inRange(scalar...last))
      } else {
        tests.append(same(scalar))
      }
    }
    guard take("]") else { return nil }
    return .scalar { [tests] scalar in tests.contains { $0(scalar) } != isNegated }
  }
}
