import Model

/// On one line.
func jsonLine(_ value: some Encodable) -> MachineText { json(value, isPretty: false) }

func json(_ value: some Encodable, isPretty: Bool = true) -> MachineText {
  MachineText(json: canonicalText(value, isPretty: isPretty) + "\n")
}
