/* SPDX-License-Identifier: MIT */
/* Values to the wire and back, through real bytes; and bytes that somebody else made. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include "codec.h"
#include "sample-types.h"
#include "type.h"
#include "value.h"
#include "variant.h"
#include "wire-sd-bus.h"

#define N(table) (sizeof(table) / sizeof(table[0]))

/* A connection whose other end is plain bytes. */
typedef struct Fixture {
        sd_bus *bus;
        int other;
        sd_bus_message *out;
        sd_bus_message *in;
        uint8_t bytes[65536];
        size_t size;
} Fixture;

static int setup(void **state) {
        static const char answer[] = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n";
        Fixture *f = calloc(1, sizeof(*f));
        int fds[2];

        assert_non_null(f);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        f->other = fds[1];
        assert_true(sd_bus_new(&f->bus) >= 0);
        assert_true(sd_bus_set_fd(f->bus, fds[0], fds[0]) >= 0);
        assert_true(sd_bus_negotiate_fds(f->bus, false) >= 0);
        assert_true(sd_bus_start(f->bus) >= 0);
        assert_int_equal(write(f->other, answer, strlen(answer)), strlen(answer));
        while (sd_bus_is_ready(f->bus) == 0)
                assert_true(sd_bus_process(f->bus, NULL) >= 0);
        assert_true(recv(f->other, f->bytes, sizeof(f->bytes), MSG_DONTWAIT) > 0);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        sd_bus_message_unref(f->out);
        sd_bus_message_unref(f->in);
        sd_bus_close_unref(f->bus);
        close(f->other);
        free(f);
        return 0;
}

/* A new message to write to. */
static Writer begin(Fixture *f) {
        f->out = sd_bus_message_unref(f->out);
        assert_true(sd_bus_message_new_signal(f->bus, &f->out, "/a", "a.B", "C") >= 0);
        return (Writer){ &wire_sd_bus_writer_ops, f->out };
}

/* Sends it; its bytes are in f->bytes. */
static void finish(Fixture *f) {
        assert_true(sd_bus_send(f->bus, f->out, NULL) >= 0);
        ssize_t n = recv(f->other, f->bytes, sizeof(f->bytes), MSG_DONTWAIT);
        assert_true(n > 16);
        f->size = (size_t)n;
}

static size_t body_size(const Fixture *f) {
        uint32_t size;

        memcpy(&size, f->bytes + 4, sizeof(size));
        return size;
}

/* Has f->bytes arrive as a message. */
static Reader receive(Fixture *f) {
        f->in = sd_bus_message_unref(f->in);
        assert_int_equal(write(f->other, f->bytes, f->size), f->size);
        for (int i = 0; i < 10 && !f->in; i++)
                assert_true(sd_bus_process(f->bus, &f->in) >= 0);
        assert_non_null(f->in);
        return (Reader){ &wire_sd_bus_reader_ops, f->in };
}

/* ---- there and back ---- */

static void a_value_of_every_kind_comes_back_equal(void **state) {
        Fixture *f = *state;
        struct all got;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_all, &sample_all), 0);
        finish(f);
        r = receive(f);
        assert_string_equal(sd_bus_message_get_signature(f->in, true), type_all.signature);
        assert_int_equal(codec_read(&r, &type_all, &got), 0);
        assert_true(fascia_value_equal(&type_all, &got, &sample_all));
        assert_int_equal(reader_at_end(&r), 1);
        fascia_value_clear(&type_all, &got);
}

static void arguments_follow_each_other_without_brackets(void **state) {
        Fixture *f = *state;
        struct all got;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write_arguments(&w, &type_arguments, &sample_all), 0);
        finish(f);
        r = receive(f);
        assert_string_equal(sd_bus_message_get_signature(f->in, true), ALL_CONTENTS);
        assert_int_equal(codec_read_arguments(&r, &type_arguments, &got), 0);
        assert_true(fascia_value_equal(&type_arguments, &got, &sample_all));
        fascia_value_clear(&type_arguments, &got);
}

static void a_variant_holds_a_value(void **state) {
        Fixture *f = *state;
        struct all got;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write_variant(&w, &type_all, &sample_all), 0);
        finish(f);
        r = receive(f);
        assert_string_equal(sd_bus_message_get_signature(f->in, true), "v");
        assert_int_equal(codec_read_variant(&r, &type_all, &got), 0);
        assert_true(fascia_value_equal(&type_all, &got, &sample_all));
        fascia_value_clear(&type_all, &got);
}

static void no_arguments_are_an_empty_body(void **state) {
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write_arguments(&w, &type_nothing, NULL), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read_arguments(&r, &type_nothing, NULL), 0);
}

static void values_that_no_enumerator_names_are_kept(void **state) {
        static const int32_t mode = 99;
        static const uint32_t seats = 0xF0;
        Fixture *f = *state;
        int32_t got_mode;
        uint32_t got_seats;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_mode, &mode), 0);
        assert_int_equal(codec_write(&w, &type_seat, &seats), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_mode, &got_mode), 0);
        assert_int_equal(codec_read(&r, &type_seat, &got_seats), 0);
        assert_int_equal(got_mode, 99);
        assert_int_equal(got_seats, 0xF0);
}

static void a_long_list_is_read_whole(void **state) {
        enum {
                COUNT = 3000
        };
        static const char *items[COUNT];
        static char texts[COUNT][16];
        const struct fascia_string_list list = { items, COUNT };
        struct fascia_string_list got;
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        for (int i = 0; i < COUNT; i++) {
                snprintf(texts[i], sizeof(texts[i]), "%d", i);
                items[i] = texts[i];
        }
        assert_int_equal(codec_write(&w, &type_strings, &list), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_strings, &got), 0);
        assert_true(fascia_value_equal(&type_strings, &got, &list));
        fascia_value_clear(&type_strings, &got);
}

static void empty_lists_have_no_items(void **state) {
        static const struct fascia_type *const types[] = { &type_bools, &type_bytes, &type_longs,
                                                           &type_strings, &type_points };
        static const struct fascia_string_list none = { NULL, 0 };
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        for (size_t i = 0; i < N(types); i++)
                assert_int_equal(codec_write(&w, types[i], &none), 0);
        finish(f);
        r = receive(f);
        for (size_t i = 0; i < N(types); i++) {
                ValueList got = { &got, 1 };
                assert_int_equal(codec_read(&r, types[i], &got), 0);
                assert_null(got.items);
                assert_int_equal(got.count, 0);
        }
}

static void a_null_string_is_sent_as_empty(void **state) {
        static const struct warning zeroed;
        Fixture *f = *state;
        struct warning got;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_warning, &zeroed), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_warning, &got), 0);
        assert_string_equal(got.text, "");
}

static void a_string_that_is_not_utf_8_is_not_sent(void **state) {
        static const struct warning bad = { 1, "\xff" };
        static const struct warning_list list = { &bad, 1 };
        Fixture *f = *state;
        Writer w = begin(f);

        assert_int_equal(codec_write(&w, &type_warnings, &list), -EILSEQ);
}

/* ---- maps, variants, objects ---- */

/* Writes the value, reads it as the same type, and compares. */
static void expect_same(Fixture *f, const struct fascia_type *type, const void *value) {
        ValueBuffer got;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, type, value), 0);
        finish(f);
        r = receive(f);
        assert_string_equal(sd_bus_message_get_signature(f->in, true), type->signature);
        assert_int_equal(value_buffer_init(&got, type), 0);
        assert_int_equal(codec_read(&r, type, got.data), 0);
        assert_int_equal(reader_at_end(&r), 1);
        assert_true(fascia_value_equal(type, got.data, value));
        assert_true(value_is_encodable(type, got.data));
        value_buffer_done(&got, true);
}

static void maps_variants_and_objects_come_back_equal(void **state) {
        expect_same(*state, &type_trip, &sample_trip);
}

static void a_variant_holds_a_value_of_any_type(void **state) {
        static const struct {
                const struct fascia_type *type;
                const void *value;
        } rows[] = {
                { &type_bool, &sample_all.on },
                { &type_uint8, &sample_all.byte },
                { &type_int16, &sample_all.small },
                { &type_uint64, &sample_all.large },
                { &type_real, &sample_points[0].y },
                { &type_mode, &sample_all.mode },
                { &type_seat, &sample_all.seat },
                { &type_string, &sample_text },
                { &type_object, &sample_trip.owner },
                { &type_var, &sample_inner },
                { &type_bools, &sample_all.bools },
                { &type_string_lists, &sample_all.string_lists },
                { &type_vars, &sample_thing_list },
                { &type_int_map, &sample_trip.counts },
                { &type_warning_map, &sample_trip.notes },
                { &type_nested_map, &sample_trip.rows },
                { &type_var_map, &sample_trip.settings },
                { &type_points, &sample_all.points },
                { &type_stops, &sample_trip.stops },
                { &type_all, &sample_all },
                { &type_trip, &sample_trip },
        };

        for (size_t i = 0; i < N(rows); i++) {
                struct fascia_variant v = { rows[i].type, rows[i].value };
                struct fascia_variant nested = { &type_var, &v };
                struct fascia_variant_map_entry entries[] = { { "b", nested }, { "a", v } };
                struct fascia_variant_map map = { entries, 2 };
                expect_same(*state, &type_var, &v);
                expect_same(*state, &type_var, &nested);
                expect_same(*state, &type_var_map, &map);
        }
}

static void unset_is_the_variant_of_the_empty_signature(void **state) {
        static const uint8_t body[] = { 1, 'g', 0, 0, 0 };
        static const struct fascia_variant unset = { NULL, NULL };
        struct fascia_variant got = { &type_int32, &got };
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_var, &unset), 0);
        finish(f);
        assert_int_equal(body_size(f), sizeof(body));
        assert_memory_equal(f->bytes + f->size - sizeof(body), body, sizeof(body));
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_var, &got), 0);
        assert_null(got.type);
        assert_null(got.value);
        expect_same(f, &type_var, &unset);
}

static void no_object_and_no_string_cost_nothing(void **state) {
        static const char *const none = NULL;
        Fixture *f = *state;
        const char *got[2];
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_object, &none), 0);
        assert_int_equal(codec_write(&w, &type_object, &(const char *){ "/" }), 0);
        finish(f);
        r = receive(f);
        for (size_t i = 0; i < N(got); i++) {
                assert_int_equal(codec_read(&r, &type_object, &got[i]), 0);
                assert_string_equal(got[i], "/");
        }
        /* The same one, which is nobody's. */
        assert_ptr_equal(got[0], got[1]);
}

static void what_is_no_object_path_is_not_sent(void **state) {
        static const char *const path = "a/b";
        Fixture *f = *state;
        Writer w = begin(f);

        assert_int_equal(codec_write(&w, &type_object, &path), -EILSEQ);
}

static void a_map_is_read_in_the_order_of_its_keys(void **state) {
        static const struct fascia_string_map_entry entries[] = {
                { "b", "2" },  { "\xc3\xa4", "5" }, { "", "0" },
                { "ab", "1" }, { "c", "4" },        { "ba", "3" },
        };
        static const struct fascia_string_map map = { entries, N(entries) };
        struct fascia_string_map got;
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_string_map, &map), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_string_map, &got), 0);
        assert_int_equal(got.count, N(entries));
        for (size_t i = 0; i < got.count; i++)
                assert_int_equal(got.items[i].value[0], '0' + i);
        fascia_value_clear(&type_string_map, &got);
}

static void a_map_with_a_key_twice_is_refused(void **state) {
        static const struct warning_map_entry entries[] = { { "b", { 1, "x" } },
                                                            { "a", { 2, "y" } },
                                                            { "b", { 1, "x" } } };
        static const struct warning_map map = { entries, 3 };
        const struct fascia_variant v = { &type_warning_map, &map };
        struct fascia_variant got_variant;
        struct warning_map got;
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_warning_map, &map), 0);
        assert_int_equal(codec_write(&w, &type_var, &v), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_warning_map, &got), -EBADMSG);
        r = receive(f);
        assert_int_equal(reader_skip(&r, type_warning_map.signature), 0);
        assert_int_equal(codec_read(&r, &type_var, &got_variant), -EBADMSG);
}

/* What interface files have no type for, but other services send. */
static void a_variant_reads_all_that_the_bus_carries(void **state) {
        static const uint32_t number = 7;
        const char *signature = "a{us}", *path = "/a", *read_path, *read_signature;
        struct {
                uint32_t key;
                const char *value;
        } const *entries;
        struct fascia_variant dictionary, s, got;
        const ValueList *list;
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(writer_open(&w, 'v', "a{us}"), 0);
        assert_int_equal(writer_open(&w, 'a', "{us}"), 0);
        for (int i = 0; i < 2; i++) { /* not even the keys have to differ */
                assert_int_equal(writer_open(&w, 'e', "us"), 0);
                assert_int_equal(writer_basic(&w, 'u', &number), 0);
                assert_int_equal(writer_string(&w, i ? "b" : "a"), 0);
                assert_int_equal(writer_close(&w), 0);
        }
        assert_int_equal(writer_close(&w), 0);
        assert_int_equal(writer_close(&w), 0);
        assert_int_equal(writer_open(&w, 'v', "g"), 0);
        assert_int_equal(writer_basic(&w, 'g', &signature), 0);
        assert_int_equal(writer_close(&w), 0);
        assert_int_equal(writer_open(&w, 'v', "o"), 0);
        assert_int_equal(writer_basic(&w, 'o', &path), 0);
        assert_int_equal(writer_close(&w), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_var, &dictionary), 0);
        assert_int_equal(codec_read(&r, &type_var, &s), 0);
        assert_int_equal(codec_read(&r, &type_var, &got), 0);
        assert_string_equal(fascia_variant_get_signature(&dictionary), "a{us}");
        assert_int_equal(dictionary.type->kind, FASCIA_KIND_LIST);
        list = dictionary.value;
        entries = list->items;
        assert_int_equal(list->count, 2);
        assert_int_equal(entries[1].key, 7);
        assert_string_equal(entries[1].value, "b");
        assert_int_equal(fascia_variant_get_string(&s, &read_signature), 0);
        assert_string_equal(read_signature, "a{us}");
        assert_int_equal(fascia_variant_get_string(&got, &read_path), 0);
        assert_string_equal(read_path, "/a");
        expect_same(f, &type_var, &dictionary);
        expect_same(f, &type_var, &s);
        fascia_value_clear(&type_var, &dictionary);
        fascia_value_clear(&type_var, &s);
        fascia_value_clear(&type_var, &got);
}

/* ---- size ---- */

static void the_measured_size_is_that_of_the_body(void **state) {
        static const struct {
                const struct fascia_type *type;
                bool arguments;
        } rows[] = { { &type_all, false }, { &type_arguments, true } };
        Fixture *f = *state;

        for (size_t i = 0; i < N(rows); i++) {
                Writer w = begin(f);
                int r = rows[i].arguments ? codec_write_arguments(&w, rows[i].type, &sample_all)
                                          : codec_write(&w, rows[i].type, &sample_all);
                assert_int_equal(r, 0);
                finish(f);
                assert_int_equal(codec_measure(rows[i].type, &sample_all), body_size(f));
        }
        assert_int_equal(codec_measure(&type_nothing, NULL), 0);
}

/* At every offset within eight bytes: after as many of them. */
static void the_size_of_variants_and_maps_is_measured_at_every_offset(void **state) {
        static const struct fascia_variant unset = { NULL, NULL };
        static const struct {
                const struct fascia_type *type;
                const void *value;
        } rows[] = {
                { &type_trip, &sample_trip },
                { &type_var_map, &sample_trip.settings },
                { &type_vars, &sample_trip.things },
                { &type_var, &sample_trip.extra },
                { &type_var, &unset },
                { &type_object, &sample_trip.owner },
                { &type_nested_map, &sample_trip.rows },
        };
        static const uint8_t byte;
        Fixture *f = *state;

        for (size_t i = 0; i < N(rows); i++)
                for (int before = 0; before < 8; before++) {
                        SizeWriter size;
                        Writer w = begin(f);
                        size_writer_init(&size);
                        for (int k = 0; k < before; k++) {
                                assert_int_equal(writer_basic(&w, 'y', &byte), 0);
                                assert_int_equal(writer_basic(&size.writer, 'y', &byte), 0);
                        }
                        assert_int_equal(codec_write(&w, rows[i].type, rows[i].value), 0);
                        assert_int_equal(codec_write(&size.writer, rows[i].type, rows[i].value), 0);
                        finish(f);
                        assert_int_equal(size.size, body_size(f));
                        if (before == 0)
                                assert_int_equal(codec_measure(rows[i].type, rows[i].value),
                                                 body_size(f));
                }
}

static void a_list_beyond_all_memory_measures_more_than_any_limit(void **state) {
        static const struct fascia_uint64_list list = { NULL, SIZE_MAX };

        (void)state;
        assert_int_equal(codec_measure(&type_longs, &list), SIZE_MAX);
}

/* ---- what others send ---- */

static void other_types_are_refused(void **state) {
        static const struct {
                const char *signature;
                const char *reason;
        } rows[] = {
                { "", "nothing at all" },
                { "i", "an argument is missing" },
                { "iss", "an argument too many" },
                { "si", "the order" },
                { "is", NULL },
                { "us", "unsigned" },
                { "(is)", "in a struct" },
                { "vs", "in a variant" },
                { "ias", "a list of it" },
                { "io", "a path" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < N(rows); i++) {
                struct warning got = { -7, NULL };
                Writer w = begin(f);
                Reader r;
                static const struct fascia_string_list list = { sample_strings, 3 };
                static const int32_t number = 5;
                for (const char *s = rows[i].signature; *s; s++) {
                        const char *path = "/";
                        if (*s == '(') {
                                assert_int_equal(codec_write(&w, &type_warning, sample_warnings),
                                                 0);
                                break;
                        }
                        if (*s == 'a') /* "as", the last */
                                assert_int_equal(codec_write(&w, &type_strings, &list), 0);
                        else if (*s == 's' && s > rows[i].signature && s[-1] == 'a')
                                continue;
                        else if (*s == 'v')
                                assert_int_equal(codec_write_variant(&w, &type_int32, &number), 0);
                        else if (*s == 's')
                                assert_int_equal(writer_string(&w, "text"), 0);
                        else if (*s == 'o')
                                assert_int_equal(writer_basic(&w, 'o', &path), 0);
                        else
                                assert_int_equal(writer_basic(&w, *s, &number), 0);
                }
                finish(f);
                r = receive(f);
                int k = codec_read_arguments(&r, &type_warning, &got);
                if (k != (rows[i].reason ? -EBADMSG : 0))
                        fail_msg("%s: %d", rows[i].signature, k);
                if (k >= 0)
                        fascia_value_clear(&type_warning, &got);
        }
}

static void a_variant_of_another_type_is_refused_and_can_be_skipped(void **state) {
        static const int32_t number = 5;
        Fixture *f = *state;
        const char *got;
        int32_t next;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write_variant(&w, &type_int32, &number), 0);
        assert_int_equal(codec_write(&w, &type_int32, &number), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read_variant(&r, &type_string, &got), -EBADMSG);
        assert_int_equal(reader_skip(&r, "v"), 0);
        assert_int_equal(codec_read(&r, &type_int32, &next), 0);
        assert_int_equal(next, 5);
}

/* Every byte of the body in turn is another one. Whatever the reader says, it must neither crash
 * nor leak, which the sanitizers see, nor keep what it refused. */
static void flip_every_byte(Fixture *f, const struct fascia_type *type, const void *value) {
        static const uint8_t masks[] = { 0xFF, 0x80, 0x01, 0x10, 's' ^ 'v', 'i' ^ 'a' };
        unsigned refused = 0;
        ValueBuffer got;
        Writer w = begin(f);

        assert_int_equal(codec_write(&w, type, value), 0);
        finish(f);
        assert_int_equal(value_buffer_init(&got, type), 0);
        for (size_t i = f->size - body_size(f); i < f->size; i++) {
                for (size_t k = 0; k < N(masks); k++) {
                        f->bytes[i] ^= masks[k];
                        Reader r = receive(f);
                        if (codec_read(&r, type, got.data) < 0) {
                                refused++;
                        } else {
                                assert_true(value_is_encodable(type, got.data));
                                fascia_value_clear(type, got.data);
                        }
                        f->bytes[i] ^= masks[k];
                }
        }
        assert_true(refused > 0);
        value_buffer_done(&got, false);
}

static void no_single_byte_makes_the_reader_fall(void **state) {
        flip_every_byte(*state, &type_all, &sample_all);
        flip_every_byte(*state, &type_trip, &sample_trip);
}

/* A message by hand: big endian, or with a body that no library would write. */
static void put(Fixture *f, bool big, uint64_t value, size_t size) {
        while (f->size % size != 0)
                f->bytes[f->size++] = 0;
        for (size_t i = 0; i < size; i++)
                f->bytes[f->size++] = (uint8_t)(value >> 8 * (big ? size - 1 - i : i));
}

static void put_field(Fixture *f, bool big, char code, char type, const char *value) {
        while (f->size % 8 != 0)
                f->bytes[f->size++] = 0;
        const char head[] = { code, 1, type, 0 };
        memcpy(f->bytes + f->size, head, sizeof(head));
        f->size += sizeof(head);
        put(f, big, strlen(value), type == 'g' ? 1 : 4);
        memcpy(f->bytes + f->size, value, strlen(value) + 1);
        f->size += strlen(value) + 1;
}

static void begin_by_hand(Fixture *f, bool big, const char *signature) {
        const uint8_t head[] = { big ? 'B' : 'l', 4, 1, 1 };

        memcpy(f->bytes, head, sizeof(head));
        f->size = sizeof(head);
        put(f, big, 0, 4); /* the length of the body, later */
        put(f, big, 1, 4);
        put(f, big, 0, 4); /* the length of the fields, later */
        put_field(f, big, 1, 'o', "/a");
        put_field(f, big, 2, 's', "a.B");
        put_field(f, big, 3, 's', "C");
        put_field(f, big, 8, 'g', signature);
        size_t end = f->size;
        f->size = 12;
        put(f, big, end - 16, 4);
        f->size = end;
        while (f->size % 8 != 0)
                f->bytes[f->size++] = 0;
}

static void end_by_hand(Fixture *f, bool big, size_t body) {
        size_t end = f->size;

        f->size = 4;
        put(f, big, end - body, 4);
        f->size = end;
}

static void messages_of_the_other_byte_order_are_read(void **state) {
        static const int32_t want_ints[] = { 1, -2 };
        static const double want_real = 21.5;
        Fixture *f = *state;
        struct fascia_int32_list ints;
        struct fascia_double_list reals;
        uint64_t bits;
        Reader r;

        memcpy(&bits, &want_real, sizeof(bits));
        begin_by_hand(f, true, "aiad");
        size_t body = f->size;
        put(f, true, 8, 4);
        put(f, true, 1, 4);
        put(f, true, (uint32_t)-2, 4);
        put(f, true, 8, 4);
        put(f, true, bits, 8);
        end_by_hand(f, true, body);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_ints, &ints), 0);
        assert_int_equal(ints.count, 2);
        assert_memory_equal(ints.items, want_ints, sizeof(want_ints));
        assert_int_equal(codec_read(&r, &type_reals, &reals), 0);
        assert_int_equal(reals.count, 1);
        assert_true(reals.items[0] == want_real);
        fascia_value_clear(&type_ints, &ints);
        fascia_value_clear(&type_reals, &reals);
}

static void an_array_that_is_no_multiple_of_its_elements_is_refused(void **state) {
        for (int big = 0; big < 2; big++) {
                Fixture *f = *state;
                struct fascia_int32_list ints;
                Reader r;
                begin_by_hand(f, big, "ai");
                size_t body = f->size;
                put(f, big, 6, 4);
                put(f, big, 1, 4);
                put(f, big, 2, 2);
                end_by_hand(f, big, body);
                r = receive(f);
                assert_int_equal(codec_read(&r, &type_ints, &ints), -EBADMSG);
        }
}

static void an_array_that_is_longer_than_the_message_is_refused(void **state) {
        static const uint32_t lengths[] = { 9, 1 << 26, UINT32_MAX };

        for (size_t i = 0; i < N(lengths); i++) {
                Fixture *f = *state;
                struct fascia_string_list strings;
                Reader r;
                begin_by_hand(f, false, "as");
                size_t body = f->size;
                put(f, false, lengths[i], 4);
                put(f, false, 1, 4);
                put(f, false, 'x', 1);
                put(f, false, 0, 1);
                end_by_hand(f, false, body);
                r = receive(f);
                assert_int_equal(codec_read(&r, &type_strings, &strings), -EBADMSG);
        }
}

static void put_bytes(Fixture *f, const void *bytes, size_t size) {
        memcpy(f->bytes + f->size, bytes, size);
        f->size += size;
}

/* One variant in the other, as often as the bytes say. */
static void put_variants(Fixture *f, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                put_bytes(f, "\1v", 3);
        put_bytes(f, "\1y\0\7", 4);
}

static void variants_beyond_every_depth_are_refused(void **state) {
        static const struct {
                unsigned n;
                int r;
        } rows[] = { { VALUE_DEPTH_MAX - 1, 0 },
                     { VALUE_DEPTH_MAX, -EBADMSG },
                     { 120, -EBADMSG },
                     { 10000, -EBADMSG } };

        for (size_t i = 0; i < N(rows); i++) {
                struct fascia_variant got;
                Fixture *f = *state;
                Reader r;
                begin_by_hand(f, false, "v");
                size_t body = f->size;
                put_variants(f, rows[i].n);
                end_by_hand(f, false, body);
                r = receive(f);
                assert_int_equal(codec_read(&r, &type_var, &got), rows[i].r);
                if (rows[i].r >= 0)
                        fascia_value_clear(&type_var, &got);
        }
}

/* Each level three containers: a variant that holds a list of structs with one variant. */
static void containers_count_as_variants_do(void **state) {
        static const uint8_t level[] = { 4, 'a', '(', 'v', ')', 0 };

        for (unsigned levels = VALUE_DEPTH_MAX / 3 - 1; levels <= VALUE_DEPTH_MAX / 3; levels++) {
                struct fascia_variant got;
                Fixture *f = *state;
                Reader r;
                size_t lengths[VALUE_DEPTH_MAX];
                begin_by_hand(f, false, "v");
                size_t body = f->size;
                for (unsigned i = 0; i < levels; i++) {
                        put_bytes(f, level, sizeof(level));
                        put(f, false, 0, 4);
                        lengths[i] = f->size - 4;
                        while (f->size % 8 != 0)
                                f->bytes[f->size++] = 0;
                }
                put_bytes(f, "\1y\0\7", 4);
                size_t end = f->size;
                for (unsigned i = 0; i < levels; i++) {
                        f->size = lengths[i];
                        put(f, false, end - ((lengths[i] + 4 + 7) & ~(size_t)7), 4);
                }
                f->size = end;
                end_by_hand(f, false, body);
                r = receive(f);
                assert_int_equal(codec_read(&r, &type_var, &got),
                                 3 * levels + 1 <= VALUE_DEPTH_MAX ? 0 : -EBADMSG);
                if (3 * levels + 1 <= VALUE_DEPTH_MAX)
                        fascia_value_clear(&type_var, &got);
        }
}

static void variants_of_others_that_make_no_sense_are_refused(void **state) {
        static const struct {
                const char *body;
                size_t size;
                int r;
                const char *reason;
        } rows[] = {
                { "\1h\0\0\0\0\0\0", 8, -EOPNOTSUPP, "a file descriptor" },
                { "\2ah\0\0\0\0\0", 8, -EOPNOTSUPP, "a list of them" },
                { "\0\0", 2, -EBADMSG, "no type" },
                { "\2yy\0\1\1", 6, -EBADMSG, "two types" },
                { "\1z\0\1", 4, -EBADMSG, "no such type" },
                { "\2()\0\1", 5, -EBADMSG, "a struct of nothing" },
                { "\1y\0", 3, -EBADMSG, "no value" },
                { "\1y", 2, -EBADMSG, "no end of the signature" },
                { "\377y\0\1", 4, -EBADMSG, "a signature beyond the message" },
                { "\1g\0\1(\0", 6, -EBADMSG, "a signature that is none" },
                { "\1o\0\0\1\0\0\0x\0", 10, -EBADMSG, "a path that is none" },
                { "\1s\0\0\1\0\0\0\377\0", 10, -EBADMSG, "not UTF-8" },
        };

        for (size_t i = 0; i < N(rows); i++) {
                struct fascia_variant got = { NULL, NULL };
                Fixture *f = *state;
                Reader r;
                begin_by_hand(f, false, "v");
                size_t body = f->size;
                put_bytes(f, rows[i].body, rows[i].size);
                end_by_hand(f, false, body);
                r = receive(f);
                int k = codec_read(&r, &type_var, &got);
                if (k != rows[i].r)
                        fail_msg("%s: %d", rows[i].reason, k);
        }
}

static void the_end_is_told_from_something_else_than_a_variant(void **state) {
        struct fascia_variant got;
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r;

        assert_int_equal(codec_write(&w, &type_int32, &sample_number), 0);
        finish(f);
        r = receive(f);
        assert_int_equal(codec_read(&r, &type_var, &got), -EBADMSG);
        assert_int_equal(reader_skip(&r, "i"), 0);
        assert_int_equal(codec_read(&r, &type_var, &got), -ENODATA);
}

static void a_failure_says_what_was_wrong_with_the_value(void **state) {
        (void)state;
        assert_non_null(strstr(codec_error_text(-EBADMSG), "key twice"));
        assert_non_null(strstr(codec_error_text(-EOPNOTSUPP), "file descriptors"));
        assert_string_equal(codec_error_text(-ENOMEM), strerror(ENOMEM));
}

/* ---- what a service demands ---- */

static void services_refuse_values_that_mean_nothing(void **state) {
        static const int32_t mode = 7, automatic = -5, modes[] = { 3, 1, 8 };
        static const struct fascia_int32_list mode_list = { modes, 3 }, good_list = { modes, 2 };
        static const uint32_t seat = 8 | 16 | 64, no_seat = 0;
        static const uint64_t wide = UINT64_C(1) << 41;
        static const double nan_ = NAN, infinite = -INFINITY, real = 1;
        static const struct point point = { 1, INFINITY, false };
        static const struct fascia_double_map_entry reals[] = { { "front", 1 }, { "re\"ar", NAN } };
        static const struct fascia_double_map real_map = { reals, 2 };
        static const struct fascia_int32_map_entry bad_modes[] = { { "a", 3 }, { "b", 7 } };
        static const struct fascia_int32_map mode_map = { bad_modes, 2 };
        static const struct fascia_variant mode_variant = { &type_mode, &mode }, unset;
        static const struct fascia_variant map_variant = { &type_real_map, &real_map };
        static const struct fascia_variant_map_entry settings[] = {
                { "x", { NULL, NULL } }, { "y", { &type_real_map, &real_map } }
        };
        static const struct fascia_variant_map setting_map = { settings, 2 };
        static const struct {
                const struct fascia_type *type;
                const void *value;
                const char *text; /* NULL: fine */
        } rows[] = {
                { &type_mode, &mode, "Mode has no value 7" },
                { &type_mode, &automatic, NULL },
                { &type_modes, &mode_list, "Mode has no value 8" },
                { &type_modes, &good_list, NULL },
                { &type_seat, &seat, "Seat has no bits 0x50" },
                { &type_seat, &no_seat, NULL },
                { &type_wide, &wide, "Wide has no bits 0x20000000000" },
                { &type_real, &nan_, "nan is not a finite number" },
                { &type_real, &infinite, "-inf is not a finite number" },
                { &type_real, &real, NULL },
                { &type_point, &point, "inf is not a finite number" },
                { &type_all, &sample_all, NULL },
                { &type_real_map, &real_map, "[\"re\\\"ar\"]: nan is not a finite number" },
                { &type_mode_map, &mode_map, "[\"b\"]: Mode has no value 7" },
                { &type_var, &mode_variant, "Mode has no value 7" },
                { &type_var, &unset, NULL },
                { &type_var, &map_variant, "[\"re\\\"ar\"]: nan is not a finite number" },
                { &type_var_map, &setting_map,
                  "[\"y\"][\"re\\\"ar\"]: nan is not a finite number" },
                { &type_trip, &sample_trip, NULL },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const char *want = rows[i].text;
                char *text = NULL;
                assert_int_equal(codec_check(rows[i].type, rows[i].value, &text),
                                 want ? -ERANGE : 0);
                if (want)
                        assert_string_equal(text, want);
                else
                        assert_null(text);
                assert_int_equal(codec_check(rows[i].type, rows[i].value, NULL),
                                 want ? -ERANGE : 0);
                free(text);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(a_value_of_every_kind_comes_back_equal),
                T(arguments_follow_each_other_without_brackets),
                T(a_variant_holds_a_value),
                T(no_arguments_are_an_empty_body),
                T(values_that_no_enumerator_names_are_kept),
                T(a_long_list_is_read_whole),
                T(empty_lists_have_no_items),
                T(a_null_string_is_sent_as_empty),
                T(a_string_that_is_not_utf_8_is_not_sent),
                T(maps_variants_and_objects_come_back_equal),
                T(a_variant_holds_a_value_of_any_type),
                T(unset_is_the_variant_of_the_empty_signature),
                T(no_object_and_no_string_cost_nothing),
                T(what_is_no_object_path_is_not_sent),
                T(a_map_is_read_in_the_order_of_its_keys),
                T(a_map_with_a_key_twice_is_refused),
                T(a_variant_reads_all_that_the_bus_carries),
                T(the_measured_size_is_that_of_the_body),
                T(the_size_of_variants_and_maps_is_measured_at_every_offset),
                cmocka_unit_test(a_list_beyond_all_memory_measures_more_than_any_limit),
                T(other_types_are_refused),
                T(a_variant_of_another_type_is_refused_and_can_be_skipped),
                T(no_single_byte_makes_the_reader_fall),
                T(messages_of_the_other_byte_order_are_read),
                T(an_array_that_is_no_multiple_of_its_elements_is_refused),
                T(an_array_that_is_longer_than_the_message_is_refused),
                T(variants_beyond_every_depth_are_refused),
                T(containers_count_as_variants_do),
                T(variants_of_others_that_make_no_sense_are_refused),
                T(the_end_is_told_from_something_else_than_a_variant),
                cmocka_unit_test(a_failure_says_what_was_wrong_with_the_value),
                cmocka_unit_test(services_refuse_values_that_mean_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
