/* SPDX-License-Identifier: MIT */
/*
 * What generated front ends stand on; not for use by hand. A front end gives types to these
 * functions and nothing else. Its handle is the feature, its callbacks are carried as void
 * (*)(void) and cast back by the function that the front end gives along.
 */
#ifndef FASCIA_GENERATED_H
#define FASCIA_GENERATED_H

#include <fascia/fascia.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void fascia_function(void);

/* What a listener is told. data: the value of the property, the arguments of the signal, const enum
 * fascia_state * for a state, the name of the zone (const char *), NULL for "changed". */
enum fascia_event {
        FASCIA_EVENT_PROPERTY, /* index: the property */
        FASCIA_EVENT_SIGNAL,   /* index: the signal */
        FASCIA_EVENT_STATE,
        FASCIA_EVENT_ZONE_ADDED,
        FASCIA_EVENT_ZONE_REMOVED,
        FASCIA_EVENT_CHANGED
};

/* Calls the one function of the typed listener that the event is for, if it is set. */
typedef void fascia_notify_fn(struct fascia_feature *feature, const void *listener, void *userdata,
                              enum fascia_event event, uint32_t index, const void *data);

/* Calls done, cast back to its type. result: the struct of the method's output, of which every
 * member is the start value when error is not NULL; NULL for a setter. */
typedef void fascia_complete_fn(struct fascia_feature *feature, const struct fascia_error *error,
                                const void *result, fascia_function *done, void *userdata);

/* zone: NULL or "" for the feature itself. */
int fascia_feature_new(struct fascia_client *client, const struct fascia_interface *interface,
                       const char *zone, fascia_notify_fn *notify, struct fascia_feature **ret);
/* The feature, or its zone, at this object path. -ENOENT: it is none of this interface. */
int fascia_feature_new_at(struct fascia_client *client, const struct fascia_interface *interface,
                          const char *path, fascia_notify_fn *notify, struct fascia_feature **ret);
struct fascia_feature *fascia_feature_free(struct fascia_feature *feature);

/* A zone, borrowed from the feature; NULL when the service has none of that name now. */
struct fascia_feature *fascia_feature_get_zone(struct fascia_feature *feature, const char *name);
/* The zones that the service has now, one after the other; previous == NULL: the first; NULL: no
 * more. */
struct fascia_feature *fascia_feature_next_zone(struct fascia_feature *feature,
                                                struct fascia_feature *previous);

/* The value in the cache, the start value when there is none; NULL: no such property. No system call, no
 * allocation. */
const void *fascia_feature_get_value(const struct fascia_feature *feature, uint32_t property);
bool fascia_feature_has_value(const struct fascia_feature *feature, uint32_t property);

/* Both copy what they are given. done may be NULL. Without success done never runs; with it, it
 * runs exactly once, from a later dispatch, or with -ECANCELED from fascia_feature_free(). -EROFS:
 * the property is read-only; -EILSEQ: a string that is not UTF-8, or not the path of an object;
 * -EINVAL: a string or items are missing, a map has a key twice, a variant makes no sense. */
int fascia_feature_set_value(struct fascia_feature *feature, uint32_t property, const void *value,
                             fascia_complete_fn *complete, fascia_function *done, void *userdata,
                             struct fascia_call **ret_call);
int fascia_feature_call(struct fascia_feature *feature, uint32_t method, const void *arguments,
                        fascia_complete_fn *complete, fascia_function *done, void *userdata,
                        struct fascia_call **ret_call);

/* Copies the listener, a struct of `size` bytes. Heard are changes from now on. */
int fascia_feature_add_listener(struct fascia_feature *feature, const void *listener, size_t size,
                                void *userdata);
/* Removes the listener that was added with this userdata and equal content; -ENOENT: there is none.
 */
int fascia_feature_remove_listener(struct fascia_feature *feature, const void *listener,
                                   size_t size, void *userdata);

/* For generated x_copy() and x_free(). */
int fascia_value_new_copy(const struct fascia_type *type, const void *from, void **ret);
void *fascia_value_free(const struct fascia_type *type, void *value);
/* The name of an enumerator, NULL for a value that the interface file does not name. */
const char *fascia_enum_to_string(const struct fascia_type *type, int64_t value);

#ifdef __cplusplus
}
#endif

#endif
