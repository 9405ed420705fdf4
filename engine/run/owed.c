#include "run/owed.h"

#include "base/hash.h"
#include "graph/asset_partitions.h"

#include <string.h>

/* What failed together with others, any of which may be at fault. What was published stands, and
 * is no matter of on_missing. */
static bool is_suspect(const struct part *part, bool is_eager)
{
    return part->state == PART_FAILED && part->among > 1 && (is_eager || !part->is_published);
}

/* `suspects`: whether those are meant, or all others. */
static bool is_owed(const struct part *part, bool is_eager, bool suspects)
{
    bool has_news = part->state == PART_FAILED && is_eager && part->input_us > part->at_us;

    if (part->lacks_input)
        return false;
    if (suspects)
        return is_suspect(part, is_eager) && !has_news;
    switch (part->state) {
    case PART_MISSING: return true;
    case PART_STALE: return is_eager;
    case PART_FAILED: return has_news;
    case PART_PRESENT:
    case PART_RUNNING: break;
    }
    return false;
}

/* How many are asked for with that one, itself among them. */
static size_t room_of(const struct part *part, bool suspects)
{
    int64_t half = part->among / 2;

    return suspects && half < OWED_AT_ONCE ? (size_t)half : OWED_AT_ONCE;
}

/* Whether it goes with the one that is asked for first: suspects are of one window. */
static bool goes_with(const struct part *part, const struct part *first, bool suspects)
{
    return !suspects || (part->run_id != NULL && first->run_id != NULL &&
                         strcmp(part->run_id, first->run_id) == 0);
}

/* Another one if others are owed, or if there is something new to make them of. */
static void add_seen(const struct part *part, struct owed *owed)
{
    uint64_t hash = hash_bytes(part->partition.key, strlen(part->partition.key));

    hash = hash_mix(hash ^ hash_mix((uint64_t)part->input_us + (uint64_t)part->state));
    owed->seen = hash_mix(owed->seen ^ hash);
    owed->seen += owed->seen == 0;
}

/* Both return how many that failed are among those that they found. */
static size_t find_newest(const struct part *parts, size_t count, bool is_eager, bool suspects,
                          struct arena *arena, struct owed *owed)
{
    size_t to = count, from, failed = 0;

    while (to > 0 && !is_owed(&parts[to - 1], is_eager, suspects))
        to--;
    for (from = to; from > 0 && to - from < room_of(&parts[to - 1], suspects) &&
                    is_owed(&parts[from - 1], is_eager, suspects) &&
                    goes_with(&parts[from - 1], &parts[to - 1], suspects);
         from--) {
        add_seen(&parts[from - 1], owed);
        failed += parts[from - 1].state == PART_FAILED;
    }
    if (from == to)
        return 0;
    const char *first = parts[from].partition.key, *last = parts[to - 1].partition.key;
    owed->texts[owed->count++] =
        to - from == 1 ? first : arena_printf(arena, "%s..%s", first, last);
    return failed;
}

static size_t find_first(const struct part *parts, size_t count, bool is_eager, bool suspects,
                         struct owed *owed)
{
    const struct part *first = NULL;
    size_t failed = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_owed(&parts[i], is_eager, suspects))
            continue;
        first = first != NULL ? first : &parts[i];
        if (owed->count == room_of(first, suspects))
            break;
        if (!goes_with(&parts[i], first, suspects))
            continue;
        add_seen(&parts[i], owed);
        owed->texts[owed->count++] = parts[i].partition.key;
        failed += parts[i].state == PART_FAILED;
    }
    return failed;
}

void owed_find(const struct part *parts, size_t count, bool is_static, bool is_eager,
               struct arena *arena, struct owed *owed)
{
    size_t failed = 0, asked = 0;

    *owed = (struct owed){.texts = arena_calloc(arena, OWED_AT_ONCE, sizeof *owed->texts)};
    for (int suspects = 0; suspects < 2 && owed->count == 0; suspects++)
        asked = is_static ? find_first(parts, count, is_eager, suspects, owed)
                          : find_newest(parts, count, is_eager, suspects, arena, owed);
    for (size_t i = 0; i < count; i++)
        failed += parts[i].state == PART_FAILED;
    owed->leaves_failed = failed > asked;
}

bool owed_applies(const struct loaded *loaded, const struct asset *asset)
{
    const struct rule *rule = loaded->rules.of[asset->order];

    return rule != NULL && (rule->when == UPKEEP_EAGER || rule->when == UPKEEP_ON_MISSING) &&
           partitioned_find(&loaded->partitioned, asset) != NULL;
}

int owed_read(const struct loaded *loaded, const struct asset *asset, struct store_reader *reader,
              struct arena *arena, struct owed *owed, struct err *err)
{
    const struct partitions *partitions = partitioned_find(&loaded->partitioned, asset);
    bool is_eager = loaded->rules.of[asset->order]->when == UPKEEP_EAGER;
    struct part *parts;
    size_t count;

    if (parts_read(loaded, asset, reader, true, arena, &parts, &count, err) < 0)
        return -1;
    owed_find(parts, count, partitions->unit == PARTITION_STATIC, is_eager, arena, owed);
    if (asset_partitions_are_of_topic(asset))
        owed->count = 0;
    return 0;
}
