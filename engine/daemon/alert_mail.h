/*
 * An alert as a message of mail: RFC 5322, plain text in UTF-8.
 *
 * Nothing of what an alert says can end a header or begin another one: what is not plain ASCII
 * stands in encoded words (RFC 2047), and controls have become blanks.
 */
#ifndef AORTA_DAEMON_ALERT_MAIL_H
#define AORTA_DAEMON_ALERT_MAIL_H

#include "config/alert.h"
#include "daemon/alert_message.h"

/* Appends headers and body, lines ended by CR LF. */
void alert_mail_write(const struct alert_message *message, const struct alert *alert,
                      int64_t now_us, struct buf *out);

#endif
