#pragma once

// Handles are opaque types, and nothing that libcurl deprecated is declared.
#define CURL_NO_OLDIES
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Swift cannot call variadic functions. Each of these calls one with an argument of a single type;
// `function` is the address that dlsym(3) found.

static inline CURLcode vaultctl_easy_setopt_long(
    const void *function, CURL *handle, CURLoption option, long value) {
  return ((__typeof__(curl_easy_setopt) *)function)(handle, option, value);
}

static inline CURLcode vaultctl_easy_setopt_pointer(
    const void *function, CURL *handle, CURLoption option, const void *value) {
  return ((__typeof__(curl_easy_setopt) *)function)(handle, option, value);
}

static inline CURLcode vaultctl_easy_setopt_write(
    const void *function, CURL *handle, CURLoption option, curl_write_callback value) {
  return ((__typeof__(curl_easy_setopt) *)function)(handle, option, value);
}

static inline CURLcode vaultctl_easy_setopt_prereq(
    const void *function, CURL *handle, curl_prereq_callback value) {
  return ((__typeof__(curl_easy_setopt) *)function)(handle, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode vaultctl_easy_setopt_opensocket(
    const void *function, CURL *handle, curl_opensocket_callback value) {
  return ((__typeof__(curl_easy_setopt) *)function)(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode vaultctl_easy_getinfo_long(
    const void *function, CURL *handle, CURLINFO info, long *value) {
  return ((__typeof__(curl_easy_getinfo) *)function)(handle, info, value);
}

static inline CURLMcode vaultctl_multi_setopt_long(
    const void *function, CURLM *handle, CURLMoption option, long value) {
  return ((__typeof__(curl_multi_setopt) *)function)(handle, option, value);
}

// The result of a finished transfer is in a union.
static inline CURLcode vaultctl_result(const CURLMsg *message) { return message->data.result; }

// glibc declares it only with _GNU_SOURCE, which the compiler's own module does not set.
int memfd_create(const char *name, unsigned int flags);
