/* SPDX-License-Identifier: MIT */
/* The wire interface on sd-bus messages, and the writer that counts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <systemd/sd-bus.h>

#include "try.h"
#include "wire-sd-bus.h"

#define N(table) (sizeof(table) / sizeof(table[0]))

typedef struct Fixture {
        sd_bus *bus;
        sd_bus_message *message;
        Writer writer;
        Reader reader;
        int other;
} Fixture;

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));
        int fds[2];

        assert_non_null(f);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        f->other = fds[1];
        assert_true(sd_bus_new(&f->bus) >= 0);
        assert_true(sd_bus_set_fd(f->bus, fds[0], fds[0]) >= 0);
        assert_true(sd_bus_negotiate_fds(f->bus, false) >= 0);
        assert_true(sd_bus_start(f->bus) >= 0);
        assert_true(sd_bus_message_new_signal(f->bus, &f->message, "/a", "a.B", "C") >= 0);
        f->writer = (Writer){ &wire_sd_bus_writer_ops, f->message };
        f->reader = (Reader){ &wire_sd_bus_reader_ops, f->message };
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        sd_bus_message_unref(f->message);
        sd_bus_close_unref(f->bus);
        close(f->other);
        free(f);
        return 0;
}

/* From here on the message is read. */
static void seal(Fixture *f) {
        assert_true(sd_bus_message_seal(f->message, 1, 0) >= 0);
        assert_true(sd_bus_message_rewind(f->message, true) >= 0);
}

static void write_int(Fixture *f, int32_t value) {
        assert_int_equal(writer_basic(&f->writer, 'i', &value), 0);
}

static void bools_are_one_byte_in_memory(void **state) {
        struct {
                uint8_t before;
                bool value;
                uint8_t after;
        } x = { 0x55, true, 0x55 };
        Fixture *f = *state;

        assert_int_equal(writer_basic(&f->writer, 'b', &x.value), 0);
        x.value = false;
        assert_int_equal(writer_basic(&f->writer, 'b', &x.value), 0);
        seal(f);
        assert_int_equal(reader_basic(&f->reader, 'b', &x.value), 0);
        assert_true(x.value);
        assert_int_equal(reader_basic(&f->reader, 'b', &x.value), 0);
        assert_false(x.value);
        assert_int_equal(x.before, 0x55);
        assert_int_equal(x.after, 0x55);
}

static void the_end_and_another_type_are_told_apart(void **state) {
        Fixture *f = *state;
        const char *contents, *s;
        const void *items;
        size_t count;
        int32_t i;
        char type;

        write_int(f, 7);
        seal(f);
        assert_int_equal(reader_string(&f->reader, &s), -EBADMSG);
        assert_int_equal(reader_enter(&f->reader, 'a', "i"), -EBADMSG);
        assert_int_equal(reader_array(&f->reader, 'i', &items, &count), -EBADMSG);
        assert_int_equal(reader_at_end(&f->reader), 0);
        /* What was refused was not consumed. */
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(i, 7);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), -ENODATA);
        assert_int_equal(reader_enter(&f->reader, 'a', "i"), -ENODATA);
        assert_int_equal(reader_array(&f->reader, 'i', &items, &count), -ENODATA);
        assert_int_equal(reader_skip(&f->reader, "i"), -ENODATA);
        assert_int_equal(reader_at_end(&f->reader), 1);
        assert_int_equal(reader_peek(&f->reader, &type, &contents), 0);
        assert_int_equal(type, 0);
}

static void the_end_of_an_array_is_an_end(void **state) {
        Fixture *f = *state;
        int32_t i;

        assert_int_equal(writer_open(&f->writer, 'a', "i"), 0);
        write_int(f, 1);
        assert_int_equal(writer_close(&f->writer), 0);
        write_int(f, 2);
        seal(f);
        assert_int_equal(reader_enter(&f->reader, 'a', "i"), 0);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(reader_at_end(&f->reader), 1);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), -ENODATA);
        assert_int_equal(reader_exit(&f->reader), 0);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(i, 2);
}

static void a_container_is_left_only_at_its_end(void **state) {
        Fixture *f = *state;

        assert_int_equal(writer_open(&f->writer, 'r', "ii"), 0);
        write_int(f, 1);
        write_int(f, 2);
        assert_int_equal(writer_close(&f->writer), 0);
        seal(f);
        assert_int_equal(reader_enter(&f->reader, 'r', "ii"), 0);
        assert_int_equal(reader_exit(&f->reader), -EBADMSG);
}

static void a_variant_of_another_type_is_refused_and_can_be_skipped(void **state) {
        Fixture *f = *state;
        int32_t i;

        assert_int_equal(writer_open(&f->writer, 'v', "i"), 0);
        write_int(f, 1);
        assert_int_equal(writer_close(&f->writer), 0);
        write_int(f, 2);
        seal(f);
        assert_int_equal(reader_enter(&f->reader, 'v', "s"), -EBADMSG);
        assert_int_equal(reader_skip(&f->reader, "v"), 0);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(i, 2);
}

static void a_variant_is_entered_when_it_has_the_type(void **state) {
        Fixture *f = *state;
        const char *s;
        int32_t i;

        assert_int_equal(writer_open(&f->writer, 'v', "i"), 0);
        write_int(f, 1);
        assert_int_equal(writer_close(&f->writer), 0);
        write_int(f, 2);
        seal(f);
        assert_int_equal(reader_try_enter(&f->reader, 'v', "s"), 0);
        assert_int_equal(reader_try_enter(&f->reader, 'v', "i"), 1);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(i, 1);
        assert_int_equal(reader_exit(&f->reader), 0);
        /* No variant, and then nothing at all. */
        assert_int_equal(reader_try_enter(&f->reader, 'v', "i"), 0);
        assert_int_equal(reader_string(&f->reader, &s), -EBADMSG);
        assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
        assert_int_equal(i, 2);
        assert_int_equal(reader_try_enter(&f->reader, 'v', "i"), -ENODATA);
}

static void each_element_is_entered_until_the_end(void **state) {
        Fixture *f = *state;
        int32_t i;

        assert_int_equal(writer_open(&f->writer, 'a', "(i)"), 0);
        for (int n = 0; n < 2; n++) {
                assert_int_equal(writer_open(&f->writer, 'r', "i"), 0);
                write_int(f, n);
                assert_int_equal(writer_close(&f->writer), 0);
        }
        assert_int_equal(writer_close(&f->writer), 0);
        write_int(f, 7);
        seal(f);
        assert_int_equal(reader_enter(&f->reader, 'a', "(i)"), 0);
        for (int n = 0; n < 2; n++) {
                assert_int_equal(reader_next(&f->reader, 'r', "i"), 1);
                assert_int_equal(reader_basic(&f->reader, 'i', &i), 0);
                assert_int_equal(i, n);
                assert_int_equal(reader_exit(&f->reader), 0);
        }
        assert_int_equal(reader_next(&f->reader, 'r', "i"), 0);
        assert_int_equal(reader_exit(&f->reader), 0);
        assert_int_equal(reader_next(&f->reader, 'r', "i"), -EBADMSG);
}

static void peek_says_type_and_contents(void **state) {
        Fixture *f = *state;
        const char *contents;
        char type;

        assert_int_equal(writer_open(&f->writer, 'a', "{sv}"), 0);
        assert_int_equal(writer_close(&f->writer), 0);
        write_int(f, 1);
        seal(f);
        assert_int_equal(reader_peek(&f->reader, &type, &contents), 0);
        assert_int_equal(type, 'a');
        assert_string_equal(contents, "{sv}");
        assert_int_equal(reader_skip(&f->reader, "a{sv}"), 0);
        assert_int_equal(reader_peek(&f->reader, &type, &contents), 0);
        assert_int_equal(type, 'i');
}

static void arrays_of_fixed_size_go_whole(void **state) {
        static const uint64_t longs[] = { 1, UINT64_MAX, 3 };
        static const uint8_t bytes[] = { 1, 2, 3 };
        Fixture *f = *state;
        const void *items;
        size_t count;

        assert_int_equal(writer_array(&f->writer, 'y', bytes, 3), 0);
        assert_int_equal(writer_array(&f->writer, 't', longs, 3), 0);
        assert_int_equal(writer_array(&f->writer, 'd', NULL, 0), 0);
        seal(f);
        assert_int_equal(reader_array(&f->reader, 'y', &items, &count), 0);
        assert_int_equal(count, 3);
        assert_memory_equal(items, bytes, sizeof(bytes));
        assert_int_equal(reader_array(&f->reader, 't', &items, &count), 0);
        assert_int_equal(count, 3);
        assert_int_equal((uintptr_t)items % sizeof(uint64_t), 0);
        assert_memory_equal(items, longs, sizeof(longs));
        assert_int_equal(reader_array(&f->reader, 'd', &items, &count), 0);
        assert_int_equal(count, 0);
}

static void strings_that_have_no_place_on_the_wire_are_refused(void **state) {
        static const struct {
                char type;
                const char *value;
                const char *reason;
        } rows[] = {
                { 's', "\xff", "not UTF-8" },
                { 's', "\xef\xbf\xbe", "a noncharacter, which sd-bus does not read" },
                { 'o', "no path", "not an object path" },
                { 'o', "", "not an object path" },
                { 'g', "(", "not a signature" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                void *own;
                setup(&own);
                Fixture *f = own;
                if (writer_basic(&f->writer, rows[i].type, &rows[i].value) != -EILSEQ)
                        fail_msg("%s", rows[i].reason);
                teardown(&own);
        }
}

/* ---- the writer that counts ---- */

typedef int WriteFn(Writer *w);

static int basic(Writer *w, char type) {
        static const uint64_t zero;

        return writer_basic(w, type, &zero);
}

static int all_after_a_byte(Writer *w) {
        for (const char *type = "nyqyiyuyxytydyb"; *type; type++)
                TRY(basic(w, *type));
        return 0;
}

static int strings(Writer *w) {
        const char *path = "/a/b", *signature = "a{sv}";

        TRY(writer_string(w, ""));
        TRY(basic(w, 'y'));
        TRY(writer_basic(w, 'g', &signature));
        TRY(writer_basic(w, 'o', &path));
        TRY(basic(w, 'y'));
        return writer_string(w, "odd");
}

static int empty_arrays(Writer *w) {
        for (const char *type = "ynqiuxtd"; *type; type++) {
                TRY(basic(w, 'y'));
                TRY(writer_array(w, *type, NULL, 0));
        }
        TRY(basic(w, 'y'));
        TRY(writer_open(w, 'a', "s"));
        TRY(writer_close(w));
        TRY(writer_open(w, 'a', "(y)"));
        TRY(writer_close(w));
        TRY(writer_open(w, 'a', "{sv}"));
        TRY(writer_close(w));
        TRY(writer_open(w, 'a', "v"));
        TRY(writer_close(w));
        return basic(w, 'y');
}

static int filled_arrays(Writer *w) {
        static const uint64_t items[3];

        for (const char *type = "ynqiuxtd"; *type; type++) {
                TRY(basic(w, 'y'));
                TRY(writer_array(w, *type, items, 3));
        }
        return basic(w, 'y');
}

static int containers(Writer *w) {
        TRY(basic(w, 'y'));
        TRY(writer_open(w, 'a', "{sv}"));
        for (int i = 0; i < 3; i++) {
                TRY(writer_open(w, 'e', "sv"));
                TRY(writer_string(w, "key"));
                TRY(writer_open(w, 'v', "(yx)"));
                TRY(writer_open(w, 'r', "yx"));
                TRY(basic(w, 'y'));
                TRY(basic(w, 'x'));
                TRY(writer_close(w));
                TRY(writer_close(w));
                TRY(writer_close(w));
        }
        TRY(writer_close(w));
        TRY(writer_open(w, 'v', "y"));
        TRY(basic(w, 'y'));
        return writer_close(w);
}

/* Plays the server's part of authentication, so that messages go out. */
static void authenticate(Fixture *f) {
        static const char answer[] = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n";
        char bytes[1024];

        assert_int_equal(write(f->other, answer, strlen(answer)), strlen(answer));
        while (sd_bus_is_ready(f->bus) == 0)
                assert_true(sd_bus_process(f->bus, NULL) >= 0);
        assert_true(recv(f->other, bytes, sizeof(bytes), MSG_DONTWAIT) > 0);
}

/* The length of the body as it goes through the socket (D-Bus specification, "Message Format"). */
static size_t sent_body_size(Fixture *f) {
        uint32_t header[4096];

        assert_true(sd_bus_send(f->bus, f->message, NULL) >= 0);
        assert_true(recv(f->other, header, sizeof(header), MSG_DONTWAIT) > 16);
        return header[1];
}

static void the_size_is_that_of_the_message_that_is_sent(void **state) {
        static const struct {
                WriteFn *fn;
                const char *name;
        } rows[] = {
                { all_after_a_byte, "alignment of every basic type" },
                { strings, "strings, paths and signatures" },
                { empty_arrays, "the padding before the elements that are not there" },
                { filled_arrays, "arrays of fixed-size types" },
                { containers, "dictionaries, variants and structs" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                SizeWriter size;
                void *own;
                setup(&own);
                Fixture *f = own;
                authenticate(f);
                size_writer_init(&size);
                assert_int_equal(rows[i].fn(&size.writer), 0);
                assert_int_equal(rows[i].fn(&f->writer), 0);
                size_t sent = sent_body_size(f);
                if (size.size != sent)
                        fail_msg("%s: counted %zu, sent %zu", rows[i].name, size.size, sent);
                teardown(&own);
        }
}

static void a_size_beyond_all_memory_is_refused(void **state) {
        SizeWriter size;

        (void)state;
        size_writer_init(&size);
        assert_int_equal(writer_array(&size.writer, 't', NULL, SIZE_MAX / 4), -ENOBUFS);
        size_writer_init(&size);
        assert_int_equal(writer_array(&size.writer, 'y', NULL, SIZE_MAX), -ENOBUFS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(bools_are_one_byte_in_memory),
                T(the_end_and_another_type_are_told_apart),
                T(the_end_of_an_array_is_an_end),
                T(a_container_is_left_only_at_its_end),
                T(a_variant_of_another_type_is_refused_and_can_be_skipped),
                T(a_variant_is_entered_when_it_has_the_type),
                T(each_element_is_entered_until_the_end),
                T(peek_says_type_and_contents),
                T(arrays_of_fixed_size_go_whole),
                cmocka_unit_test(strings_that_have_no_place_on_the_wire_are_refused),
                cmocka_unit_test(the_size_is_that_of_the_message_that_is_sent),
                cmocka_unit_test(a_size_beyond_all_memory_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
