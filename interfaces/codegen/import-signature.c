/* SPDX-License-Identifier: MIT */
/* D-Bus signatures, as introspection data has them: what is valid, and what qface can say. */
#include "import-signature.h"

#include <string.h>

#define DEPTH_MAX 32
/* Of all containers together: what the generator takes. */
#define SAYABLE_DEPTH_MAX 32

static const char basic_types[] = "ybnqiuxtdsogh";

static bool is_one_of(char c, const char *characters) {
        return c != '\0' && strchr(characters, c);
}

/* ---- validity ---- */

typedef struct Walker {
        const char *at;
        const char *error; /* the first thing that is wrong, or NULL */
        const char *error_at;
        unsigned arrays, structs;
} Walker;

static void walk_type(Walker *w);

static void fail(Walker *w, const char *error) {
        if (w->error)
                return;
        w->error = error;
        w->error_at = w->at;
}

static void expect(Walker *w, char c, const char *error) {
        if (w->error)
                return;
        if (*w->at == c)
                w->at++;
        else
                fail(w, error);
}

static void walk_entry(Walker *w) {
        w->at++;
        if (!is_one_of(*w->at, basic_types))
                fail(w, "the key of a dictionary is of a basic type");
        else
                w->at++;
        walk_type(w);
        expect(w, '}', "an entry of a dictionary is one key and one value");
}

static void walk_array(Walker *w) {
        if (++w->arrays > DEPTH_MAX)
                fail(w, "arrays are nested at most 32 deep");
        w->at++;
        if (!w->error && *w->at == '{') {
                if (++w->structs > DEPTH_MAX)
                        fail(w, "structs are nested at most 32 deep");
                else
                        walk_entry(w);
                w->structs--;
        } else {
                walk_type(w);
        }
        w->arrays--;
}

static void walk_struct(Walker *w) {
        if (++w->structs > DEPTH_MAX)
                fail(w, "structs are nested at most 32 deep");
        w->at++;
        if (*w->at == ')')
                fail(w, "a struct has fields");
        while (!w->error && *w->at != ')' && *w->at != '\0')
                walk_type(w);
        expect(w, ')', "this struct has no end");
        w->structs--;
}

static void walk_type(Walker *w) {
        if (w->error)
                return;
        if (*w->at == 'a')
                walk_array(w);
        else if (*w->at == '(')
                walk_struct(w);
        else if (is_one_of(*w->at, basic_types) || *w->at == 'v')
                w->at++;
        else
                fail(w, *w->at == '\0' ? "a type is missing" : "this is no type");
}

const char *signature_check(const char *signature, size_t *reterr_offset) {
        Walker w = { .at = signature };

        if (strlen(signature) > SIGNATURE_MAX)
                fail(&w, "a signature has at most 255 characters");
        walk_type(&w);
        if (!w.error && *w.at != '\0')
                fail(&w, "the type ends before this");
        if (w.error)
                *reterr_offset = (size_t)(w.error_at - signature);
        return w.error;
}

size_t signature_first(const char *signature) {
        const char *p = signature;
        unsigned open = 0;

        do {
                while (*p == 'a')
                        p++;
                if (*p == '(' || *p == '{')
                        open++;
                else if (*p == ')' || *p == '}')
                        open--;
                p++;
        } while (open > 0);
        return (size_t)(p - signature);
}

/* ---- qface ---- */

/* How many containers are around each other, at the most; a dictionary counts as the array and its
 * entries. */
static unsigned depth(const char *signature) {
        unsigned around[SIGNATURE_MAX + 1] = { 0 };
        unsigned open = 0, now = 0, deepest = 0;

        for (const char *p = signature; *p != '\0'; p++) {
                if (is_one_of(*p, "a({"))
                        now++;
                if (now > deepest)
                        deepest = now;
                if (*p == '(' || *p == '{')
                        around[++open] = now;
                else if (*p == ')' || *p == '}')
                        open--;
                /* Arrays end with the type that is in them. */
                if (*p != 'a')
                        now = around[open];
        }
        return deepest;
}

const char *signature_unsayable(const char *signature) {
        for (const char *p = signature; *p != '\0'; p++) {
                if (*p == 'h')
                        return "file descriptors";
                if (*p == 'g')
                        return "signatures";
                if (*p == '{' && p[1] != 's')
                        return "maps whose keys are no strings";
        }
        return depth(signature) > SAYABLE_DEPTH_MAX ? "containers nested more than 32 deep" : NULL;
}

bool signature_needs_annotation(const char *signature) {
        unsigned open = 0;

        for (const char *p = signature; *p != '\0'; p++) {
                if (*p == '(')
                        open++;
                else if (*p == ')')
                        open--;
                else if (open == 0 && is_one_of(*p, "ynquxto"))
                        return true;
        }
        return false;
}
