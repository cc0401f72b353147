/* SPDX-License-Identifier: MIT */
/* Reads one rule of Access1= to Access999=, with the users and groups that it names. */
#include "access-rule.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

typedef struct Parser {
        const char *next;
        char word[256]; /* the current one: "" at the end */
        char *error;
        size_t error_size;
} Parser;

static const char *const kind_names[ACCESS_KINDS] = {
        [ACCESS_READ] = "read",
        [ACCESS_SET] = "set",
        [ACCESS_CALL] = "call",
};

const char *access_kind_name(AccessKind kind) {
        return kind_names[kind];
}

static int refuse(Parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(Parser *p, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        vsnprintf(p->error, p->error_size, format, ap);
        va_end(ap);
        return -EINVAL;
}

/* A comma is a word of its own. What does not fit is cut, and then no name that there is. */
static void advance(Parser *p) {
        size_t n;

        p->next += strspn(p->next, BLANKS);
        n = *p->next == ',' ? 1 : strcspn(p->next, BLANKS ",");
        snprintf(p->word, sizeof(p->word), "%.*s", (int)n, p->next);
        p->next += n;
}

static bool at(const Parser *p, const char *word) {
        return strcmp(p->word, word) == 0;
}

static bool take(Parser *p, const char *word) {
        if (!at(p, word))
                return false;
        advance(p);
        return true;
}

static const char *got(const Parser *p) {
        return *p->word ? p->word : "nothing";
}

/* ---- what it is about ---- */

static int parse_kind(Parser *p, AccessRule *rule) {
        for (unsigned i = 0; i < ACCESS_KINDS; i++)
                if (take(p, kind_names[i])) {
                        rule->kinds |= 1u << i;
                        return 0;
                }
        if (!take(p, "all"))
                return refuse(p, "expected 'read', 'set', 'call' or 'all', got '%s'", got(p));
        rule->kinds = (1u << ACCESS_KINDS) - 1;
        return 0;
}

static bool is_name(const char *s) {
        if (!isalpha((unsigned char)*s) && *s != '_')
                return false;
        for (; *s; s++)
                if (!isalnum((unsigned char)*s) && *s != '_')
                        return false;
        return true;
}

static int parse_member(Parser *p, AccessRule *rule) {
        char **members;

        if (!is_name(p->word))
                return refuse(p, "expected a property, an operation or 'to', got '%s'", got(p));
        members = reallocarray(rule->members, rule->n_members + 1, sizeof(*members));
        if (!members)
                return -ENOMEM;
        rule->members = members;
        members[rule->n_members] = strdup(p->word);
        if (!members[rule->n_members])
                return -ENOMEM;
        rule->n_members++;
        advance(p);
        return 0;
}

/* ---- whom it is about ---- */

static int parse_id(const char *text, id_t *ret) {
        unsigned long id;
        char *end;

        if (!isdigit((unsigned char)*text))
                return -EINVAL;
        errno = 0;
        id = strtoul(text, &end, 10);
        /* The last one stands for none. */
        if (errno != 0 || *end || id >= UINT32_MAX)
                return -EINVAL;
        *ret = (id_t)id;
        return 0;
}

static bool find_id(const char *name, bool is_group, id_t *ret) {
        const struct passwd *user;
        const struct group *group;

        if (is_group) {
                group = getgrnam(name);
                if (group)
                        *ret = group->gr_gid;
                return group;
        }
        user = getpwnam(name);
        if (user)
                *ret = user->pw_uid;
        return user;
}

static int parse_name(Parser *p, AccessRule *rule, bool is_group) {
        const char *what = is_group ? "group" : "user";
        AccessSubject *subjects;
        id_t id;

        if (!*p->word || at(p, ","))
                return refuse(p, "expected the name of a %s, got '%s'", what, got(p));
        if (parse_id(p->word, &id) < 0 && !find_id(p->word, is_group, &id))
                return refuse(p, "there is no %s '%s'", what, p->word);
        subjects = reallocarray(rule->subjects, rule->n_subjects + 1, sizeof(*subjects));
        if (!subjects)
                return -ENOMEM;
        rule->subjects = subjects;
        subjects[rule->n_subjects++] = (AccessSubject){ .is_group = is_group, .id = id };
        advance(p);
        return 0;
}

static int parse_subject(Parser *p, AccessRule *rule, bool *everyone) {
        if (take(p, "user"))
                return parse_name(p, rule, false);
        if (take(p, "group"))
                return parse_name(p, rule, true);
        if (!take(p, "everyone"))
                return refuse(p, "expected 'user NAME', 'group NAME' or 'everyone', got '%s'",
                              got(p));
        *everyone = true;
        return 0;
}

static int parse_subjects(Parser *p, AccessRule *rule) {
        bool everyone = false;
        int r;

        do
                r = parse_subject(p, rule, &everyone);
        while (r >= 0 && take(p, ","));
        if (r >= 0 && everyone)
                rule->n_subjects = 0;
        return r;
}

/* ---- the rule ---- */

static int parse(Parser *p, AccessRule *rule) {
        int r;

        advance(p);
        rule->allow = at(p, "allow");
        if (!take(p, "allow") && !take(p, "deny"))
                return refuse(p, "expected 'allow' or 'deny', got '%s'", got(p));
        do
                r = parse_kind(p, rule);
        while (r >= 0 && take(p, ","));
        if (r >= 0 && *p->word && !at(p, "to"))
                do
                        r = parse_member(p, rule);
                while (r >= 0 && take(p, ","));
        if (r >= 0 && take(p, "to"))
                r = parse_subjects(p, rule);
        if (r >= 0 && *p->word)
                return refuse(p, "'%s' has no meaning here", p->word);
        return r;
}

int access_rule_parse(const char *text, AccessRule *ret, char *reterr_text, size_t size) {
        Parser p = { .next = text, .error = reterr_text, .error_size = size };
        AccessRule rule = { 0 };
        int r;

        r = parse(&p, &rule);
        if (r == -ENOMEM)
                refuse(&p, "no memory");
        if (r < 0) {
                access_rule_done(&rule);
                return r;
        }
        *ret = rule;
        return 0;
}

void access_rule_done(AccessRule *rule) {
        for (size_t i = 0; i < rule->n_members; i++)
                free(rule->members[i]);
        free(rule->members);
        free(rule->subjects);
        *rule = (AccessRule){ 0 };
}

bool access_rule_is_valid(const char *text, char *reterr_text, size_t size) {
        AccessRule rule;

        if (!*text)
                return true;
        if (access_rule_parse(text, &rule, reterr_text, size) < 0)
                return false;
        access_rule_done(&rule);
        return true;
}
