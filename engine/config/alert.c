#include "config/alert.h"

#include "option/option.h"

#include <string.h>
#include <strings.h>

enum {
    MAX_PER_HOUR = 1000, /* the times of an hour are kept in memory, for each alert */
    MAX_URL_BYTES = 2048,
    MAX_MAIL_ADDRESS_BYTES = 254, /* RFC 5321, section 4.5.3.1.3 */
    MAX_RECIPIENTS = 50,
};

const char *const alert_kind_names[] = {
    [ALERT_FAILURE] = "failure", [ALERT_RECOVERY] = "recovery", [ALERT_LATENESS] = "lateness",
    [ALERT_WARNING] = "warning", [ALERT_LAG] = "lag",           [ALERT_SUMMARY] = "summary",
    [ALERT_KINDS] = NULL,
};

struct alert_keys {
    struct texts on, select;
    int64_t dedupe_ms, max_per_hour;
    bool is_paused;
    const struct toml_node *ways[3]; /* by enum alert_way */
};

static const struct key alert_keys[] = {
    {"on", KEY_TEXTS, offsetof(struct alert_keys, on), false, NULL},
    {"select", KEY_TEXTS, offsetof(struct alert_keys, select), false, NULL},
    {"dedupe", KEY_DURATION, offsetof(struct alert_keys, dedupe_ms), false, NULL},
    {"max_per_hour", KEY_INTEGER, offsetof(struct alert_keys, max_per_hour), false, NULL},
    {"paused", KEY_BOOL, offsetof(struct alert_keys, is_paused), false, NULL},
    {"webhook", KEY_TABLE, offsetof(struct alert_keys, ways[ALERT_WEBHOOK]), false, NULL},
    {"slack", KEY_TABLE, offsetof(struct alert_keys, ways[ALERT_SLACK]), false, NULL},
    {"email", KEY_TABLE, offsetof(struct alert_keys, ways[ALERT_EMAIL]), false, NULL},
    {0},
};

static const struct key webhook_keys[] = {
    {"url", KEY_TEXT, offsetof(struct alert, url), true, NULL},
    {"secret", KEY_TEXT, offsetof(struct alert, secret), true, NULL},
    {0},
};

static const struct key slack_keys[] = {
    {"url", KEY_TEXT, offsetof(struct alert, url), true, NULL},
    {0},
};

static const struct key email_keys[] = {
    {"server", KEY_TEXT, offsetof(struct alert, url), true, NULL},
    {"user", KEY_TEXT, offsetof(struct alert, user), false, NULL},
    {"password", KEY_TEXT, offsetof(struct alert, password), false, NULL},
    {"from", KEY_TEXT, offsetof(struct alert, from), true, NULL},
    {"to", KEY_TEXTS, offsetof(struct alert, to), true, NULL},
    {0},
};

static const struct way {
    const char *name;
    const struct key *keys;
    const char *url_key;
    const char *protocols[2]; /* the second one is encrypted from the start */
    const char *wanted;
} ways[] = {
    [ALERT_WEBHOOK] = {"webhook", webhook_keys, "url", {"http", "https"}, "https://…"},
    [ALERT_SLACK] = {"slack", slack_keys, "url", {"http", "https"}, "https://…"},
    [ALERT_EMAIL] = {"email", email_keys, "server", {"smtp", "smtps"}, "smtps://… or smtp://…"},
};

/* ---- addresses ------------------------------------------------------------------------------- */

static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~' || strchr("\\\"<>^`{|}", *text) != NULL)
            return false;
    return true;
}

static bool is_loopback(const char *host, size_t size)
{
    static const char letters[] = "0123456789.";

    if ((size == 9 && strncasecmp(host, "localhost", 9) == 0) ||
        (size == 5 && strncmp(host, "[::1]", 5) == 0))
        return true;
    return size > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, letters) >= size;
}

/* NAME[:PORT] or [ADDRESS][:PORT]: how much of it is the host, 0 if it is neither. */
static size_t host_size(const char *authority, size_t size)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char addresses[] = "0123456789abcdefABCDEF:.";
    size_t host;

    if (size > 0 && authority[0] == '[') {
        host = 1 + strspn(authority + 1, addresses);
        if (host == 1 || host >= size || authority[host] != ']')
            return 0;
        host++;
    } else {
        host = strspn(authority, names);
    }
    if (host > size)
        return 0;
    if (host < size &&
        (authority[host] != ':' || host + 1 + strspn(authority + host + 1, "0123456789") != size))
        return 0;
    return host;
}

const char *alert_url_fault(enum alert_way way, const char *url, bool has_secret)
{
    const struct way *of = &ways[way];
    const char *authority = strstr(url, "://");

    if (strlen(url) > MAX_URL_BYTES)
        return "is longer than 2,048 characters";
    if (!is_visible(url))
        return "has characters that no address has: write them as %XX";
    size_t protocol = authority != NULL ? (size_t)(authority - url) : 0;
    bool is_plain =
        protocol == strlen(of->protocols[0]) && strncmp(url, of->protocols[0], protocol) == 0;
    bool is_safe =
        protocol == strlen(of->protocols[1]) && strncmp(url, of->protocols[1], protocol) == 0;
    if (authority == NULL || (!is_plain && !is_safe))
        return way == ALERT_EMAIL ? "must begin with smtps:// or smtp://"
                                  : "must begin with https:// (or, to this host, http://)";
    authority += 3;
    size_t size = strcspn(authority, "/?#");
    if (memchr(authority, '@', size) != NULL)
        return "has a name or a password in it: who reads logs could read it too";
    size_t host = host_size(authority, size);
    if (host == 0)
        return "names no host";
    if (way == ALERT_EMAIL && authority[size] != '\0' && strcmp(authority + size, "/") != 0)
        return "is more than a server: write smtps://HOST:PORT";
    /* smtp:// to another host is encrypted by STARTTLS before anything is said. */
    if (is_plain && has_secret && way != ALERT_EMAIL && !is_loopback(authority, host))
        return "would carry a secret in the clear: use https://";
    return NULL;
}

bool alert_url_is_loopback(const char *url)
{
    const char *authority = strstr(url, "://");

    if (authority == NULL)
        return false;
    authority += 3;
    return is_loopback(authority, host_size(authority, strcspn(authority, "/?#")));
}

bool alert_is_mail_address(const char *text)
{
    const char *at = strchr(text, '@');
    size_t size = strlen(text);

    return at != NULL && at != text && at[1] != '\0' && size <= MAX_MAIL_ADDRESS_BYTES &&
           strchr(at + 1, '@') == NULL && is_visible(text) && strpbrk(text, "(),:;[]") == NULL;
}

/* ---- what may stand there -------------------------------------------------------------------- */

struct reading {
    struct alert *alert;
    const struct toml_node *table; /* of its way */
    const char *file;
    struct problems *problems;
};

static const struct toml_node *place_of(const struct reading *reading, const char *key)
{
    const struct toml_node *node = toml_find(reading->table, key);

    return node != NULL ? node : reading->table;
}

static void complain(const struct reading *reading, const char *key, const char *what)
{
    const struct toml_node *node = place_of(reading, key);

    problem_add(reading->problems, reading->file, node->line, node->column, "%s %s", key, what);
}

/* What is secret is never written down. */
static void check_reference(const struct reading *reading, const char *key, const char *text)
{
    if (text != NULL && !option_is_reference(text))
        complain(reading, key,
                 "is a secret: give it as \"env:NAME\" or \"file:PATH\", never as text");
}

static void check_url(const struct reading *reading)
{
    const struct alert *alert = reading->alert;
    const char *key = ways[alert->way].url_key;
    bool has_secret = alert->secret != NULL || alert->password != NULL;

    if (alert->url == NULL || option_is_reference(alert->url))
        return;
    const char *fault = alert->way == ALERT_SLACK
                            ? "is a secret: give it as \"env:NAME\" or \"file:PATH\", never as text"
                            : alert_url_fault(alert->way, alert->url, has_secret);
    if (fault != NULL)
        complain(reading, key, fault);
}

static void check_mail(const struct reading *reading)
{
    const struct alert *alert = reading->alert;

    if ((alert->user == NULL) != (alert->password == NULL))
        complain(reading, alert->user != NULL ? "user" : "password",
                 "stands alone: give user and password, or neither");
    if (alert->from != NULL && !alert_is_mail_address(alert->from))
        complain(reading, "from", "must be an address like aorta@example.com");
    for (size_t i = 0; i < alert->to.count; i++)
        if (!alert_is_mail_address(alert->to.items[i]))
            complain(reading, "to", "must be addresses like data@example.com");
    if (alert->to.line > 0 && (alert->to.count == 0 || alert->to.count > MAX_RECIPIENTS))
        complain(reading, "to", "must be between 1 and 50 addresses");
}

static void read_way(const struct reading *reading)
{
    struct alert *alert = reading->alert;

    keys_read(reading->table, ways[alert->way].keys, alert, reading->file, NULL, reading->problems);
    check_reference(reading, "secret", alert->secret);
    check_reference(reading, "password", alert->password);
    check_url(reading);
    if (alert->way == ALERT_EMAIL)
        check_mail(reading);
}

static unsigned read_kinds(const struct toml_node *node, const struct texts *on, const char *file,
                           struct problems *problems)
{
    unsigned kinds = 0;

    for (size_t i = 0; i < on->count; i++) {
        const struct toml_node *item = node->kind == TOML_ARRAY ? node->items[i] : node;
        struct toml_node named = {.key = on->items[i], .line = item->line, .column = item->column};
        unsigned kind = 0;
        while (kind < ALERT_SUMMARY && strcmp(on->items[i], alert_kind_names[kind]) != 0)
            kind++;
        if (kind < ALERT_SUMMARY)
            kinds |= 1U << kind;
        else
            keys_report_unknown(&named, "kind of alert", alert_kind_names, ALERT_SUMMARY, file,
                                problems);
    }
    return kinds;
}

static void read_alert(const struct toml_node *table, const char *file, struct alert *alert,
                       struct problems *problems)
{
    struct alert_keys keys = {.dedupe_ms = 3600 * 1000, .max_per_hour = 30};
    struct reading reading = {alert, NULL, file, problems};
    int given = 0;

    keys_read(table, alert_keys, &keys, file, NULL, problems);
    *alert = (struct alert){
        .name = table->key,
        .kinds = 1U << ALERT_FAILURE | 1U << ALERT_RECOVERY,
        .select = keys.select,
        .dedupe_ms = keys.dedupe_ms,
        .max_per_hour = keys.max_per_hour,
        .is_paused = keys.is_paused,
        .line = table->line,
        .column = table->column,
    };
    if (keys.on.line > 0)
        alert->kinds = read_kinds(toml_find(table, "on"), &keys.on, file, problems);
    if (keys.max_per_hour < 1 || keys.max_per_hour > MAX_PER_HOUR) {
        const struct toml_node *node = toml_find(table, "max_per_hour");
        problem_add(problems, file, node->line, node->column,
                    "max_per_hour must be from 1 to %d, not %lld", MAX_PER_HOUR,
                    (long long)keys.max_per_hour);
    }
    for (int way = ALERT_WEBHOOK; way <= ALERT_EMAIL; way++) {
        if (keys.ways[way] == NULL)
            continue;
        given++;
        alert->way = (enum alert_way)way;
        reading.table = keys.ways[way];
        read_way(&reading);
    }
    if (given != 1)
        problem_add(problems, file, table->line, table->column,
                    "alert %s wants one of webhook, slack, email%s", table->key,
                    given > 1 ? ", not several: declare an alert for each" : "");
}

void alerts_config_read(const struct toml_node *table, const char *file,
                        struct alerts_config *alerts, struct problems *problems)
{
    *alerts = (struct alerts_config){0};
    if (table == NULL)
        return;
    alerts->items = arena_calloc(problems->arena, table->item_count, sizeof *alerts->items);
    for (size_t i = 0; i < table->item_count; i++) {
        const struct toml_node *node = table->items[i];
        if (node->kind != TOML_TABLE)
            problem_add(problems, file, node->line, node->column,
                        "alert.%s must be a table, not %s", node->key, toml_kind_name(node->kind));
        else
            read_alert(node, file, &alerts->items[alerts->count++], problems);
    }
}

const struct alert *alerts_config_find(const struct alerts_config *alerts, const char *name)
{
    for (size_t i = 0; i < alerts->count; i++)
        if (strcmp(alerts->items[i].name, name) == 0)
            return &alerts->items[i];
    return NULL;
}
