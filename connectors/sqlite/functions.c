#include "sqlite/functions.h"

#include "base/alloc.h"
#include "sqlite/pattern.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { MD5_BYTES = 16 };

/* Sets the digest up once a handle: fetching it takes longer than hashing a key. */
static EVP_MD_CTX *new_md5(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context != NULL && EVP_DigestInit_ex(context, EVP_md5(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    return context;
}

static void free_md5(void *context)
{
    EVP_MD_CTX_free(context);
}

/* A blob's bytes as they are, anything else as text. */
static const void *bytes_of(sqlite3_value *value, size_t *size)
{
    const void *data = sqlite3_value_type(value) == SQLITE_BLOB ? sqlite3_value_blob(value)
                                                                : sqlite3_value_text(value);

    *size = (size_t)sqlite3_value_bytes(value);
    return data;
}

static void run_md5(sqlite3_context *call, int count, sqlite3_value **values)
{
    static const char digits[] = "0123456789abcdef";
    EVP_MD_CTX *context = sqlite3_user_data(call);
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * MD5_BYTES];
    size_t size;

    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const void *data = bytes_of(values[0], &size);
    if (EVP_DigestInit_ex(context, NULL, NULL) != 1 || EVP_DigestUpdate(context, data, size) != 1 ||
        EVP_DigestFinal_ex(context, digest, NULL) != 1) {
        sqlite3_result_error(call, "md5 is not available in this OpenSSL", -1);
        return;
    }
    for (int i = 0; i < MD5_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    sqlite3_result_text(call, hex, sizeof hex, SQLITE_TRANSIENT);
}

static void free_pattern(void *pattern)
{
    pattern_free(pattern);
}

/* SQLite keeps the compiled pattern for as long as the argument is the same constant. */
static void match(sqlite3_context *call, sqlite3_value *text, sqlite3_value *expression, int at)
{
    struct pattern *kept = sqlite3_get_auxdata(call, at), *made = NULL;
    char problem[200];
    size_t size;

    if (sqlite3_value_type(text) == SQLITE_NULL || sqlite3_value_type(expression) == SQLITE_NULL)
        return;
    if (kept == NULL) {
        const char *source = (const char *)sqlite3_value_text(expression);
        made = source != NULL ? pattern_new(source, problem, sizeof problem) : NULL;
        if (made == NULL) {
            sqlite3_result_error(call, source != NULL ? problem : "out of memory", -1);
            return;
        }
    }
    const char *data = (const char *)sqlite3_value_text(text);
    size = (size_t)sqlite3_value_bytes(text);
    sqlite3_result_int(call, pattern_is_in(made != NULL ? made : kept, data, size));
    if (made != NULL)
        sqlite3_set_auxdata(call, at, made, free_pattern);
}

static void run_regexp_matches(sqlite3_context *call, int count, sqlite3_value **values)
{
    (void)count;
    match(call, values[0], values[1], 1);
}

/* `x REGEXP re` is regexp(re, x). */
static void run_regexp(sqlite3_context *call, int count, sqlite3_value **values)
{
    (void)count;
    match(call, values[1], values[0], 0);
}

int functions_register(struct session *session, struct aorta_error *error)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    EVP_MD_CTX *md5 = new_md5();

    if (md5 == NULL)
        return aorta_fail(error, AORTA_CONFIG, "OpenSSL has no MD5, which surrogate keys need");
    /* SQLite takes md5, and frees it also when it fails. */
    int rc = sqlite3_create_function_v2(session->db, "md5", 1, flags, md5, run_md5, NULL, NULL,
                                        free_md5);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(session->db, "regexp_matches", 2, flags, NULL,
                                        run_regexp_matches, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(session->db, "regexp", 2, flags, NULL, run_regexp, NULL,
                                        NULL, NULL);
    return rc == SQLITE_OK ? 0 : session_fail(session, rc, error);
}
