/*
 * The connector "wearables": users and activities, and how they change.
 */
#include "test.h"
#include "wearables.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { USERS = 9999 };

static const char hash_of_users[] =
    "7a87d6bc0d8edec15e306ed92e7a445c7e54fe9c307170baf582057e52ef9983";

/* ---------------------------------------------------------------------------------- first record */

struct spread {
    int64_t count, sum, squares;
};

/* What is counted of the first record of everybody. */
struct counts {
    int people, men, moved, last_id;
    struct spread height[2], weight[2]; /* of women and men */
    int by_country[26 * 26], by_blood[8], by_race[5];
    int youngest, oldest; /* YYYYMMDD */
    int64_t last_at;
};

static int index_of(const char *const *list, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return i;
    test_fail(__FILE__, __LINE__, "\"%s\" is not in the list", text);
}

static void add(struct spread *spread, int64_t value)
{
    spread->count++;
    spread->sum += value;
    spread->squares += value * value;
}

/* That the average rounds to the one wanted, and that the standard deviation is within 3 %, which
 * of 5,000 is three times its own: compared as squares. */
static void check_normal(const char *what, const struct spread *got, int average, int deviation)
{
    double mean = (double)got->sum / (double)got->count;
    double variance = (double)got->squares / (double)got->count - mean * mean;
    double wanted = (double)deviation * deviation;

    if (mean < average - 0.5 || mean >= average + 0.5 || variance < wanted * 0.97 * 0.97 ||
        variance > wanted * 1.03 * 1.03)
        test_fail(__FILE__, __LINE__, "%s: %.2f with a variance of %.1f, not %d with one of %.0f",
                  what, mean, variance, average, wanted);
}

static void count_person(void *arg, const struct aorta_batch *batch, int64_t row)
{
    static const char *const bloods[] = {"A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"};
    static const char *const races[] = {"W", "B", "A", "H", "O"};
    struct counts *counts = arg;

    if (strcmp(wearables_text(batch, "_change", row), "I") != 0)
        return;
    const char *origin = wearables_text(batch, "origin_country_code", row);
    const char *address = wearables_text(batch, "address_country_code", row);
    int is_man = strcmp(wearables_text(batch, "sex", row), "M") == 0;
    int born = (int)wearables_int(batch, "date_of_birth", row);
    int64_t height = wearables_int(batch, "height", row);
    int64_t weight = wearables_int(batch, "weight", row);
    check(height >= 100 && height <= 300 && weight >= 30 && weight <= 500);
    counts->people++;
    counts->men += is_man;
    add(&counts->height[is_man], height);
    add(&counts->weight[is_man], weight);
    counts->moved += strcmp(origin, address) != 0;
    counts->by_country[(origin[0] - 'A') * 26 + origin[1] - 'A']++;
    counts->by_blood[index_of(bloods, 8, wearables_text(batch, "blood_type", row))]++;
    counts->by_race[index_of(races, 5, wearables_text(batch, "race", row))]++;
    counts->youngest = born > counts->youngest ? born : counts->youngest;
    counts->oldest = counts->oldest == 0 || born < counts->oldest ? born : counts->oldest;
    check(utf8_is_valid(wearables_text(batch, "address", row),
                        strlen(wearables_text(batch, "address", row))));
    check(strlen(wearables_text(batch, "first_name", row)) > 0);
    check(strlen(wearables_text(batch, "last_name", row)) > 0);
    check_int(wearables_int(batch, "last_update", row), wearables_int(batch, "_change_at", row));
}

static void check_share(const char *what, int got, double wanted, int of)
{
    double share = (double)got / of;

    if (share < wanted - 0.02 || share > wanted + 0.02)
        test_fail(__FILE__, __LINE__, "%s: %.3f and not %.3f", what, share, wanted);
}

TEST("users are as many and as varied as they should be")
{
    static const char countries[][3] = {"US", "GB", "AU", "BR", "ES", "FR", "DE",
                                        "IT", "NL", "SE", "NO", "FI", "DK", "PL"};
    static const double blood[] = {.35, .06, .15, .02, .03, .01, .36, .02};
    static const double race[] = {.40, .20, .15, .20, .05};
    static struct counts counts;
    /* Everybody is recorded by then, and nobody is edited. */
    void *connection = wearables_open(&(struct wearables_options){
        .as_of_us = WEARABLES_START_US + 3 * WEARABLES_DAY_US, .edits = -1});

    wearables_rows(wearables_read(connection, "users", NULL), false, count_person, &counts);
    check_int(counts.people, USERS);
    check_share("men", counts.men, 0.5, USERS);
    /* 10 % draw again, one in 14 of them the same. */
    check_share("moved", counts.moved, 0.1 * 13 / 14, USERS);
    for (int i = 0; i < 14; i++) {
        int place = (countries[i][0] - 'A') * 26 + countries[i][1] - 'A';
        check_share(countries[i], counts.by_country[place], 1.0 / 14, USERS);
    }
    for (int i = 0; i < 8; i++)
        check_share("blood type", counts.by_blood[i], blood[i], USERS);
    for (int i = 0; i < 5; i++)
        check_share("race", counts.by_race[i], race[i], USERS);
    check_normal("men's height", &counts.height[1], 175, 8);
    check_normal("men's weight", &counts.weight[1], 80, 10);
    check_normal("women's height", &counts.height[0], 162, 7);
    check_normal("women's weight", &counts.weight[0], 65, 8);
    check(counts.youngest > 20050101 && counts.youngest <= 20060401);
    check(counts.oldest < 19250401 && counts.oldest >= 19240401);
    wearables_load()->close(connection);
}

/* --------------------------------------------------------------------------------------- changes */

/* A table kept by applying changes to it. */
struct replica {
    bool is_there[USERS];
    char row[USERS][400]; /* the columns but last_update */
    int64_t last_number, last_at;
    int inserts, updates, deletes, returns, touches, same_instant, recorded_late;
    int last_who;
};

static void row_text(const struct aorta_batch *batch, int64_t row, char text[400])
{
    snprintf(
        text, 400, "%s %s %lld %s %lld %lld %s %s %s %s %s %s",
        wearables_text(batch, "first_name", row), wearables_text(batch, "last_name", row),
        (long long)wearables_int(batch, "date_of_birth", row), wearables_text(batch, "sex", row),
        (long long)wearables_int(batch, "height", row),
        (long long)wearables_int(batch, "weight", row), wearables_text(batch, "blood_type", row),
        wearables_text(batch, "race", row), wearables_text(batch, "origin_country_code", row),
        wearables_text(batch, "address", row), wearables_text(batch, "address_country_code", row),
        wearables_text(batch, "address_country_name", row));
}

static void apply_change(void *arg, const struct aorta_batch *batch, int64_t row)
{
    struct replica *replica = arg;
    char change = wearables_text(batch, "_change", row)[0], text[400];
    int who = (int)wearables_index(batch, "user_id", row, 10001, 10001 + USERS);
    int64_t at = wearables_int(batch, "_change_at", row);

    check_int(wearables_int(batch, "_change_lsn", row), replica->last_number + 1);
    check(at >= replica->last_at);
    check_int(at % 1000, 0);
    replica->same_instant += at == replica->last_at && who == replica->last_who;
    replica->last_number++;
    replica->last_at = at;
    replica->last_who = who;
    if (change == 'D') {
        check(replica->is_there[who]);
        check(wearables_is_null(batch, "first_name", row));
        check(wearables_is_null(batch, "last_update", row));
        replica->is_there[who] = false;
        replica->deletes++;
        return;
    }
    check_int(wearables_int(batch, "last_update", row), at);
    check_int(replica->is_there[who], change == 'U');
    row_text(batch, row, text);
    replica->inserts += change == 'I';
    replica->updates += change == 'U';
    replica->returns += change == 'I' && replica->row[who][0] != '\0';
    replica->recorded_late +=
        change == 'I' && replica->row[who][0] == '\0' && at >= WEARABLES_START_US;
    replica->touches += change == 'U' && strcmp(replica->row[who], text) == 0;
    replica->is_there[who] = true;
    snprintf(replica->row[who], sizeof replica->row[who], "%s", text);
}

TEST("changes to users come in order and can be applied; every kind is there within three days")
{
    static struct replica replica;
    void *connection = wearables_open(
        &(struct wearables_options){.as_of_us = WEARABLES_START_US + 3 * WEARABLES_DAY_US});

    wearables_rows(wearables_read(connection, "users", NULL), false, apply_change, &replica);
    check(replica.last_at < WEARABLES_START_US + 3 * WEARABLES_DAY_US);
    check(replica.inserts - replica.returns == USERS);
    check(replica.updates > 400 && replica.deletes > 20 && replica.returns > 10);
    check(replica.touches > 30 && replica.same_instant > 20);
    check(replica.recorded_late > 20 && replica.recorded_late < 100);
    wearables_load()->close(connection);
}

TEST("activities are 23 with ids of their own, and change now and then")
{
    struct aorta_batch batch;
    struct aorta_error err;
    bool seen[1000] = {0};
    int inserts = 0, updates = 0;
    void *connection = wearables_open(
        &(struct wearables_options){.as_of_us = WEARABLES_START_US + 30 * WEARABLES_DAY_US});
    void *reader = wearables_read(connection, "activities", NULL);

    check_int(wearables_load()->source->next(reader, &batch, &err), 1);
    for (int64_t row = 0; row < batch.row_count; row++) {
        size_t id = wearables_index(&batch, "activity_id", row, 20001, 21000);
        bool is_insert = wearables_text(&batch, "_change", row)[0] == 'I';
        check(seen[id] != is_insert);
        check_int(wearables_int(&batch, "_change_lsn", row), row + 1);
        seen[id] = true;
        inserts += is_insert;
        updates += !is_insert;
    }
    check_int(inserts, 23);
    check_int(updates, 30);
    check_int(wearables_load()->source->next(reader, &batch, &err), 0);
    check_str(wearables_load()->source->position(reader), "{\"change\":53}");
    wearables_load()->source->read_close(reader);
    wearables_load()->close(connection);
}

static void append_row(void *arg, const struct aorta_batch *batch, int64_t row)
{
    struct buf *out = arg;

    for (int32_t i = 0; i < batch->column_count; i++) {
        const char *name = batch->fields[i].name;
        if (wearables_is_null(batch, name, row))
            buf_append_str(out, "null");
        else if (batch->fields[i].type == AORTA_TEXT)
            buf_append_str(out, wearables_text(batch, name, row));
        else
            buf_printf(out, "%lld", (long long)wearables_int(batch, name, row));
        buf_append_char(out, i + 1 < batch->column_count ? '|' : '\n');
    }
}

static void read_text(const struct wearables_options *options, const char *stream,
                      const char *position, struct buf *out)
{
    void *connection = wearables_open(options);

    buf_init(out);
    wearables_rows(wearables_read(connection, stream, position), false, append_row, out);
    wearables_load()->close(connection);
}

static const char *skip_lines(const char *text, int count)
{
    for (; count > 0; count--)
        text = strchr(text, '\n') + 1;
    return text;
}

TEST("a later as_of only adds changes, and a position gives exactly the rest")
{
    const int64_t days[] = {-40, -12, 0, 1, 2, 5};
    struct wearables_options options = {.users = 300, .edits = 40};
    struct buf whole, part;

    options.as_of_us = WEARABLES_START_US + 6 * WEARABLES_DAY_US + WEARABLES_HOUR_US;
    read_text(&options, "users", NULL, &whole);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        options.as_of_us = WEARABLES_START_US + days[i] * WEARABLES_DAY_US + WEARABLES_HOUR_US;
        read_text(&options, "users", NULL, &part);
        check(i == 0 ? part.size == 0 : part.size > 0 && part.size < whole.size);
        check(memcmp(whole.data, part.data, part.size) == 0);
        buf_release(&part);
    }
    options.as_of_us = WEARABLES_START_US + 6 * WEARABLES_DAY_US + WEARABLES_HOUR_US;
    for (int after = 0; after < 540; after += 9) {
        char position[64];
        snprintf(position, sizeof position, " {\"change\" : %d}", after);
        read_text(&options, "users", position, &part);
        check_str(part.data, skip_lines(whole.data, after));
        buf_release(&part);
    }
    buf_release(&whole);
}

TEST("the same seed gives the same users everywhere, another seed gives others")
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + 10 * WEARABLES_DAY_US};
    struct buf users, others;
    char hex[HASH_HEX_SIZE + 1];

    read_text(&options, "users", NULL, &users);
    struct hash *hash = hash_new();
    hash_add(hash, users.data, users.size);
    hash_finish(hash, hex);
    check_str(hex, hash_of_users);
    options.seed = 43;
    read_text(&options, "users", NULL, &others);
    check(strcmp(users.data, others.data) != 0);
    buf_release(&users);
    buf_release(&others);
}

/* ---------------------------------------------------------------------------------------- errors */

static int open_read(const char *stream, enum aorta_read_mode mode, const char *position,
                     struct aorta_error *error)
{
    void *connection = wearables_open(&(struct wearables_options){.as_of_us = WEARABLES_START_US});
    struct aorta_read_request request = {.stream = stream, .mode = mode, .position = position};
    void *reader;
    int result = wearables_load()->source->read_open(connection, &request, &reader, error);

    wearables_load()->close(connection);
    return result;
}

TEST("what cannot be read is said")
{
    struct aorta_error err;

    check_fails(open_read("steps", AORTA_READ_CHANGES, NULL, &err), AORTA_CONFIG,
                "no stream \"steps\"; there are users, activities and heart_rates");
    check_fails(open_read("users", AORTA_READ_ALL, NULL, &err), AORTA_CONFIG,
                "stream \"users\" can be read as changes only");
    check_fails(open_read("heart_rates", AORTA_READ_CHANGES, NULL, &err), AORTA_CONFIG,
                "stream \"heart_rates\" can be read incrementally only");
    check_fails(open_read("users", AORTA_READ_CHANGES, "{\"change\":-1}", &err), AORTA_BROKEN,
                "is no {\"change\": number}");
    check_fails(open_read("users", AORTA_READ_CHANGES, "{\"change\":1}x", &err), AORTA_BROKEN,
                "is no {\"change\": number}");
}

TEST("an option out of its range is refused by name")
{
    static const struct {
        const char *name, *message;
        int64_t integer;
        double number;
        const char *text;
    } cases[] = {
        {"users", "users is 10000 and not between 1 and 9999", 10000, 0, ""},
        {"edits", "edits is -1", -1, 0, ""},
        {"partitions", "partitions is 0", 0, 0, ""},
        {"sessions_per_day", "sessions_per_day is 25 and not between 0 and 24", 0, 25, ""},
        {"late_share", "late_share is -0.5 and not between 0 and 1", 0, -0.5, ""},
        {"model", "model is \"magic\" and neither \"physiological\" nor \"reference\"", 0, 0,
         "magic"},
        {"leaves", "leaves is \"paper\" and not \"numbers\", \"text\" or \"mixed\"", 0, 0, "paper"},
    };
    const struct aorta_connector *connector = wearables_load();
    struct aorta_error err;
    void *connection;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aorta_option_value values[WEARABLES_OPTIONS_MAX];
        for (int k = 0; connector->options[k].name != NULL; k++) {
            values[k] = (struct aorta_option_value){true, connector->options[k].default_text, 1, 1};
            if (strcmp(connector->options[k].name, cases[i].name) == 0)
                values[k] = (struct aorta_option_value){true, cases[i].text, cases[i].integer,
                                                        cases[i].number};
        }
        check_fails(connector->open(NULL, values, &connection, &err), AORTA_CONFIG,
                    cases[i].message);
    }
}

static int count_streams(void *arg, const struct aorta_stream *stream)
{
    buf_printf(arg, "%s %d %d\n", stream->name, stream->field_count, stream->key_count);
    return 0;
}

TEST("the streams are found, with their columns and keys")
{
    void *connection = wearables_open(&(struct wearables_options){.as_of_us = WEARABLES_START_US});
    struct aorta_error err;
    struct buf streams;

    buf_init(&streams);
    check_ok(wearables_load()->source->discover(connection, count_streams, &streams, &err));
    check_str(streams.data, "users 15 1\nactivities 3 1\nheart_rates 4 0\n");
    buf_release(&streams);
    wearables_load()->close(connection);
}
