#include "config/serve.h"

#include <ctype.h>
#include <string.h>

enum { MAX_RUNS = 1000, MAX_QUEUED = 100000, MAX_DRAIN_MS = 3600 * 1000, MAX_URL_BYTES = 500 };

static const struct key serve_keys[] = {
    {"address", KEY_TEXT, offsetof(struct serve_settings, address), false, NULL},
    {"certificate", KEY_TEXT, offsetof(struct serve_settings, certificate), false, NULL},
    {"key", KEY_TEXT, offsetof(struct serve_settings, key), false, NULL},
    {"hosts", KEY_TEXTS, offsetof(struct serve_settings, hosts), false, NULL},
    {"url", KEY_TEXT, offsetof(struct serve_settings, url), false, NULL},
    {"runs_at_once", KEY_INTEGER, offsetof(struct serve_settings, runs_at_once), false, NULL},
    {"queued_runs", KEY_INTEGER, offsetof(struct serve_settings, queued_runs), false, NULL},
    {"drain", KEY_DURATION, offsetof(struct serve_settings, drain_ms), false, NULL},
    {0},
};

static void report_at(const struct toml_node *table, const char *key, const char *file,
                      const char *message, struct problems *problems)
{
    const struct toml_node *node = toml_find(table, key);

    problem_add(problems, file, node->line, node->column, "%s", message);
}

/* "https://HOST" or "http://HOST", and a port: nothing that would be cut, or break a line. */
static bool is_base_url(const char *url)
{
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : "";

    if (host[0] == '\0' || strlen(url) > MAX_URL_BYTES)
        return false;
    for (; *host != '\0'; host++)
        if (!isalnum((unsigned char)*host) && strchr("-._:[]", *host) == NULL)
            return false;
    return true;
}

void serve_settings_read(const struct toml_node *table, const char *file,
                         struct serve_settings *settings, struct problems *problems)
{
    *settings = (struct serve_settings){
        .address = "127.0.0.1:7680",
        .runs_at_once = 16,
        .queued_runs = 10000,
        .drain_ms = 10 * 1000,
    };
    if (table == NULL)
        return;
    keys_read(table, serve_keys, settings, file, NULL, problems);
    if (settings->certificate != NULL && settings->key == NULL)
        report_at(table, "certificate", file,
                  "TLS needs the certificate and its key: key is missing", problems);
    if (settings->key != NULL && settings->certificate == NULL)
        report_at(table, "key", file,
                  "TLS needs the certificate and its key: certificate is missing", problems);
    if (settings->runs_at_once < 1 || settings->runs_at_once > MAX_RUNS)
        report_at(table, "runs_at_once", file, "runs_at_once must be from 1 to 1000", problems);
    if (settings->url != NULL && !is_base_url(settings->url))
        report_at(table, "url", file,
                  "url must be like https://data.example.org, without a path behind it", problems);
    if (settings->queued_runs < 1 || settings->queued_runs > MAX_QUEUED)
        report_at(table, "queued_runs", file, "queued_runs must be from 1 to 100000", problems);
    if (settings->drain_ms < 0 || settings->drain_ms > MAX_DRAIN_MS)
        report_at(table, "drain", file, "drain must be from 0s to 1h", problems);
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool serve_settings_same_door(const struct serve_settings *a, const struct serve_settings *b)
{
    bool is_same = same_text(a->address, b->address) && same_text(a->certificate, b->certificate) &&
                   same_text(a->key, b->key) && a->hosts.count == b->hosts.count;

    for (size_t i = 0; is_same && i < a->hosts.count; i++)
        is_same = same_text(a->hosts.items[i], b->hosts.items[i]);
    return is_same;
}
