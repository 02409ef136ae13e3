package import Manifests

extension Scaffold {
  /// A name, with a number appended if it is taken: `name`, `name-2`, `name-3`.
  package static func unusedName(_ name: String, isTaken: (String) -> Bool) -> String {
    var text = name
    var number = 2
    while isTaken(text) {
      text = "\(name)-\(number)"
      number += 1
    }
    return text
  }
}
