#include "duckdb/failure.h"

#include "duckdb/library.h"

#include "base/buf.h"

#include <string.h>

/* The first row that fits decides: the text begins with `kind` and contains `words`. */
static const struct {
    const char *kind;
    const char *words;
    enum aorta_error_code code;
} codes[] = {
    {"INTERRUPT", "", AORTA_CANCELED},

    {"", "write-write conflict", AORTA_TRANSIENT},
    {"", "Transaction conflict", AORTA_TRANSIENT},
    {"", "Conflict on ", AORTA_TRANSIENT},
    {"TransactionContext", "Failed to commit", AORTA_TRANSIENT},
    {"TransactionContext", "read-only", AORTA_CONFIG},
    {"TransactionContext", "", AORTA_BROKEN}, /* begin in a transaction, use of an aborted one */

    {"FATAL", "No space left", AORTA_TRANSIENT},
    {"FATAL", "File too large", AORTA_TRANSIENT},
    {"FATAL", "", AORTA_BROKEN},
    {"INTERNAL", "", AORTA_BROKEN},
    {"", "Corrupt database file", AORTA_BROKEN},

    {"IO", "No such file or directory", AORTA_CONFIG},
    {"IO", "No files found that match", AORTA_CONFIG},
    {"IO", "Permission denied", AORTA_CONFIG},
    {"IO", "Is a directory", AORTA_CONFIG},
    {"IO", "not a valid DuckDB database file", AORTA_CONFIG},
    {"IO", "database file with version number", AORTA_CONFIG},
    {"IO", "Failed to download extension", AORTA_CONFIG},
    {"IO", "", AORTA_TRANSIENT},
    {"HTTP", "", AORTA_TRANSIENT},
    {"Out of Memory", "", AORTA_TRANSIENT},

    {"Constraint", "", AORTA_DATA},
    {"Conversion", "", AORTA_DATA},
    {"Out of Range", "", AORTA_DATA},
    {"Divide by Zero", "", AORTA_DATA},
    {"Invalid Input", "Cannot prepare multiple statements", AORTA_CONFIG},
    {"Invalid Input", "No statement to prepare", AORTA_CONFIG},
    {"Invalid Input", "Values were not provided", AORTA_CONFIG},
    {"Invalid Input", "", AORTA_DATA}, /* a text that strptime, a regex or read_json cannot read */

    {"", "", AORTA_CONFIG}, /* Parser, Binder, Catalog, Dependency, Permission, … */
};

/* What DuckDB does not say, to a person who does not know how it names things. */
static const struct {
    const char *words;
    const char *hint;
} hints[] = {
    {"file system operations are disabled by configuration",
     ": SQL reads files in the folders that the connection's option folders names"},
    {"Ambiguous reference to catalog or schema",
     ": the database's file and the schema have one name, rename one of them"},
};

/* The kinds that an appender's error data names by number only. */
static const struct {
    duckdb_error_type type;
    const char *kind;
} kinds[] = {
    {DUCKDB_ERROR_CONSTRAINT, "Constraint"},
    {DUCKDB_ERROR_CONVERSION, "Conversion"},
    {DUCKDB_ERROR_OUT_OF_RANGE, "Out of Range"},
    {DUCKDB_ERROR_INVALID_INPUT, "Invalid Input"},
    {DUCKDB_ERROR_TRANSACTION, "TransactionContext"},
    {DUCKDB_ERROR_IO, "IO"},
    {DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory"},
    {DUCKDB_ERROR_INTERRUPT, "INTERRUPT"},
    {DUCKDB_ERROR_FATAL, "FATAL"},
    {DUCKDB_ERROR_INTERNAL, "INTERNAL"},
};

static enum aorta_error_code code_of(const char *text)
{
    size_t i = 0;

    while (strncmp(text, codes[i].kind, strlen(codes[i].kind)) != 0 ||
           strstr(text, codes[i].words) == NULL)
        i++;
    return codes[i].code;
}

/* Appends the text, every run of white space as one space and none at the ends. */
static void append_folded(struct buf *out, const char *text, size_t size)
{
    static const char white[] = " \t\r\n";
    bool is_gap = false;

    for (size_t i = 0; i < size; i++) {
        if (strchr(white, text[i]) != NULL) {
            is_gap = true;
            continue;
        }
        if (is_gap && out->size > 0 && out->data[out->size - 1] != ' ')
            buf_append_char(out, ' ');
        is_gap = false;
        buf_append_char(out, text[i]);
    }
}

/* Folds the text; of a "LINE n: …" part the first line stays, in brackets, without its caret. */
static void fold(struct buf *out, const char *text)
{
    const char *excerpt = strstr(text, "\nLINE ");
    size_t size = excerpt == NULL ? strlen(text) : (size_t)(excerpt - text);

    append_folded(out, text, size);
    if (excerpt == NULL)
        return;
    excerpt += strlen("\nLINE ");
    buf_append_str(out, " (line ");
    append_folded(out, excerpt, strcspn(excerpt, "\n"));
    buf_append_char(out, ')');
}

int failure_translate(struct aorta_error *error, const char *text)
{
    struct buf line;

    if (text == NULL || text[0] == '\0')
        return aorta_fail(error, AORTA_BROKEN, "duckdb failed without saying why");
    buf_init(&line);
    fold(&line, text);
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strstr(text, hints[i].words) != NULL)
            buf_append_str(&line, hints[i].hint);
    aorta_fail(error, code_of(text), "%s", line.data);
    buf_release(&line);
    return -1;
}

int failure_of_result(struct aorta_error *error, duckdb_result *result)
{
    return failure_translate(error, duckdb.result_error(result));
}

int failure_of_appender(struct aorta_error *error, duckdb_appender appender)
{
    duckdb_error_data data = duckdb.appender_error_data(appender);
    const char *message = duckdb.error_data_message(data);
    duckdb_error_type type = duckdb.error_data_error_type(data);
    struct buf text;

    buf_init(&text);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type)
            buf_printf(&text, "%s Error: ", kinds[i].kind);
    buf_append_str(&text, message != NULL ? message : "");
    failure_translate(error, text.data);
    buf_release(&text);
    duckdb.destroy_error_data(&data);
    return -1;
}
