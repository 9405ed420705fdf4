#include "base/hash.h"

#include "base/alloc.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

uint64_t hash_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

uint64_t hash_bytes(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t hash = 0xcbf29ce484222325U;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    return hash_mix(hash);
}

/* Can be undone, so that texts which differ in one word only never have the same hash. */
static uint64_t add_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 32;
}

uint64_t hash_words(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t rest = size % sizeof(uint64_t);
    uint64_t hash = hash_mix(size), word;

    for (const unsigned char *end = bytes + size - rest; bytes < end; bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = add_word(hash, word);
    }
    word = 0;
    if (rest > 0)
        memcpy(&word, bytes, rest);
    return hash_mix(add_word(hash, word));
}

struct hash {
    EVP_MD_CTX *context;
};

struct hash *hash_new(void)
{
    struct hash *hash = alloc_bytes(sizeof *hash);

    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1)
        alloc_fail(sizeof *hash);
    return hash;
}

void hash_add(struct hash *hash, const void *data, size_t size)
{
    unsigned char prefix[8];

    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)size >> (8 * i));
    EVP_DigestUpdate(hash->context, prefix, sizeof prefix);
    EVP_DigestUpdate(hash->context, data, size);
}

void hash_add_str(struct hash *hash, const char *text)
{
    hash_add(hash, text, strlen(text));
}

void hash_finish(struct hash *hash, char hex[HASH_HEX_SIZE + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;

    EVP_DigestFinal_ex(hash->context, digest, &size);
    for (unsigned int i = 0; i < HASH_HEX_SIZE / 2; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[HASH_HEX_SIZE] = '\0';
    EVP_MD_CTX_free(hash->context);
    free(hash);
}
