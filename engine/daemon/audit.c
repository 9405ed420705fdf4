#include "daemon/audit.h"

#include "base/clock.h"
#include "daemon/work.h"
#include "store/audit.h"

#include <string.h>

enum { LISTED = 50, SUBJECT_BYTES = 200 }; /* of what somebody selected */

static const char *const looking[] = {"plan", "query", "show", "state", "test", NULL};

static bool only_looks(const char *verb)
{
    for (size_t i = 0; looking[i] != NULL; i++)
        if (strcmp(verb, looking[i]) == 0)
            return true;
    return false;
}

static const char *subject_of(const struct request *request, struct arena *arena)
{
    struct buf text;

    if (request->subject != NULL || request->of != NULL)
        return request->subject != NULL ? request->subject : request->of;
    if (request->select_count == 0)
        return NULL;
    buf_init(&text);
    for (size_t i = 0; i < request->select_count && text.size < SUBJECT_BYTES; i++)
        buf_printf(&text, "%s%s", i > 0 ? " " : "", request->select[i]);
    const char *subject =
        arena_strndup(arena, text.data, text.size < SUBJECT_BYTES ? text.size : SUBJECT_BYTES);
    buf_release(&text);
    return subject;
}

static void write_texts(struct json_writer *json, const char *key, const char **texts, size_t count)
{
    if (count == 0)
        return;
    json_write_key(json, key);
    json_write_array(json);
    for (size_t i = 0; i < count && i < LISTED; i++)
        json_write_str(json, texts[i]);
    json_write_end(json);
}

/* Of NAME=VALUE the names: a value may be a secret. */
static void write_names(struct json_writer *json, const char *key, const char **assignments,
                        size_t count, struct arena *arena)
{
    const char *names[LISTED];

    count = count < LISTED ? count : LISTED;
    for (size_t i = 0; i < count; i++)
        names[i] = arena_strndup(arena, assignments[i], strcspn(assignments[i], "="));
    write_texts(json, key, names, count);
}

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    if (text == NULL)
        return;
    json_write_key(json, key);
    json_write_str(json, text);
}

static void write_flag(struct json_writer *json, const char *key, bool flag)
{
    if (!flag)
        return;
    json_write_key(json, key);
    json_write_bool(json, true);
}

static void write_number(struct json_writer *json, const char *key, int64_t number)
{
    if (number == 0)
        return;
    json_write_key(json, key);
    json_write_int(json, number);
}

/* What came of it, or is about to. */
static void write_made(struct json_writer *json, const struct job *job)
{
    if (job->run.id[0] != '\0')
        write_text(json, strcmp(job->request->verb, "backfill") == 0 ? "backfill" : "run",
                   job->run.id);
}

static const char *detail_of(const struct job *job, struct arena *arena)
{
    const struct request *request = job->request;
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_object(&json);
    write_made(&json, job);
    write_text(&json, "target", request->target);
    write_texts(&json, "select", request->select, request->select_count);
    write_texts(&json, "exclude", request->exclude, request->exclude_count);
    write_names(&json, "variables", request->assignments, request->assignment_count, arena);
    write_texts(&json, "partitions", request->partitions, request->partition_count);
    write_texts(&json, "only", request->only, request->only_count);
    write_flag(&json, "full_refresh", request->full_refresh);
    write_flag(&json, "discard_history", request->discard_history);
    write_flag(&json, "force", request->force);
    write_flag(&json, "only_failed", request->only_failed);
    write_flag(&json, "rejected", request->drops_rejected);
    write_text(&json, "trigger", request->trigger);
    write_text(&json, "role", request->role);
    write_number(&json, "at_once", request->at_once);
    write_number(&json, "priority", request->priority);
    write_number(&json, "lasts_ms", request->lasts_ms);
    json_write_end(&json);
    const char *detail = text.size > 2 ? arena_strndup(arena, text.data, text.size) : NULL;
    buf_release(&text);
    return detail;
}

void audit_job(const struct job *job, const char *result)
{
    const struct request *request = job->request;
    struct arena arena;

    if (request == NULL || request->verb == NULL || only_looks(request->verb) ||
        request->backfill != NULL || request->actor == NULL)
        return;
    if (result != NULL && strcmp(result, "busy") == 0 &&
        journal_trouble(job->daemon->journal) != NULL)
        return; /* who asks again and again should not fill the memory with what cannot be written */
    arena_init(&arena);
    const struct store_audit entry = {
        .at_us = clock_now_us(),
        .actor = request->actor,
        .address = request->address,
        .action = request->verb,
        .subject = subject_of(request, &arena),
        .result = result != NULL ? result : "refused",
        .detail = detail_of(job, &arena),
    };
    store_audit_append(journal_store(job->daemon->journal), &entry, STORE_NO_DONE);
    arena_release(&arena);
}
