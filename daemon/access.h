/* SPDX-License-Identifier: MIT */
/* Who may do what with a module: the rules of the configuration, resolved once for each member, and what they
 * come to for one caller. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "access-rule.h"
#include "config.h"
#include <fascia/descriptor.h>

/* Who calls, as the bus (or the kernel, of a peer) says it. All zero: it cannot be had. No "allow" for a user or
 * group is for such a caller, and every "deny" is. */
typedef struct Identity {
        bool has_user;
        bool has_groups;
        uid_t user;
        gid_t *groups; /* owned; the primary one is among them */
        size_t n_groups;
} Identity;

void identity_done(Identity *identity);

typedef struct Access Access;
/* What one caller may do, a bit for each member and kind. */
typedef struct Rights Rights;

/* Everybody may do everything. -ENOMEM. */
int access_new_open(const struct fascia_module *module, Access **ret);
/* Everybody may do nothing. -ENOMEM. */
int access_new_closed(const struct fascia_module *module, Access **ret);
/* As the configuration says. -EINVAL: a rule names what the module does not have; *reterr_text (to be freed)
 * says which. -ENOMEM. */
int access_new(const struct fascia_module *module, const Config *config, const char *section,
               Access **ret, char **reterr_text);
Access *access_free(Access *a);
/* Whether they are of the same module and mean the same. */
bool access_equal(const Access *a, const Access *b);

/* Everybody may do everything: nobody needs to be looked at. */
bool access_is_open(const Access *a);
/* Whether it matters who calls. */
bool access_has_subjects(const Access *a);
/* What really everybody may do. Borrowed. */
const Rights *access_get_common(const Access *a);
/* Whether there is somebody who may not read the property: its value must not be broadcast. */
bool access_is_restricted(const Access *a, uint32_t interface, uint32_t property);

/* -ENOMEM. */
int access_get_rights(const Access *a, const Identity *identity, Rights **ret);
Rights *rights_free(Rights *r);
/* index: of a property, or with ACCESS_CALL of a method. */
bool rights_allow(const Rights *r, uint32_t interface, AccessKind kind, uint32_t index);
/* Takes note of a refusal: whether it is the first of this member and kind. */
bool rights_note_refusal(Rights *r, uint32_t interface, AccessKind kind, uint32_t index);
