/*
 * Names of time zones, and the folder that holds them.
 */
#ifndef AORTA_SCHEDULE_ZONE_NAME_H
#define AORTA_SCHEDULE_ZONE_NAME_H

#include "base/err.h"

#include <stdbool.h>

/* $TZDIR or /usr/share/zoneinfo. */
const char *zone_folder(void);

/* Whether the text can be a name at all: parts of ASCII letters, digits, "_", "-", "+" and ".",
 * which none begins with, between single slashes. Such a name stays inside of the folder. */
bool zone_name_is_valid(const char *name);

/* Sets that there is no such zone, with the nearest that there is, and returns -1. Reads the list
 * of names beside the zones, tzdata.zi or zone1970.tab. */
int zone_name_unknown(const char *name, struct err *err);

#endif
