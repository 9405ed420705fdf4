/*
 * What an alert says, in each way's own words; and that a webhook is signed.
 */
#include "test.h"

#include "config/alert.h"
#include "daemon/alert_mail.h"
#include "daemon/alert_message.h"
#include "daemon/alert_sign.h"

#include <string.h>

/* 2024-04-04T12:30:05Z, a Thursday. */
#define THEN INT64_C(1712233805000000)

static struct alert_check checks[] = {{"not_null(id)", "fail", 3, "3 rows of 10"}};

static const struct alert_message failure = {
    .id = "01HTM0",
    .kind = "failure",
    .subject = "asset:marts.orders",
    .pipeline = "shop",
    .target = "prod",
    .run = "01HTKZ",
    .asset = "marts.orders",
    .error = "1 check failed",
    .checks = checks,
    .check_count = 1,
    .at = "2024-04-04T12:30:05.000Z",
    .link = "https://aorta.example/runs/01HTKZ",
};

static const struct alert mail = {
    .from = "aorta@mail.example",
    .to = {.items = (const char *[]){"a@mail.example", "b@mail.example"}, .count = 2},
};

static const char *title_of(struct alert_message message)
{
    static struct buf out;

    buf_reset(&out);
    alert_message_title(&message, &out);
    return out.data;
}

static const char *mail_of(struct alert_message message)
{
    static struct buf out;

    buf_reset(&out);
    alert_mail_write(&message, &mail, THEN, &out);
    return out.data;
}

TEST("a signature is the one of Standard Webhooks' own test")
{
    char signature[ALERT_SIGNATURE_SIZE + 1];
    static const char body[] = "{\"test\": 2432232314}";
    struct err err;

    check_ok(alert_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330, body, strlen(body), signature, &err));
    check_str(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    check_ok(alert_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265331, body, strlen(body), signature, &err));
    check(strcmp(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=") != 0);
}

TEST("a key that is too short, too long or no key is refused, and not repeated")
{
    static const char *const bad[] = {
        "hunter2",
        "whsec_",
        "whsec_aHVudGVyMg==",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    char signature[ALERT_SIGNATURE_SIZE + 1];
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_fails(alert_sign(bad[i], "id", 1, "", 0, signature, &err), ERR_CONFIG,
                    "openssl rand");
        check(strlen(bad[i]) < 8 || strstr(err.message, bad[i]) == NULL);
    }
}

TEST("a title says what happened to what, where")
{
    struct alert_message message = failure;

    check_str(title_of(message), "marts.orders failed (shop, prod)");
    message.kind = "recovery";
    message.of = "failure";
    check_str(title_of(message), "marts.orders works again (shop, prod)");
    message.of = "lag";
    message.subject = "stream:lake.readings";
    check_str(title_of(message), "stream:lake.readings has caught up (shop, prod)");
    message.kind = message.of = "lateness";
    message.subject = "asset:marts.orders";
    check_str(title_of(message), "marts.orders is late (shop, prod)");
    message.subject = "run:a\r\nb";
    message.kind = "failure";
    check_str(title_of(message), "run:a  b failed (shop, prod)");
    message.kind = "summary";
    message.held = 12;
    check_str(title_of(message), "12 more alerts in the last hour (shop, prod)");
}

TEST("a text has all that is known, a line each")
{
    struct alert_message message = failure;
    struct buf out;

    buf_init(&out);
    message.repeats = 4;
    alert_message_text(&message, &out);
    check_str(out.data, "marts.orders failed (shop, prod)\n"
                        "1 check failed\n"
                        "check not_null(id)\n"
                        "  3 rows of 10\n"
                        "found 4 more times since it was told\n"
                        "run 01HTKZ\n"
                        "at 2024-04-04T12:30:05.000Z\n"
                        "https://aorta.example/runs/01HTKZ\n");
    buf_release(&out);
}

TEST("a summary names some and counts the others")
{
    struct alert_line lines[] = {
        {"failure", "asset:marts.one", "2024-04-04T12:30:05.000Z", "no such table"},
        {"recovery", "asset:marts.two", "2024-04-04T12:30:05.000Z", NULL},
    };
    const struct alert_message message = {
        .kind = "summary", .held = 5, .alerts = lines, .alert_count = 2, .pipeline = "shop"};
    struct buf out;

    buf_init(&out);
    alert_message_text(&message, &out);
    check_str(out.data, "5 more alerts in the last hour (shop)\n"
                        "marts.one: failure: no such table\n"
                        "marts.two: recovery\n"
                        "and 3 more\n");
    buf_release(&out);
}

TEST("for Slack nothing is markup, and nothing is too long")
{
    struct alert_message message = failure;
    static char long_error[20000];
    struct buf out;

    buf_init(&out);
    message.error = "<!channel> & <https://evil.example|x> \xff";
    alert_message_slack(&message, &out);
    check_contains(out.data, "&lt;!channel&gt; &amp; &lt;https://evil.example|x&gt; \xef\xbf\xbd");
    buf_reset(&out);
    memset(long_error, '&', sizeof long_error - 1);
    message.error = long_error;
    alert_message_slack(&message, &out);
    check(out.size < 4000);
    check_contains(out.data, "&amp;…\"}");
    buf_release(&out);
}

TEST("the stored body is read back as it was written")
{
    struct alert_message message;
    struct json_writer json;
    struct arena arena;
    struct buf out;
    struct err err;

    arena_init(&arena);
    buf_init(&out);
    json_writer_init(&json, &out);
    record_encode(&json, &alert_message_shape, &failure);
    check_ok(record_decode(out.data, out.size, &alert_message_shape, &arena, &message, &err));
    check_str(message.subject, failure.subject);
    check_str(message.checks[0].detail, "3 rows of 10");
    check_int(message.checks[0].failures, 3);
    check(message.of == NULL);
    buf_release(&out);
    arena_release(&arena);
}

TEST("a message of mail has the headers that it needs, and base64 for a body")
{
    check_str(mail_of((struct alert_message){.id = "01HTM0",
                                             .kind = "failure",
                                             .subject = "asset:x",
                                             .pipeline = "shop",
                                             .target = "prod"}),
              "Date: Thu, 4 Apr 2024 12:30:05 +0000\r\n"
              "From: Aorta <aorta@mail.example>\r\n"
              "To: <a@mail.example>,\r\n <b@mail.example>\r\n"
              "Subject: [Aorta] x failed (shop, prod)\r\n"
              "Message-ID: <01HTM0@mail.example>\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: base64\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "\r\n"
              "eCBmYWlsZWQgKHNob3AsIHByb2QpCg==\r\n");
}

TEST("a subject cannot become another header, and is encoded where it is not plain")
{
    struct alert_message message = failure;

    message.subject = "run:x\r\nBcc: everybody@mail.example\r\n\r\nbody";
    check(strstr(mail_of(message), "\nBcc") == NULL);
    check_contains(mail_of(message), "Subject: [Aorta] run:x  Bcc: everybody@mail.example    body");
    message.subject = "asset:r\xc3\xa9sum\xc3\xa9";
    check_contains(mail_of(message),
                   "Subject: =?utf-8?B?W0FvcnRhXSByw6lzdW3DqSBmYWlsZWQgKHNob3AsIHByb2Qp?=\r\n");
    message.subject = "asset:=?utf-8?Q?x?=";
    check_contains(mail_of(message), "Subject: =?utf-8?B?");
}

TEST("no line of a message of mail is longer than mail allows, whatever it says")
{
    struct alert_message message = failure;
    char subject[3000] = "asset:";

    for (size_t i = 6; i + 4 < sizeof subject; i += 3)
        memcpy(subject + i, "\xe2\x82\xac", 4);
    message.subject = subject;
    for (const char *line = mail_of(message), *end; *line != '\0'; line = end + 2) {
        end = strstr(line, "\r\n");
        check(end != NULL && end - line <= 80);
    }
}
