/*
 * libcurl, loaded when the first alert is delivered or a sensor asks by HTTP: linked, it and the thirty libraries that come
 * with it would cost every command 10 ms and 6 MB at its start.
 *
 *     if (curl_library_load(&err) < 0) …
 *     CURL *easy = curl.easy_init();
 */
#ifndef AORTA_DAEMON_CURL_LIBRARY_H
#define AORTA_DAEMON_CURL_LIBRARY_H

#include "base/err.h"

#include <curl/curl.h>

#define CURL_LIBRARY_FUNCTIONS(X) \
    X(global_init)                \
    X(easy_init)                  \
    X(easy_cleanup)               \
    X(easy_perform)               \
    X(easy_setopt)                \
    X(easy_getinfo)               \
    X(easy_header)                \
    X(easy_strerror)              \
    X(slist_append)               \
    X(slist_free_all)             \
    X(multi_init)                 \
    X(multi_cleanup)              \
    X(multi_setopt)               \
    X(multi_add_handle)           \
    X(multi_remove_handle)        \
    X(multi_assign)               \
    X(multi_socket_action)        \
    X(multi_info_read)

struct curl_library {
#define CURL_LIBRARY_MEMBER(name) __typeof__(curl_##name) *(name);
    CURL_LIBRARY_FUNCTIONS(CURL_LIBRARY_MEMBER)
#undef CURL_LIBRARY_MEMBER
};

/* Filled by the first call of curl_library_load that succeeds, and constant from then on. */
extern struct curl_library curl;

/* Any thread. ERR_CONFIG says what to install. Blocks for as long as loading takes. */
int curl_library_load(struct err *err);

#endif
