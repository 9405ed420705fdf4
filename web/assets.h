/*
 * The asset that a path names, for all that is about one.
 */
#ifndef AORTA_WEB_ASSETS_H
#define AORTA_WEB_ASSETS_H

#include "web/exchange.h"

/* The asset of the path, by key or name; NULL: there is none, and the answer says so. */
const struct asset *web_asset_find(struct web_exchange *exchange);

#endif
