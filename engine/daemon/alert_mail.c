#include "daemon/alert_mail.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <openssl/evp.h>
#include <string.h>

enum {
    WORD_BYTES = 42,      /* of text in one encoded word: 56 letters of base64, 68 in all */
    LINE_BYTES = 57,      /* of the body in one line: 76 letters (RFC 2045, section 6.8) */
    MAX_TITLE_BYTES = 400 /* of a subject: more is in the body */
};

static void append_base64(struct buf *out, const char *text, size_t size)
{
    unsigned char letters[4 * ((LINE_BYTES + 2) / 3) + 1];

    int count = EVP_EncodeBlock(letters, (const unsigned char *)text, (int)size);
    buf_append(out, letters, (size_t)count);
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* A character of more bytes is never cut in two: each word is read alone. */
static void append_encoded(struct buf *out, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t end = at;
        while (end < size) {
            size_t length = utf8_length(text + end, size - end);
            length = length > 0 ? length : 1;
            if (end + length > at + WORD_BYTES)
                break;
            end += length;
        }
        buf_append_str(out, at > 0 ? "\r\n =?utf-8?B?" : "=?utf-8?B?");
        append_base64(out, text + at, end - at);
        buf_append_str(out, "?=");
        at = end;
    }
}

static void append_subject(struct buf *out, const struct alert_message *message)
{
    struct buf title;

    buf_init(&title);
    buf_append_str(&title, "[Aorta] ");
    alert_message_title(message, &title);
    if (title.size > MAX_TITLE_BYTES) {
        size_t end = MAX_TITLE_BYTES;
        while (end > 0 && ((unsigned char)title.data[end] & 0xc0) == 0x80)
            end--;
        buf_truncate(&title, end);
        buf_append_str(&title, "…");
    }
    buf_append_str(out, "Subject: ");
    if (is_plain(title.data) && strstr(title.data, "=?") == NULL)
        buf_append(out, title.data, title.size);
    else
        append_encoded(out, title.data, title.size);
    buf_append_str(out, "\r\n");
    buf_release(&title);
}

/* RFC 5322, section 3.3, in UTC. */
static void append_date(struct buf *out, int64_t now_us)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = now_us / CLOCK_US_PER_DAY, second = now_us % CLOCK_US_PER_DAY / 1000000, year;
    int month, of_month;

    clock_civil_from_days(day, &year, &month, &of_month);
    buf_printf(out, "Date: %s, %d %s %lld %02d:%02d:%02d +0000\r\n", days[day % 7], of_month,
               months[month - 1], (long long)year, (int)(second / 3600), (int)(second / 60 % 60),
               (int)(second % 60));
}

void alert_mail_write(const struct alert_message *message, const struct alert *alert,
                      int64_t now_us, struct buf *out)
{
    struct buf text;

    append_date(out, now_us);
    buf_printf(out, "From: Aorta <%s>\r\n", alert->from);
    for (size_t i = 0; i < alert->to.count; i++)
        buf_printf(out, "%s<%s>", i == 0 ? "To: " : ",\r\n ", alert->to.items[i]);
    buf_append_str(out, "\r\n");
    append_subject(out, message);
    buf_printf(out, "Message-ID: <%s%s>\r\n", message->id, strchr(alert->from, '@'));
    buf_append_str(out, "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "\r\n");
    buf_init(&text);
    alert_message_text(message, &text);
    for (size_t at = 0; at < text.size; at += LINE_BYTES) {
        size_t size = text.size - at < LINE_BYTES ? text.size - at : LINE_BYTES;
        append_base64(out, text.data + at, size);
        buf_append_str(out, "\r\n");
    }
    buf_release(&text);
}
