import Diagnostics

/// Colours of a terminal (ECMA-48), or none.
package struct Palette: Hashable, Sendable {
  package let isOn: Bool
  package init(isOn: Bool) { self.isOn = isOn }

  func bold(_ text: String) -> String { styled(text, "1") }
  func red(_ text: String) -> String { styled(text, "31") }
  func green(_ text: String) -> String { styled(text, "32") }
  func yellow(_ text: String) -> String { styled(text, "33") }
  func blue(_ text: String) -> String { styled(text, "34") }
  /// Of the 256 colours: what flags an empty connection.
  func orange(_ text: String) -> String { styled(text, "38;5;208") }

  func coloured(_ mark: DetailLine.Mark) -> String {
    switch mark {
    case .added: green("+")
    case .changed: yellow("~")
    case .removed: red("-")
    }
  }

  private func styled(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// A text of somebody else's as one line that a terminal cannot be misled by.
func shown(_ text: String) -> String {
  text.unicodeScalars.reduce(into: "") { shown, scalar in
    if scalar.isShowable {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
}

func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// Rows of as many cells each as lines whose columns stand below one another.
func aligned(_ rows: [[String]]) -> [String] {
  let widths = (rows.first ?? []).indices.map { column in
    rows.map { $0[column].unicodeScalars.count }.max() ?? 0
  }
  return rows.map { cells in
    let padded = zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
    return String(padded.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }
}
