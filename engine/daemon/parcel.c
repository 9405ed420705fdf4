#include "daemon/parcel.h"

#include "daemon/alert_mail.h"
#include "daemon/alert_message.h"
#include "daemon/alert_sign.h"
#include "daemon/curl_library.h"
#include "option/option.h"

#include <string.h>

/* ---- secrets --------------------------------------------------------------------------------- */

static int resolve(const char *text, const char *what, const char *folder, struct arena *arena,
                   const char **value, struct err *err)
{
    *value = NULL;
    if (text == NULL)
        return 0;
    if (option_resolve(text, folder, arena, value, err) < 0)
        return err_wrap(err, "%s", what);
    return 0;
}

static int resolve_all(struct parcel *parcel, const struct alert *to, const char *folder,
                       struct arena *arena, struct err *err)
{
    bool has_secret = to->secret != NULL || to->password != NULL || to->way == ALERT_SLACK;
    const char *what = to->way == ALERT_EMAIL ? "server" : "url";

    parcel->is_url_secret = option_is_reference(to->url);
    if (curl_library_load(err) < 0 ||
        resolve(to->url, what, folder, arena, &parcel->url, err) < 0 ||
        resolve(to->secret, "secret", folder, arena, &parcel->secret, err) < 0 ||
        resolve(to->password, "password", folder, arena, &parcel->password, err) < 0)
        return -1;
    const char *fault = alert_url_fault(to->way, parcel->url, has_secret);
    if (fault != NULL)
        return err_set(err, ERR_CONFIG, "%s %s", what, fault);
    return 0;
}

void parcel_resolve(struct parcel *parcel, const struct alert *to, const char *folder,
                    struct arena *arena)
{
    *parcel = (struct parcel){0};
    parcel->has_failed = resolve_all(parcel, to, folder, arena, &parcel->err) < 0;
}

static void wipe(const char **text)
{
    union {
        const char *lent;
        char *own;
    } secret = {*text};

    if (secret.lent != NULL)
        explicit_bzero(secret.own, strlen(secret.lent));
    *text = NULL;
}

void parcel_wipe(struct parcel *parcel)
{
    if (parcel->is_url_secret)
        wipe(&parcel->url);
    wipe(&parcel->secret);
    wipe(&parcel->password);
}

/* ---- packing --------------------------------------------------------------------------------- */

void parcel_request_init(struct parcel_request *request)
{
    *request = (struct parcel_request){0};
    buf_init(&request->body);
    for (size_t i = 0; i < 4; i++)
        buf_init(&request->headers[i]);
}

void parcel_request_release(struct parcel_request *request)
{
    buf_release(&request->body);
    for (size_t i = 0; i < 4; i++)
        buf_release(&request->headers[i]);
}

static struct buf *add_header(struct parcel_request *request)
{
    return &request->headers[request->transfer.header_count++];
}

static int pack_webhook(const struct parcel *parcel, const struct store_alert *alert,
                        int64_t now_us, struct parcel_request *request, struct err *err)
{
    char signature[ALERT_SIGNATURE_SIZE + 1];
    int64_t now_s = now_us / 1000000;

    buf_append_str(&request->body, alert->body);
    if (alert_sign(parcel->secret, alert->id, now_s, request->body.data, request->body.size,
                   signature, err) < 0)
        return -1;
    buf_printf(add_header(request), "webhook-id: %s", alert->id);
    buf_printf(add_header(request), "webhook-timestamp: %lld", (long long)now_s);
    buf_printf(add_header(request), "webhook-signature: %s", signature);
    return 0;
}

static void pack_mail(const struct parcel *parcel, const struct alert *to,
                      struct transfer_request *transfer)
{
    transfer->is_mail = true;
    transfer->user = to->user;
    transfer->password = parcel->password;
    transfer->from = to->from;
    transfer->to = to->to.items;
    transfer->to_count = to->to.count;
    transfer->must_encrypt = !alert_url_is_loopback(parcel->url);
}

int parcel_pack(const struct parcel *parcel, const struct alert *to,
                const struct store_alert *alert, int64_t now_us, struct parcel_request *request,
                struct err *err)
{
    struct transfer_request *transfer = &request->transfer;
    struct alert_message message = {0};
    struct arena arena;
    int result = 0;

    if (parcel->has_failed) {
        *err = parcel->err;
        return -1;
    }
    arena_init(&arena);
    result = record_decode(alert->body, strlen(alert->body), &alert_message_shape, &arena, &message,
                           err);
    if (result == 0 && to->way == ALERT_WEBHOOK)
        result = pack_webhook(parcel, alert, now_us, request, err);
    if (result == 0 && to->way == ALERT_SLACK)
        alert_message_slack(&message, &request->body);
    if (result == 0 && to->way == ALERT_EMAIL) {
        alert_mail_write(&message, to, now_us, &request->body);
        pack_mail(parcel, to, transfer);
    } else {
        buf_append_str(add_header(request), "content-type: application/json");
    }
    for (size_t i = 0; i < transfer->header_count; i++)
        request->header_texts[i] = request->headers[i].data;
    transfer->headers = request->header_texts;
    transfer->url = parcel->url;
    transfer->body = request->body.data;
    transfer->size = request->body.size;
    arena_release(&arena);
    return result;
}
