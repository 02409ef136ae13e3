#pragma once
#include <gcrypt.h>

/* gcry_control is variadic. */
static inline gcry_error_t gcrypt_disable_secure_memory(void) {
  return gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
}
static inline gcry_error_t gcrypt_finish_initialization(void) {
  return gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}
