/* SPDX-License-Identifier: MIT */
/* Doubly linked lists whose links lie in their elements: an element can leave whichever list it is
 * in without knowing it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The head of a list, or the place of an element in one; of an element in none both are itself. */
typedef struct Link {
        struct Link *previous;
        struct Link *next;
} Link;

#define LINK_OWNER(link, type, field) ((type *)(void *)((char *)(link)-offsetof(type, field)))

/* The loop variable may leave the list, `following` must not. */
#define LINK_FOREACH(link, following, head)                                      \
        for (Link *link = (head)->next, *following = link->next; link != (head); \
             link = following, following = link->next)

static inline void link_init(Link *l) {
        l->previous = l->next = l;
}

static inline bool link_is_empty(const Link *head) {
        return head->next == head;
}

static inline void link_append(Link *head, Link *l) {
        l->previous = head->previous;
        l->next = head;
        head->previous->next = l;
        head->previous = l;
}

static inline void link_remove(Link *l) {
        l->previous->next = l->next;
        l->next->previous = l->previous;
        link_init(l);
}

/* Moves all elements to a head that has none. */
static inline void link_move_all(Link *to, Link *from) {
        link_init(to);
        if (link_is_empty(from))
                return;
        *to = *from;
        to->next->previous = to;
        to->previous->next = to;
        link_init(from);
}
