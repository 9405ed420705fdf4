#include "daemon/alert_sign.h"

#include "base/buf.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static const char PREFIX[] = "whsec_";

enum { MIN_KEY_BYTES = 24, MAX_KEY_BYTES = 64, MAX_KEY_TEXT = 88 };

/* The key's bytes, or -1. */
static int decode_key(const char *secret, unsigned char key[MAX_KEY_BYTES + 3])
{
    if (strncmp(secret, PREFIX, strlen(PREFIX)) != 0)
        return -1;
    const char *text = secret + strlen(PREFIX);
    size_t size = strlen(text), padding = 0;
    if (size == 0 || size > MAX_KEY_TEXT || size % 4 != 0)
        return -1;
    while (padding < 2 && text[size - 1 - padding] == '=')
        padding++;
    int decoded = EVP_DecodeBlock(key, (const unsigned char *)text, (int)size);
    return decoded < 0 ? -1 : decoded - (int)padding;
}

int alert_sign(const char *secret, const char *id, int64_t timestamp_s, const char *body,
               size_t size, char signature[ALERT_SIGNATURE_SIZE + 1], struct err *err)
{
    unsigned char key[MAX_KEY_BYTES + 3], digest[EVP_MAX_MD_SIZE];
    unsigned int digest_size = 0;
    struct buf text;
    int key_size = decode_key(secret, key);

    if (key_size < MIN_KEY_BYTES || key_size > MAX_KEY_BYTES) {
        explicit_bzero(key, sizeof key);
        return err_set(err, ERR_CONFIG,
                       "the secret is not \"whsec_\" and 24 to 64 bytes in base64: make one with "
                       "echo whsec_$(openssl rand -base64 32)");
    }
    buf_init(&text);
    buf_printf(&text, "%s.%lld.", id, (long long)timestamp_s);
    buf_append(&text, body, size);
    const unsigned char *made = HMAC(EVP_sha256(), key, key_size, (const unsigned char *)text.data,
                                     text.size, digest, &digest_size);
    buf_release(&text);
    explicit_bzero(key, sizeof key);
    if (made == NULL)
        return err_set(err, ERR_BROKEN, "the body could not be signed");
    snprintf(signature, ALERT_SIGNATURE_SIZE + 1, "v1,");
    EVP_EncodeBlock((unsigned char *)signature + 3, digest, (int)digest_size);
    return 0;
}
