import Model

func json(_ value: some Encodable) -> MachineText {
  guard let text = try? canonicalJSON(value, isPretty: true) else {
    preconditionFailure("texts, numbers and lists can always be written as JSON")
  }
  return MachineText(json: text + "\n")
}
