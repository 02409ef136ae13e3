/// How a service spells scopes, and which of them are the same.
package struct ScopeRules: Hashable, Sendable {
  /// The separator in a request.
  package var separator: String
  /// Whether a request names them at all; some services take them from the client's registration.
  package var isSent: Bool
  /// The member of a response that has the granted scopes, maybe nested (`authed_user.scope`).
  package var grantedMember: String
  /// Other spellings of a scope: `chat:write:bot` is `chat:write`.
  package var aliases: [Scope: Scope]
  /// The scopes that a scope directly includes.
  package var implied: [Scope: Set<Scope>]

  package init(
    separator: String = " ", isSent: Bool = true, grantedMember: String = "scope",
    aliases: [Scope: Scope] = [:], implied: [Scope: Set<Scope>] = [:]
  ) {
    self.separator = separator
    self.isSent = isSent
    self.grantedMember = grantedMember
    self.aliases = aliases
    self.implied = implied
  }

  /// The scopes in `wanted` that the grant does not include, sorted.
  package func missing(_ wanted: Set<Scope>, from granted: Set<Scope>) -> [Scope] {
    let given = closure(granted)
    return wanted.filter { !given.contains(canonical($0)) }.sorted()
  }

  /// The granted scopes that are neither declared nor included in a declared one, sorted.
  package func extra(_ granted: Set<Scope>, beyond declared: Set<Scope>) -> [Scope] {
    missing(granted, from: declared)
  }

  /// Whether two sets request the same, under any names.
  package func areSame(_ left: Set<Scope>, _ right: Set<Scope>) -> Bool {
    Set(left.map(canonical)) == Set(right.map(canonical))
  }

  /// The one spelling that represents all aliases; in a cycle of aliases, the first by its bytes.
  private func canonical(_ scope: Scope) -> Scope {
    var seen: Set<Scope> = []
    var current = scope
    while let next = aliases[current], seen.insert(current).inserted { current = next }
    guard seen.contains(current) else { return current }
    var least = current
    var next = aliases[current] ?? current
    while next != current {
      least = min(least, next)
      next = aliases[next] ?? current
    }
    return least
  }

  /// Everything that a grant includes, in canonical spelling.
  private func closure(_ scopes: Set<Scope>) -> Set<Scope> {
    let implied = Dictionary(implied.map { (canonical($0.key), $0.value) }) { $0.union($1) }
    var reached: Set<Scope> = []
    var waiting = scopes.map(canonical)
    while let scope = waiting.popLast() {
      guard reached.insert(scope).inserted else { continue }
      waiting += (implied[scope] ?? []).map(canonical)
    }
    return reached
  }
}
