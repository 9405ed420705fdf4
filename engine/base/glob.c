#include "base/glob.h"

#include <string.h>

/* The segment behind the one at `at`, or NULL. */
static const char *after(const char *at)
{
    const char *slash = strchr(at, '/');

    return slash != NULL ? slash + 1 : NULL;
}

static size_t segment_size(const char *at)
{
    return strcspn(at, "/");
}

static bool is_double_star(const char *at)
{
    return segment_size(at) == 2 && memcmp(at, "**", 2) == 0;
}

static const char *segment_problem(const char *at)
{
    size_t size = segment_size(at);

    if (size == 0)
        return "has an empty part: slashes stand between names";
    if ((size == 1 && at[0] == '.') || (size == 2 && memcmp(at, "..", 2) == 0))
        return "has a part that is . or ..";
    if (is_double_star(at))
        return NULL;
    for (size_t i = 0; i + 1 < size; i++)
        if (at[i] == '*' && at[i + 1] == '*')
            return "has ** beside other characters: it stands alone between slashes";
    return NULL;
}

const char *glob_problem(const char *pattern)
{
    if (pattern[0] == '\0')
        return "is empty";
    if (pattern[0] == '/')
        return "begins with a slash: names are relative to the connection";
    if (strpbrk(pattern, "[]{}\\") != NULL)
        return "has a bracket, a brace or a backslash: only *, ? and ** are wildcards; more "
               "patterns go into the list";
    for (const char *at = pattern; at != NULL; at = after(at)) {
        const char *problem = segment_problem(at);
        if (problem != NULL)
            return problem;
    }
    return NULL;
}

/* One segment. After a mismatch only the last star may have to take more: what stands before it has
 * been matched as early as it can be. */
static bool match_segment(const char *pattern, const char *key)
{
    const char *pattern_end = pattern + segment_size(pattern);
    const char *key_end = key + segment_size(key);
    const char *star = NULL, *taken = NULL;

    if (*key == '.' && *pattern != '.')
        return false;
    while (key < key_end) {
        if (pattern < pattern_end && *pattern == '*') {
            star = ++pattern;
            taken = key;
        } else if (pattern < pattern_end && (*pattern == '?' || *pattern == *key)) {
            pattern++;
            key++;
        } else if (star != NULL) {
            pattern = star;
            key = ++taken;
        } else {
            return false;
        }
    }
    while (pattern < pattern_end && *pattern == '*')
        pattern++;
    return pattern == pattern_end;
}

/* All that is left of a key, for a ** at the end of a pattern. */
static bool is_visible(const char *key)
{
    for (; key != NULL; key = after(key))
        if (*key == '.')
            return false;
    return true;
}

bool glob_match(const char *pattern, const char *key)
{
    const char *behind_stars = NULL, *taken = NULL;

    for (;;) {
        if (pattern != NULL && is_double_star(pattern)) {
            pattern = after(pattern);
            if (pattern == NULL)
                return key != NULL && is_visible(key);
            behind_stars = pattern;
            taken = key;
        } else if (pattern == NULL && key == NULL) {
            return true;
        } else if (pattern != NULL && key != NULL && match_segment(pattern, key)) {
            pattern = after(pattern);
            key = after(key);
        } else {
            /* As with stars in a segment: the last ** takes one more. */
            if (behind_stars == NULL || taken == NULL || *taken == '.')
                return false;
            taken = after(taken);
            pattern = behind_stars;
            key = taken;
        }
    }
}

size_t glob_literal_size(const char *pattern)
{
    return strcspn(pattern, "*?");
}
