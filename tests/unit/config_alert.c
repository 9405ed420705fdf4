/*
 * [alert.NAME]: what may stand there, and everything that is wrong with it at its place.
 */
#include "config_fixture.h"
#include "test.h"

#include "config/alert.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                                 \
    "[pipeline]\nname = \"test\"\n[target.dev.connection.warehouse]\nconnector = \"duck\"\n" \
    "path = \"w.db\"\n"

/* Line 6 is the first of the text. */
static const char *problems_of(const char *text)
{
    static char whole[8192];

    config_fixture_model("marts", "one", "select 1");
    snprintf(whole, sizeof whole, "%s%s", HEAD, text);
    config_fixture_write("pipeline.toml", whole);
    return config_fixture_problems();
}

static struct plan *plan_of(const char *text)
{
    const char *lines = problems_of(text);

    check_str(lines, "");
    return config_fixture_plan("");
}

TEST("an alert has defaults for all but where it goes")
{
    struct plan *plan = plan_of("[alert.team]\nslack = { url = \"env:SLACK_URL\" }\n");
    const struct alert *alert = alerts_config_find(&plan->pipeline->alerts, "team");

    check_int(plan->pipeline->alerts.count, 1);
    check(alerts_config_find(&plan->pipeline->alerts, "nobody") == NULL);
    check_int(alert->kinds, 1 << ALERT_FAILURE | 1 << ALERT_RECOVERY);
    check_int(alert->dedupe_ms, 3600000);
    check_int(alert->max_per_hour, 30);
    check(!alert->is_paused);
    check_int(alert->way, ALERT_SLACK);
    check_str(alert->url, "env:SLACK_URL");
    check_int(alert->select.count, 0);
    plan_free(plan);
}

TEST("an alert says everything of itself")
{
    struct plan *plan = plan_of("[alert.mail]\n"
                                "on = [\"lateness\", \"warning\", \"lag\"]\n"
                                "select = [\"one\", \"group:marts\"]\n"
                                "dedupe = \"5m\"\nmax_per_hour = 1000\npaused = true\n"
                                "[alert.mail.email]\n"
                                "server = \"smtp://mail.example:587/\"\nuser = \"aorta\"\n"
                                "password = \"file:mail.key\"\nfrom = \"a@mail.example\"\n"
                                "to = \"b+c@mail.example\"\n");
    const struct alert *alert = &plan->pipeline->alerts.items[0];

    check_int(alert->kinds, 1 << ALERT_LATENESS | 1 << ALERT_WARNING | 1 << ALERT_LAG);
    check_int(alert->dedupe_ms, 300000);
    check_int(alert->max_per_hour, 1000);
    check(alert->is_paused);
    check_int(alert->way, ALERT_EMAIL);
    check_str(alert->url, "smtp://mail.example:587/");
    check_str(alert->password, "file:mail.key");
    check_int(alert->to.count, 1);
    check_str(alert->to.items[0], "b+c@mail.example");
    plan_free(plan);
}

TEST("all that is wrong with alerts is said, at its place")
{
    const char *lines =
        problems_of("[alert.a]\n"
                    "on = [\"failur\", \"lag\", \"lag\"]\n"
                    "dedupe = \"soon\"\n"
                    "max_per_hour = 0\n"
                    "[alert.b]\n"
                    "webhook = { url = \"https://x.example\", secret = \"hunter2\" }\n"
                    "[alert.c]\n"
                    "slack = { url = \"https://hooks.example/T0/hunter2\" }\n"
                    "email = { server = \"smtp://m\", from = \"me\", to = [] }\n"
                    "[alert.d.webhook]\n"
                    "url = \"http://hooks.example/x\"\n"
                    "secret = \"env:S\"\n"
                    "[alert.e.email]\n"
                    "server = \"https://mail.example\"\n"
                    "user = \"me\"\n"
                    "from = \"a@b.example\\nBcc: c@d.example\"\n"
                    "to = [\"x@y.example\", \"<z@y.example>\"]\n");

    check_contains(lines, "pipeline.toml:6:8: alert a wants one of webhook, slack, email\n");
    check_contains(lines, "pipeline.toml:7:7: unknown kind of alert \"failur\": did you "
                          "mean \"failure\"?\n");
    check_contains(lines, "pipeline.toml:8:1: dedupe must be a duration like \"30s\"");
    check_contains(lines, "pipeline.toml:9:1: max_per_hour must be from 1 to 1000, not 0\n");
    check_contains(lines, "pipeline.toml:11:40: secret is a secret: give it as");
    check_contains(lines, "pipeline.toml:13:11: url is a secret: give it as");
    check_contains(lines, "pipeline.toml:14:32: from must be an address like");
    check_contains(lines, "pipeline.toml:14:45: to must be between 1 and 50 addresses\n");
    check_contains(lines, "pipeline.toml:12:8: alert c wants one of webhook, slack, email, not "
                          "several: declare an alert for each\n");
    check_contains(lines, "pipeline.toml:16:1: url would carry a secret in the clear: use "
                          "https://\n");
    check_contains(lines, "pipeline.toml:19:1: server must begin with smtps:// or smtp://\n");
    check_contains(lines, "pipeline.toml:20:1: user stands alone");
    check_contains(lines, "pipeline.toml:21:1: from must be an address like");
    check_contains(lines, "pipeline.toml:22:1: to must be addresses like");
    check(strstr(lines, "hunter2") == NULL);
}

TEST("a selection that means nothing is found when the assets are known")
{
    const char *lines = problems_of("[alert.a]\nselect = \"tag:critical\"\n"
                                    "slack = { url = \"env:S\" }\n");

    check_str(lines, "pipeline.toml:7:1: select of alert a: no asset is meant by \"tag:critical\": "
                     "aorta ls shows what there is\n");
}

/* The beginning of what is wrong with a URL, "" if nothing is. */
static const char *fault_of(enum alert_way way, const char *url)
{
    const char *fault = alert_url_fault(way, url, true);

    return fault != NULL ? fault : "";
}

TEST("an address is looked at before anything is sent there")
{
    static const char *const good[] = {
        "https://a.example",       "https://a.example:8443/x?y=z#f",
        "http://localhost:80/x",   "http://127.0.0.1/x",
        "http://[::1]:8080/x",     "http://127.12.13.14:1/a@b",
        "https://[2001:db8::1]/x",
    };
    static const struct {
        const char *url, *fault;
    } bad[] = {
        {"http://a.example/x", "would carry a secret"},
        {"http://127.0.0.1.a.example/x", "would carry a secret"},
        {"http://localhost.a.example", "would carry a secret"},
        {"https://user:pw@a.example", "has a name or a password"},
        {"http://localhost@a.example/", "has a name or a password"},
        {"http://localhost\\@a.example/", "has characters"},
        {"https://a.example/x\r\ny: z", "has characters"},
        {"https://a.example/\xc3\xa9", "has characters"},
        {"https://", "names no host"},
        {"https://:80", "names no host"},
        {"https://a.example:x", "names no host"},
        {"https://[::1", "names no host"},
        {"file:///etc/passwd", "must begin with https"},
        {"gopher://a.example", "must begin with https"},
        {"a.example", "must begin with https"},
        {"", "must begin with https"},
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check_str(fault_of(ALERT_WEBHOOK, good[i]), "");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_contains(fault_of(ALERT_WEBHOOK, bad[i].url), bad[i].fault);
    check_str(fault_of(ALERT_EMAIL, "smtp://mail.example:587"), "");
    check_str(fault_of(ALERT_EMAIL, "smtps://mail.example/"), "");
    check_contains(fault_of(ALERT_EMAIL, "smtps://mail.example/x"), "is more than a server");
    check_contains(fault_of(ALERT_EMAIL, "http://mail.example"), "must begin with smtps");
    check(alert_url_fault(ALERT_WEBHOOK, "http://a.example/x", false) == NULL);
}

TEST("an address of mail can stand in a header")
{
    check(alert_is_mail_address("data+x@mail.example"));
    check(!alert_is_mail_address("data"));
    check(!alert_is_mail_address("@mail.example"));
    check(!alert_is_mail_address("data@"));
    check(!alert_is_mail_address("a@b@c"));
    check(!alert_is_mail_address("a b@mail.example"));
    check(!alert_is_mail_address("a@mail.example\r\nBcc: x@y"));
    check(!alert_is_mail_address("\"a\"@mail.example"));
    check(!alert_is_mail_address("A <a@mail.example>"));
    check(!alert_is_mail_address("a@mail.example,b@mail.example"));
}
