#include "model/show.h"

#include "model/decide.h"
#include "model/template_context.h"

/* What a destination in which nothing was ever built would have said. */
static void imagine_nothing(struct model_attempt *attempt)
{
    size_t count = attempt->spec->ref_count;

    attempt->reads = arena_calloc(attempt->arena, count, sizeof *attempt->reads);
    attempt->reads_rows = arena_calloc(attempt->arena, count, sizeof *attempt->reads_rows);
    attempt->ref_states = arena_calloc(attempt->arena, count, sizeof *attempt->ref_states);
    for (size_t i = 0; i < count; i++)
        attempt->ref_states[i] =
            (struct state){.asset = attempt->spec->refs[i].asset, .epoch = "", .row_count = -1};
}

int model_show(struct session *session, const struct model_spec *spec, struct arena *arena,
               struct model_shown *shown, struct err *err)
{
    struct model_result result = {0};
    struct model_attempt attempt = {
        .session = session, .spec = spec, .arena = arena, .result = &result, .only_shows = true};
    const char *print;
    struct state own;

    if (session->handle == NULL)
        imagine_nothing(&attempt);
    else if (decide_attempt(&attempt, &own, &print, err) < 0)
        return err_wrap(err, "asset %s", spec->asset);
    if (model_render(&attempt, err) < 0)
        return err_wrap(err, "asset %s", spec->asset);
    *shown = (struct model_shown){attempt.sql, attempt.is_incremental};
    return 0;
}
