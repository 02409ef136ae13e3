import Model

extension ProjectID {
  /// 100 random bits: no two projects ever get the same one.
  static func random() -> ProjectID {
    let digits = Array("0123456789abcdefghijklmnopqrstuv")
    let text = String((0..<20).compactMap { _ in digits.randomElement() })
    guard let id = ProjectID(text) else { preconditionFailure("a random id is malformed") }
    return id
  }
}
