/*
 * [alert.NAME] of pipeline.toml: who is told when something goes wrong, and how.
 *
 *     [alert.team]                                   [alert.pager]
 *     on = ["failure", "recovery", "warning"]        select = "tag:critical"
 *     slack = { url = "env:SLACK_URL" }              dedupe = "15m"
 *                                                    [alert.pager.webhook]
 *     [alert.mail]                                   url = "https://pager.example/hooks/aorta"
 *     max_per_hour = 10                              secret = "env:PAGER_SECRET"
 *     paused = true
 *     email = { server = "smtps://mail.example", user = "aorta", password = "file:mail.key",
 *               from = "aorta@mail.example", to = ["data@mail.example"] }
 *
 * An alert has exactly one way. What is secret stands as `env:NAME` or `file:PATH` and stays that
 * here: its value exists for the length of a delivery. So an address that is given by reference is
 * looked at again, with the same function, when it is known.
 */
#ifndef AORTA_CONFIG_ALERT_H
#define AORTA_CONFIG_ALERT_H

#include "config/keys.h"

#include <stdint.h>

enum alert_kind {
    ALERT_FAILURE,  /* a step or a run failed for good */
    ALERT_RECOVERY, /* what was told to be wrong is well again */
    ALERT_LATENESS, /* an asset is older than it may be */
    ALERT_WARNING,  /* a check that does not block found rows */
    ALERT_LAG,      /* a stream is behind its log */
    ALERT_SUMMARY,  /* of what was held back; nobody asks for it */
};

#define ALERT_KINDS 6

extern const char *const alert_kind_names[]; /* ended by NULL */

enum alert_way { ALERT_WEBHOOK, ALERT_SLACK, ALERT_EMAIL };

struct alert {
    const char *name;
    unsigned kinds;      /* a bit of 1 << enum alert_kind each */
    struct texts select; /* of which assets; none: of all, and of runs and streams */
    int64_t dedupe_ms;   /* a subject is told again after that, not before */
    int64_t max_per_hour;
    bool is_paused; /* nothing is raised; what waits is still delivered */
    enum alert_way way;
    const char *url;    /* of any way: http(s), smtp(s), or a reference */
    const char *secret; /* of a webhook: a reference */
    const char *user, *password;
    const char *from;
    struct texts to;
    int line, column;
};

struct alerts_config {
    struct alert *items;
    size_t count;
};

/* Reads the table `alert` (NULL: there is none) into the arena of problems. */
void alerts_config_read(const struct toml_node *table, const char *file,
                        struct alerts_config *alerts, struct problems *problems);

const struct alert *alerts_config_find(const struct alerts_config *alerts, const char *name);

/* Why nothing may be sent to that address, NULL if it may: a protocol that is not one of the way's,
 * characters that no address has, a name and password in it, or a secret that would travel in the
 * clear to another host. The address itself is not in the text. */
const char *alert_url_fault(enum alert_way way, const char *url, bool has_secret);

/* Whether a URL without fault leads to this host. */
bool alert_url_is_loopback(const char *url);

/* Whether it is an address of mail that can stand in a header and in a command as it is:
 * LOCAL@DOMAIN in visible ASCII, without quotes. */
bool alert_is_mail_address(const char *text);

#endif
