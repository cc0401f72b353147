/* SPDX-License-Identifier: MIT */
/* Values to and from the wire, by their descriptors. */
#pragma once

#include <stddef.h>

#include "wire.h"
#include <fascia/descriptor.h>

/* -EILSEQ: a string that is not UTF-8. Otherwise what the writer says. */
int codec_write(Writer *w, const struct fascia_type *type, const void *value);
/* Reads into uninitialised storage; what it allocated is released again on failure. Strings are
 * copied, maps sorted. Checked is what the wire guarantees (UTF-8, lengths); enum and flag values
 * are kept raw: codec_check() is the service's. -EBADMSG: another type, a map with a key twice,
 * containers too deep inside each other; -EOPNOTSUPP: a variant of file descriptors. */
int codec_read(Reader *r, const struct fascia_type *type, void *ret_value);

/* What reading failed for, of a message of the right signature; for people. Borrowed. */
const char *codec_error_text(int r);

/* Arguments and results: the members one after the other, without brackets. Reading also requires
 * that nothing follows. */
int codec_write_arguments(Writer *w, const struct fascia_type *type, const void *arguments);
int codec_read_arguments(Reader *r, const struct fascia_type *type, void *ret_arguments);

/* As a variant, as in Properties. Reading: -EBADMSG when the variant holds another type. */
int codec_write_variant(Writer *w, const struct fascia_type *type, const void *value);
int codec_read_variant(Reader *r, const struct fascia_type *type, void *ret_value);

/* The body size on the wire, in bytes. */
size_t codec_measure(const struct fascia_type *type, const void *value);

/* What a service demands of a value it is given, beyond its type: enum values that the interface
 * names, flag bits that it names, finite reals; at any depth. -ERANGE: *ret_text (when not NULL)
 * says which and why, "RecirculationMode has no value 7", in a map "[\"rear\"]: nan is not a finite
 * number", to be freed. -ENOMEM. */
int codec_check(const struct fascia_type *type, const void *value, char **ret_text);
