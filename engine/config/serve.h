/*
 * How `aorta serve` serves:
 *
 *     [serve]
 *     address = "127.0.0.1:7680"     of the API; another than loopback needs tokens, and should
 *     certificate = "tls/cert.pem"   have TLS: both files, PEM, from the pipeline's folder
 *     key = "tls/key.pem"
 *     hosts = ["data.example.org"]   names that the API answers to besides those of loopback
 *     url = "https://data.example.org"  where people reach the API: alerts link there
 *     runs_at_once = 16              the others wait in the queue
 *     queued_runs = 10000            so many may wait; who asks for more is refused
 *     drain = "10s"                  what running steps have to finish when it is told to end
 */
#ifndef AORTA_CONFIG_SERVE_H
#define AORTA_CONFIG_SERVE_H

#include "config/keys.h"

struct serve_settings {
    const char *address;
    const char *certificate, *key; /* NULL: no TLS */
    struct texts hosts;
    const char *url; /* without a path; NULL: alerts have no links */
    int64_t runs_at_once, queued_runs, drain_ms;
};

/* The table may be NULL: what is not given has its default. */
void serve_settings_read(const struct toml_node *table, const char *file,
                         struct serve_settings *settings, struct problems *problems);

/* Whether they are the same in what counts from the start only: address, certificate, key, hosts. */
bool serve_settings_same_door(const struct serve_settings *a, const struct serve_settings *b);

#endif
