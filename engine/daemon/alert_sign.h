/*
 * The signature of a webhook: whoever knows the secret can tell that the body is ours, whole, and
 * of that time.
 *
 *     webhook-id: 01J…
 *     webhook-timestamp: 1614265330
 *     webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
 *
 * Source: Standard Webhooks 1.0.0 (github.com/standard-webhooks), "Signature scheme", symmetric:
 * HMAC-SHA256 of "ID.TIMESTAMP.BODY", its key behind "whsec_" in base64.
 */
#ifndef AORTA_DAEMON_ALERT_SIGN_H
#define AORTA_DAEMON_ALERT_SIGN_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { ALERT_SIGNATURE_SIZE = 3 + 44 }; /* "v1," and 32 bytes in base64 */

/* ERR_CONFIG, without the secret, if the secret is none of that form: 24 to 64 bytes of key. */
int alert_sign(const char *secret, const char *id, int64_t timestamp_s, const char *body,
               size_t size, char signature[ALERT_SIGNATURE_SIZE + 1], struct err *err);

#endif
