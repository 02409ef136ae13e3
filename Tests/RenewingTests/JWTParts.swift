import Foundation
import Testing

/// One of the three parts of a signed JWT (RFC 7515 section 7.1).
func part(_ jwt: String, _ index: Int) throws -> [String: Any] {
  let parts = jwt.split(separator: ".").map(String.init)
  try #require(parts.count == 3)
  return try #require(
    try JSONSerialization.jsonObject(with: data(parts[index])) as? [String: Any])
}

func data(_ base64URL: String) throws -> Data {
  var text = base64URL.replacingOccurrences(of: "-", with: "+")
    .replacingOccurrences(of: "_", with: "/")
  while text.count % 4 != 0 { text += "=" }
  return try #require(Data(base64Encoded: text))
}
