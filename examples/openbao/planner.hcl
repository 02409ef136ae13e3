# Plans: sees which connections there are and what was applied, and cannot read a value.
path "secret/metadata/vaultctl/*" {
  capabilities = ["list", "read"]
}
path "secret/detailed-metadata/vaultctl/*" {
  capabilities = ["list"]
}

# What vaultctl keeps for itself: digests and a key that is itself sealed, never a value.
path "secret/data/vaultctl-state/*" {
  capabilities = ["read"]
}

# When tokens end and what was granted; the tokens are data, and stay unread.
path "secret/metadata/vaultctl-tokens/*" {
  capabilities = ["list", "read"]
}
path "secret/detailed-metadata/vaultctl-tokens/*" {
  capabilities = ["list"]
}
