/* Which partitions an automation asks for. */
#include "run/owed.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

/* A part for each letter: M missing, P present, S stale, R running, F failed, N failed before there
 * was something new, w missing and has to wait; 2, 3, 8 failed with as many others, 9 with as many
 * of another run, p the same and is published. Keys are p0, p1, … */
static size_t write_parts(const char *letters, struct part *parts)
{
    size_t count = strlen(letters);

    for (size_t i = 0; i < count; i++) {
        struct part *part = &parts[i];
        *part = (struct part){.at_us = 10, .input_us = letters[i] == 'N' ? 11 : 9};
        (void)snprintf(part->partition.key, sizeof part->partition.key, "p%zu", i);
        part->lacks_input = letters[i] == 'w';
        part->is_published = letters[i] == 'p';
        bool is_suspect = strchr("2389p", letters[i]) != NULL;
        part->among = !is_suspect ? 1 : letters[i] == 'p' ? 8 : letters[i] - '0';
        part->run_id = letters[i] == '9' ? "other" : "run";
        part->state = letters[i] == 'P'   ? PART_PRESENT
                      : letters[i] == 'S' ? PART_STALE
                      : letters[i] == 'R' ? PART_RUNNING
                      : letters[i] == 'F' ? PART_FAILED
                      : letters[i] == 'N' ? PART_FAILED
                      : is_suspect        ? PART_FAILED
                                          : PART_MISSING;
    }
    return count;
}

static uint64_t seen;
static bool left_failed;

/* What is asked for, joined by commas. */
static const char *owed_of(const char *letters, bool is_static, bool is_eager)
{
    static struct part parts[100];
    static char text[1024];
    size_t count = write_parts(letters, parts), used = 0;
    struct arena arena;
    struct owed owed;

    arena_init(&arena);
    owed_find(parts, count, is_static, is_eager, &arena, &owed);
    text[0] = '\0';
    for (size_t i = 0; i < owed.count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? "," : "",
                                 owed.texts[i]);
    check_int(owed.count > 0, owed.seen != 0);
    seen = owed.seen;
    left_failed = owed.leaves_failed;
    arena_release(&arena);
    return text;
}

TEST("of time the newest that follow each other are asked for, of a list the first")
{
    check_str(owed_of("", false, true), "");
    check_str(owed_of("PPP", false, true), "");
    check_str(owed_of("MPMMP", false, true), "p2..p3");
    check_str(owed_of("MPMPP", false, true), "p2");
    check_str(owed_of("MPMMP", true, true), "p0,p2,p3");
    check_str(owed_of("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", false, true), "p9..p39");
    check_str(owed_of("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM", true, true),
              "p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,p11,p12,p13,p14,p15,p16,p17,p18,p19,p20,p21,p22,"
              "p23,p24,p25,p26,p27,p28,p29,p30");
}

TEST(
    "eager wants what is stale, or failed before there was something new; on_missing what is missing")
{
    check_str(owed_of("MSRFN", true, true), "p0,p1,p4");
    check_str(owed_of("MSRFN", true, false), "p0");
    check_str(owed_of("MSSFM", false, true), "p4");
    check_str(owed_of("wMwS", true, true), "p1,p3");
}

TEST("what failed together is asked for in halves, when nothing else is owed")
{
    check_str(owed_of("88888888", false, true), "p4..p7");
    check_str(owed_of("8888PPPP", false, true), "p0..p3");
    check_str(owed_of("P8P8P8P8", false, true), "p7");
    check_str(owed_of("MP88888888", false, true), "p0");
    check_str(owed_of("888999999", false, true), "p5..p8");
    check_str(owed_of("999988888", false, true), "p5..p8");
    check_str(owed_of("33", false, true), "p1");
    check_str(owed_of("22F", false, true), "p1");
    check_str(owed_of("F", false, true), "");
    check_str(owed_of("98889888", true, true), "p0,p4");
    check_str(owed_of("8P888888", true, true), "p0,p2,p3,p4");
    check_str(owed_of("88888888", false, false), "p4..p7");
    check_str(owed_of("pppp8888p", false, false), "p4..p7");
    check_str(owed_of("pppp", false, false), "");
}

static bool leaves_failed(const char *letters)
{
    (void)owed_of(letters, false, true);
    return left_failed;
}

TEST("what is left as failed is known")
{
    check(!leaves_failed("M"));
    check(!leaves_failed("PN"));
    check(leaves_failed("FM"));
    check(leaves_failed("88888888"));
    check(!leaves_failed("PPP888PP"));
    check(!leaves_failed("2P"));
    check(leaves_failed("F2"));
}

TEST("other partitions, or others to make them of, are seen as others")
{
    static struct part parts[2];
    struct arena arena;
    struct owed owed;

    (void)owed_of("MM", false, true);
    uint64_t both = seen;
    (void)owed_of("MP", false, true);
    check(seen != both);
    arena_init(&arena);
    write_parts("MM", parts);
    owed_find(parts, 2, false, true, &arena, &owed);
    check_int(owed.seen == both, true);
    parts[0].input_us++;
    owed_find(parts, 2, false, true, &arena, &owed);
    check_int(owed.seen == both, false);
    arena_release(&arena);
}
