# For `plan`: sees which connections exist and what was applied, and cannot read a value.
path "secret/metadata/vaultctl/*" {
  capabilities = ["list", "read"]
}
path "secret/detailed-metadata/vaultctl/*" {
  capabilities = ["list"]
}

# What vaultctl keeps for itself: digests and a key that is itself sealed; never a value.
path "secret/data/vaultctl-state/*" {
  capabilities = ["read"]
}

# When tokens expire and what was granted. The tokens are data, which this policy does not let you read.
path "secret/metadata/vaultctl-tokens/*" {
  capabilities = ["list", "read"]
}
path "secret/detailed-metadata/vaultctl-tokens/*" {
  capabilities = ["list"]
}

# Whether it may read the data of a connection that others changed; the default policy allows this, too.
path "sys/capabilities-self" {
  capabilities = ["update"]
}
