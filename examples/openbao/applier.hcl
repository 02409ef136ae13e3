# Applies: writes connections with what was applied beside them.
path "secret/metadata/vaultctl/*" {
  capabilities = ["list", "read", "create", "update", "patch", "delete"]
}
path "secret/data/vaultctl/*" {
  capabilities = ["create", "update", "read", "delete"]
}

# What vaultctl keeps for itself: the lock, the journal, records too large to stand beside.
path "secret/metadata/vaultctl-vaultctl/*" {
  capabilities = ["list", "read", "create", "update", "patch", "delete"]
}
path "secret/data/vaultctl-vaultctl/*" {
  capabilities = ["create", "update", "read", "delete"]
}
