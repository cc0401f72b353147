/* SPDX-License-Identifier: MIT */
/* One rule of Access1= to Access999=: who may, or may not, do what. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As bits, what a rule is about. */
typedef enum AccessKind {
        ACCESS_READ,
        ACCESS_SET,
        ACCESS_CALL
} AccessKind;

#define ACCESS_KINDS 3

typedef struct AccessSubject {
        bool is_group;
        id_t id;
} AccessSubject;

typedef struct AccessRule {
        bool allow;
        unsigned kinds;   /* 1 << AccessKind */
        char **members;   /* of an interface, as they are written */
        size_t n_members; /* 0: all of them */
        AccessSubject *subjects;
        size_t n_subjects; /* 0: everybody */
} AccessRule;

/*
 *     rule     := ('allow' | 'deny') kind (',' kind)* [member (',' member)*] ['to' subject (',' subject)*]
 *     kind     := 'read' | 'set' | 'call' | 'all'
 *     subject  := 'user' NAME | 'group' NAME | 'everyone'
 *
 * NAME is one that the system knows, or a number. -EINVAL, with what is wrong, cut to size; -ENOMEM.
 */
int access_rule_parse(const char *text, AccessRule *ret, char *reterr_text, size_t size);
void access_rule_done(AccessRule *rule);
/* The same question, for the table of keys. Nothing is a rule, too: it takes back one of the same number in an
 * earlier file. */
bool access_rule_is_valid(const char *text, char *reterr_text, size_t size);
const char *access_kind_name(AccessKind kind);
