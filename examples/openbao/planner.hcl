# Plans: sees which connections there are and what was applied, and cannot read a value.
path "secret/metadata/vaultctl/*" {
  capabilities = ["list", "read"]
}

# What vaultctl keeps for itself: digests, never a value.
path "secret/metadata/vaultctl-vaultctl/*" {
  capabilities = ["list", "read"]
}
path "secret/data/vaultctl-vaultctl/*" {
  capabilities = ["read"]
}
