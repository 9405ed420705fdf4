/*
 * What a request brings: a JSON object of a shape (message/record.h). More strictly than messages
 * are read, because people write these: a field that is unknown, comes twice or has another type is
 * refused, with the name that was probably meant.
 */
#ifndef AORTA_WEB_BODY_H
#define AORTA_WEB_BODY_H

#include "message/record.h"

#define BODY_BYTES ((size_t)1 << 20)

/* Into a zeroed record, in the arena. */
int body_read(const char *text, size_t size, const struct record_shape *shape, struct arena *arena,
              void **record, struct err *err);

#endif
