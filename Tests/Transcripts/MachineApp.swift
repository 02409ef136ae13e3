/// `apps:` with one app, whose tokens need no person (client credentials).
///
/// - Parameter oauth: its `oauth:`: a mapping in braces, or lines that are indented by six spaces.
func machineApp(oauth: String) -> String {
  """
  apps:
    machine:
      setups:
        - type: oauth
          grant: client_credentials
          fields:
            - {name: client_id, required: true, secret: false}
            - {name: client_secret, required: true}
      oauth: \(oauth)
  """
}
