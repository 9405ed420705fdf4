/*
 * Functions that SQLite lacks and generated SQL needs:
 *
 *     md5(x)                   lower-case hex of MD5 over the text (or the bytes) of x
 *     regexp_matches(x, re)    1 if the regular expression is found anywhere in x, else 0
 *     x REGEXP re              the same
 *
 * NULL in, NULL out. Expressions are POSIX extended ones over UTF-8, with \d \D \s \S \w \W \b, \t
 * \n, (?:…) and a leading (?i) as other databases have them; look-around is refused. All are
 * deterministic and innocuous, so indexes and views may use them.
 */
#ifndef AORTA_SQLITE_FUNCTIONS_H
#define AORTA_SQLITE_FUNCTIONS_H

#include "sqlite/session.h"

int functions_register(struct session *session, struct aorta_error *error);

#endif
