/*
 * Values of the contract as parameters of a statement, in their stored form (sqlite/storage.h).
 */
#ifndef AORTA_SQLITE_BIND_H
#define AORTA_SQLITE_BIND_H

#include "sqlite/session.h"

/* Binds one value. Texts are copied if scratch is NULL; else they are lent until the statement is
 * reset, and scratch (STORAGE_TEXT_SIZE bytes, lent as long) takes those that have to be made. A
 * value without stored form is AORTA_DATA, naming `what`. */
int bind_value(sqlite3_stmt *statement, int index, const struct aorta_value *value, char *scratch,
               const char *what, struct aorta_error *error);

/* Binds the parameters $1, $2, … by their names, with copies. A parameter of another form or
 * beyond param_count is AORTA_CONFIG. */
int bind_params(sqlite3_stmt *statement, const struct aorta_value *params, int32_t param_count,
                struct aorta_error *error);

/* The cell as a value; its text is lent from the batch. */
struct aorta_value bind_cell(enum aorta_type type, const struct aorta_column *column, int64_t row);

#endif
