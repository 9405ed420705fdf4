/*
 * Two hashes: a fast one for tables in memory, and SHA-256 for what is stored and compared
 * (fingerprints, checksums).
 */
#ifndef AORTA_BASE_HASH_H
#define AORTA_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX_SIZE = 64 };

/* 64 bits by FNV-1a with a final mix; the same on every machine. Source: draft-eastlake-fnv. */
uint64_t hash_bytes(const void *data, size_t size);

/* 64 bits, eight bytes a step: several times as fast, for long texts whose hash nobody keeps. It is
 * another one on machines of the other byte order. */
uint64_t hash_words(const void *data, size_t size);

/* Mixes 64 bits into 64 well spread ones (the finalizer of splitmix64, Steele et al. 2014). */
uint64_t hash_mix(uint64_t x);

/* SHA-256 (FIPS 180-4) of several parts, each preceded by its size, so that ("ab", "c") and
 * ("a", "bc") differ. hex gets 64 lower-case digits and a NUL. */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *hash, const void *data, size_t size);
void hash_add_str(struct hash *hash, const char *text);
void hash_finish(struct hash *hash, char hex[HASH_HEX_SIZE + 1]); /* frees it */

#endif
