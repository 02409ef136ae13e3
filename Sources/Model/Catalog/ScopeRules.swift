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
  /// The parameter of an authorization request for scopes that the service may leave out; `nil` if it has
  /// none.
  package var optionalParameter: String?
  /// The parameter for scopes of a token of the person's own, and the member of the response that holds
  /// that token with its scopes; `nil` if the service issues none.
  package var user: UserScopes?

  package struct UserScopes: Hashable, Sendable {
    package let parameter: String
    package let member: String

    package init(parameter: String, member: String) {
      self.parameter = parameter
      self.member = member
    }
  }

  package init(
    separator: String = " ", isSent: Bool = true, grantedMember: String = "scope",
    aliases: [Scope: Scope] = [:], implied: [Scope: Set<Scope>] = [:],
    optionalParameter: String? = nil, user: UserScopes? = nil
  ) {
    self.optionalParameter = optionalParameter
    self.user = user
    self.separator = separator
    self.isSent = isSent
    self.grantedMember = grantedMember
    self.aliases = aliases
    self.implied = implied
  }

  private var optional: MarkedScopes? {
    optionalParameter.map { MarkedScopes(.optional, parameter: $0) }
  }

  package var ofUser: MarkedScopes? {
    user.map { MarkedScopes(.user, parameter: $0.parameter) }
  }

  /// The parameters of an authorization request, and the scopes that each names.
  package func parameters(_ scopes: Set<Scope>) -> [(name: String, scopes: Set<Scope>)] {
    guard isSent else { return [] }
    var rest = scopes
    var marked: [(name: String, scopes: Set<Scope>)] = []
    for marks in [optional, ofUser].compactMap(\.self) {
      let own = rest.filter { marks.unmarked($0) != nil }
      rest.subtract(own)
      marked.append((marks.parameter, Set(own.compactMap(marks.unmarked))))
    }
    return ([("scope", rest)] + marked).filter { !$0.scopes.isEmpty }
  }

  /// Whether the scopes belong to two tokens, of which a connection holds one.
  package func areOfTwoTokens(_ scopes: Set<Scope>) -> Bool {
    guard let ofUser else { return false }
    let own = scopes.filter { ofUser.unmarked($0) != nil }
    return !own.isEmpty && own != scopes
  }

  /// The scopes that a response grants by naming none (RFC 6749 section 5.1).
  package func granted(asRequested scopes: Set<Scope>) -> Set<Scope> {
    Set(scopes.map { optional?.unmarked($0) ?? $0 })
  }

  /// The scopes in `wanted` that the grant does not include and should, sorted.
  package func missing(_ wanted: Set<Scope>, from granted: Set<Scope>) -> [Scope] {
    let given = closure(granted)
    return wanted.filter { optional?.unmarked($0) == nil && !given.contains(canonical($0)) }
      .sorted()
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
    var current = optional?.unmarked(scope) ?? scope
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
