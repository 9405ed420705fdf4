#include "run/owed.h"

#include "base/hash.h"

#include <string.h>

static bool is_owed(const struct part *part, bool is_eager)
{
    if (part->lacks_input)
        return false;
    switch (part->state) {
    case PART_MISSING: return true;
    case PART_STALE: return is_eager;
    case PART_FAILED: return is_eager && part->input_us > part->at_us;
    case PART_PRESENT:
    case PART_RUNNING: break;
    }
    return false;
}

/* Another one if others are owed, or if there is something new to make them of. */
static void add_seen(const struct part *part, struct owed *owed)
{
    uint64_t hash = hash_bytes(part->partition.key, strlen(part->partition.key));

    hash = hash_mix(hash ^ hash_mix((uint64_t)part->input_us + (uint64_t)part->state));
    owed->seen = hash_mix(owed->seen ^ hash);
    owed->seen += owed->seen == 0;
}

static void find_newest(const struct part *parts, size_t count, bool is_eager, struct arena *arena,
                        struct owed *owed)
{
    size_t to = count, from;

    while (to > 0 && !is_owed(&parts[to - 1], is_eager))
        to--;
    for (from = to; from > 0 && to - from < OWED_AT_ONCE && is_owed(&parts[from - 1], is_eager);
         from--)
        add_seen(&parts[from - 1], owed);
    if (from == to)
        return;
    const char *first = parts[from].partition.key, *last = parts[to - 1].partition.key;
    owed->texts[owed->count++] =
        to - from == 1 ? first : arena_printf(arena, "%s..%s", first, last);
}

static void find_first(const struct part *parts, size_t count, bool is_eager, struct owed *owed)
{
    for (size_t i = 0; i < count && owed->count < OWED_AT_ONCE; i++) {
        if (!is_owed(&parts[i], is_eager))
            continue;
        add_seen(&parts[i], owed);
        owed->texts[owed->count++] = parts[i].partition.key;
    }
}

void owed_find(const struct part *parts, size_t count, bool is_static, bool is_eager,
               struct arena *arena, struct owed *owed)
{
    *owed = (struct owed){.texts = arena_calloc(arena, OWED_AT_ONCE, sizeof *owed->texts)};
    if (is_static)
        find_first(parts, count, is_eager, owed);
    else
        find_newest(parts, count, is_eager, arena, owed);
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
    return 0;
}
