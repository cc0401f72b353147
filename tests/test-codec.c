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
#include "value.h"
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

static void kinds_that_are_reserved_are_refused(void **state) {
        static const uint8_t kinds[] = { FASCIA_KIND_MAP, FASCIA_KIND_VAR, FASCIA_KIND_OBJECT,
                                         FASCIA_KIND_MODEL };
        Fixture *f = *state;
        Writer w = begin(f);
        Reader r = { &wire_sd_bus_reader_ops, f->out };

        for (size_t i = 0; i < N(kinds); i++) {
                struct fascia_type type = type_string;
                const char *value = "";
                type.kind = kinds[i];
                assert_int_equal(codec_write(&w, &type, &value), -EOPNOTSUPP);
                assert_int_equal(codec_read(&r, &type, &value), -EOPNOTSUPP);
        }
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
static void no_single_byte_makes_the_reader_fall(void **state) {
        static const uint8_t masks[] = { 0xFF, 0x80, 0x01, 0x10 };
        Fixture *f = *state;
        unsigned refused = 0;
        Writer w = begin(f);

        assert_int_equal(codec_write_arguments(&w, &type_arguments, &sample_all), 0);
        finish(f);
        for (size_t i = f->size - body_size(f); i < f->size; i++) {
                for (size_t k = 0; k < N(masks); k++) {
                        struct all got;
                        f->bytes[i] ^= masks[k];
                        Reader r = receive(f);
                        if (codec_read_arguments(&r, &type_arguments, &got) >= 0)
                                fascia_value_clear(&type_arguments, &got);
                        else
                                refused++;
                        f->bytes[i] ^= masks[k];
                }
        }
        assert_true(refused > 0);
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

/* ---- what a service demands ---- */

static void services_refuse_values_that_mean_nothing(void **state) {
        static const int32_t mode = 7, automatic = -5, modes[] = { 3, 1, 8 };
        static const struct fascia_int32_list mode_list = { modes, 3 }, good_list = { modes, 2 };
        static const uint32_t seat = 8 | 16 | 64, no_seat = 0;
        static const uint64_t wide = UINT64_C(1) << 41;
        static const double nan_ = NAN, infinite = -INFINITY, real = 1;
        static const struct point point = { 1, INFINITY, false };
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
                T(kinds_that_are_reserved_are_refused),
                T(the_measured_size_is_that_of_the_body),
                cmocka_unit_test(a_list_beyond_all_memory_measures_more_than_any_limit),
                T(other_types_are_refused),
                T(a_variant_of_another_type_is_refused_and_can_be_skipped),
                T(no_single_byte_makes_the_reader_fall),
                T(messages_of_the_other_byte_order_are_read),
                T(an_array_that_is_no_multiple_of_its_elements_is_refused),
                T(an_array_that_is_longer_than_the_message_is_refused),
                cmocka_unit_test(services_refuse_values_that_mean_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
