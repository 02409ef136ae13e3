import Model

/// On one line.
func jsonLine(_ value: some Encodable) -> MachineText { json(value, isPretty: false) }

func json(_ value: some Encodable, isPretty: Bool = true) -> MachineText {
  guard let text = try? canonicalJSON(value, isPretty: isPretty) else {
    preconditionFailure("texts, numbers and lists can always be written as JSON")
  }
  return MachineText(json: text + "\n")
}
