/* Patterns of keys. */
#include "base/glob.h"
#include "test.h"

static void check_matches(const char *pattern, const char *const *yes, const char *const *no)
{
    for (; *yes != NULL; yes++)
        if (!glob_match(pattern, *yes))
            test_fail(__FILE__, __LINE__, "%s does not match %s", pattern, *yes);
    for (; *no != NULL; no++)
        if (glob_match(pattern, *no))
            test_fail(__FILE__, __LINE__, "%s matches %s", pattern, *no);
}

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST("a star is any part of a name and never crosses a slash")
{
    check_matches("a/*.json", KEYS("a/b.json", "a/b.json.json"),
                  KEYS("a/b/c.json", "a/b.jsonl", "b/b.json", "a/b"));
}

TEST("names that begin with a dot are matched by a dot only")
{
    check_matches("a/*", KEYS("a/b"), KEYS("a/.b"));
    check_matches("a/.*", KEYS("a/.b"), KEYS("a/b"));
    check_matches("**", KEYS("a", "a/b/c"), KEYS(".a", "a/.b/c", "a/b/.c"));
    check_matches("**/c", KEYS("c", "a/b/c"), KEYS("a/.b/c", ".a/c"));
}

TEST("two stars are any folders, also none")
{
    check_matches("t/**/*.json", KEYS("t/a.json", "t/x/a.json", "t/x/y/z/a.json"),
                  KEYS("t/a.txt", "s/a.json", "t", "ta.json", "t/x/a.json/b"));
    check_matches("**/hour=*/**/p-?.json",
                  KEYS("hour=1/p-0.json", "a/hour=1/p-0.json", "a/hour=1/b/hour=2/c/p-1.json"),
                  KEYS("a/p-0.json", "hour=1/p-00.json", "hour=1/x"));
    check_matches("a/**/b/**/c", KEYS("a/b/c", "a/b/b/c", "a/x/b/y/b/z/c"),
                  KEYS("a/c", "a/b", "a/x/c/b"));
    check_matches("a/**", KEYS("a/b", "a/b/c"), KEYS("a", "ab/c"));
}

TEST("stars try all ways to be something, quickly")
{
    check_matches("*a*b*c", KEYS("abc", "aabbcc", "xaybzabc"), KEYS("abcd", "acb"));
    check_matches("**/a*a*a*a*a*a*a*a*b", KEYS("aaaaaaaaaaaaab"),
                  KEYS("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

TEST("the text before the first wildcard is what is listed")
{
    check_int(glob_literal_size("topics/hr/**/*.json"), 10);
    check_int(glob_literal_size("topics/hr-?"), 10);
    check_int(glob_literal_size("a/b"), 3);
}

TEST("patterns that would surprise are refused")
{
    static const struct {
        const char *pattern, *problem;
    } cases[] = {
        {"", "is empty"},          {"/a", "begins with a slash"}, {"a//b", "empty part"},
        {"a/", "empty part"},      {"a/../b", ". or .."},         {"./a", ". or .."},
        {"a/**.json", "beside"},   {"a/x**/b", "beside"},         {"a/[0-9]", "bracket"},
        {"a/{b,c}.json", "brace"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(glob_problem(cases[i].pattern) != NULL);
        check_contains(glob_problem(cases[i].pattern), cases[i].problem);
    }
    check(glob_problem("topics/**/hour=*/part-?.json") == NULL);
    check(glob_problem("**") == NULL);
}
