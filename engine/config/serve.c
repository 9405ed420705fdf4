#include "config/serve.h"

enum { MAX_RUNS = 1000, MAX_DRAIN_MS = 3600 * 1000 };

static const struct key serve_keys[] = {
    {"address", KEY_TEXT, offsetof(struct serve_settings, address), false, NULL},
    {"certificate", KEY_TEXT, offsetof(struct serve_settings, certificate), false, NULL},
    {"key", KEY_TEXT, offsetof(struct serve_settings, key), false, NULL},
    {"hosts", KEY_TEXTS, offsetof(struct serve_settings, hosts), false, NULL},
    {"runs_at_once", KEY_INTEGER, offsetof(struct serve_settings, runs_at_once), false, NULL},
    {"drain", KEY_DURATION, offsetof(struct serve_settings, drain_ms), false, NULL},
    {0},
};

static void report_at(const struct toml_node *table, const char *key, const char *file,
                      const char *message, struct problems *problems)
{
    const struct toml_node *node = toml_find(table, key);

    problem_add(problems, file, node->line, node->column, "%s", message);
}

void serve_settings_read(const struct toml_node *table, const char *file,
                         struct serve_settings *settings, struct problems *problems)
{
    *settings = (struct serve_settings){
        .address = "127.0.0.1:7680",
        .runs_at_once = 16,
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
    if (settings->drain_ms < 0 || settings->drain_ms > MAX_DRAIN_MS)
        report_at(table, "drain", file, "drain must be from 0s to 1h", problems);
}
