/* SPDX-License-Identifier: MIT */
/* Values in memory: start values, copies, comparison, text, constraints. */
#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample-types.h"
#include "utf8.h"
#include "value.h"
#include <fascia/generated.h>

#define N(table) (sizeof(table) / sizeof(table[0]))

/* ---- start values ---- */

static void start_values_are_zero_empty_and_the_first_enumerator(void **state) {
        struct all a;

        (void)state;
        memset(&a, 0xAA, sizeof(a));
        fascia_value_init(&type_all, &a);
        assert_false(a.on);
        assert_int_equal(a.large, 0);
        assert_string_equal(a.text, "");
        assert_int_equal(a.mode, 3);
        assert_int_equal(a.seat, 0);
        assert_string_equal(a.warning.text, "");
        assert_null(a.warnings.items);
        assert_int_equal(a.warnings.count, 0);
        /* Nothing to free: the empty string is shared. */
        fascia_value_clear(&type_all, &a);
        fascia_value_clear(&type_all, &a);
}

static void a_value_without_members_needs_no_storage(void **state) {
        void *copy;

        (void)state;
        fascia_value_init(&type_nothing, NULL);
        assert_int_equal(fascia_value_copy(&type_nothing, NULL, NULL), 0);
        assert_true(fascia_value_equal(&type_nothing, NULL, NULL));
        assert_int_equal(fascia_value_new_copy(&type_nothing, NULL, &copy), 0);
        assert_null(fascia_value_free(&type_nothing, copy));
}

static void nothing_is_no_object_an_empty_map_and_an_unset_variant(void **state) {
        struct fascia_type model = type_object;
        const char *path = NULL;
        struct trip t;

        (void)state;
        memset(&t, 0xAA, sizeof(t));
        fascia_value_init(&type_trip, &t);
        assert_string_equal(t.owner, "/");
        assert_null(t.extra.type);
        assert_null(t.extra.value);
        assert_null(t.counts.items);
        assert_int_equal(t.counts.count, 0);
        assert_true(value_is_encodable(&type_trip, &t));
        fascia_value_clear(&type_trip, &t);
        fascia_value_clear(&type_trip, &t);
        model.kind = FASCIA_KIND_MODEL;
        fascia_value_init(&model, &path);
        assert_string_equal(path, "/");
        fascia_value_clear(&model, &path);
}

/* ---- copies ---- */

static void copies_of_maps_variants_and_objects_share_nothing(void **state) {
        struct trip copy;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_trip, &copy, &sample_trip), 0);
        assert_true(fascia_value_equal(&type_trip, &copy, &sample_trip));
        assert_ptr_not_equal(copy.owner, sample_trip.owner);
        assert_ptr_not_equal(copy.counts.items, sample_trip.counts.items);
        assert_ptr_not_equal(copy.extra.type, sample_trip.extra.type);
        assert_ptr_not_equal(copy.things.items[2].value, sample_trip.things.items[2].value);
        fascia_value_clear(&type_trip, &copy);
        assert_string_equal(copy.owner, "/");
        assert_int_equal(copy.settings.count, 0);
        assert_null(copy.extra.value);
}

static void no_object_is_never_allocated(void **state) {
        static const char *const none[] = { NULL, "", "/" };
        const char *start, *copy;

        (void)state;
        fascia_value_init(&type_object, &start);
        for (size_t i = 0; i < N(none); i++) {
                assert_int_equal(fascia_value_copy(&type_object, &copy, &none[i]), 0);
                assert_ptr_equal(copy, start);
                fascia_value_clear(&type_object, &copy);
        }
        assert_true(fascia_value_equal(&type_object, &none[0], &none[2]));
        assert_false(value_is_encodable(&type_object, &none[0]));
}

static void the_text_of_one_character_is_allocated_all_the_same(void **state) {
        const char *slash = "/", *copy;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_string, &copy, &slash), 0);
        assert_ptr_not_equal(copy, slash);
        fascia_value_clear(&type_string, &copy);
        assert_string_equal(copy, "");
}

static void a_copy_is_equal_and_shares_nothing(void **state) {
        struct all copy;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_all, &copy, &sample_all), 0);
        assert_true(fascia_value_equal(&type_all, &copy, &sample_all));
        assert_ptr_not_equal(copy.text, sample_all.text);
        assert_ptr_not_equal(copy.warnings.items, sample_all.warnings.items);
        assert_ptr_not_equal(copy.warnings.items[0].text, sample_all.warnings.items[0].text);
        assert_ptr_not_equal(copy.string_lists.items[0].items,
                             sample_all.string_lists.items[0].items);
        fascia_value_clear(&type_all, &copy);
        assert_string_equal(copy.text, "");
        assert_int_equal(copy.warnings.count, 0);
}

/* AddressSanitizer would end the program where an allocation is refused. */
const char *__asan_default_options(void);
FASCIA_EXPORT const char *__asan_default_options(void) {
        return "allocator_may_return_null=1";
}

/* More than any memory: what came before it has been copied, and must be released again. */
static void a_copy_that_fails_leaves_everything_as_it_was(void **state) {
        static const struct fascia_string_list huge[] = { { sample_strings, 3 },
                                                          { sample_strings, SIZE_MAX } };
        struct all from[2] = { sample_all, sample_all }, to, before;
        void *copy = &to;

        (void)state;
        from[0].points.count = SIZE_MAX;
        from[1].string_lists = (struct string_list_list){ huge, 2 };
        memset(&to, 0x77, sizeof(to));
        before = to;
        for (size_t i = 0; i < N(from); i++) {
                assert_int_equal(fascia_value_copy(&type_all, &to, &from[i]), -ENOMEM);
                assert_memory_equal(&to, &before, sizeof(to));
                assert_int_equal(fascia_value_new_copy(&type_all, &from[i], &copy), -ENOMEM);
                assert_ptr_equal(copy, &to);
        }
        assert_int_equal(fascia_value_copy(&type_points, &to.points, &from[0].points), -ENOMEM);
        assert_memory_equal(&to, &before, sizeof(to));
}

static void an_empty_list_is_copied_without_items(void **state) {
        int32_t item = 1;
        struct fascia_int32_list from = { &item, 0 }, copy;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_ints, &copy, &from), 0);
        assert_null(copy.items);
        assert_int_equal(copy.count, 0);
}

static void a_missing_string_is_read_as_empty_but_has_no_place_on_the_wire(void **state) {
        struct warning zeroed = { 0, NULL }, empty = { 0, "" }, copy;
        char *text;

        (void)state;
        assert_true(fascia_value_equal(&type_warning, &zeroed, &empty));
        assert_int_equal(fascia_value_copy(&type_warning, &copy, &zeroed), 0);
        assert_string_equal(copy.text, "");
        text = fascia_value_print(&type_warning, &zeroed);
        assert_string_equal(text, "{id: 0, text: \"\"}");
        free(text);
        fascia_value_clear(&type_warning, &copy);
        assert_false(value_is_encodable(&type_warning, &zeroed));
}

static void new_copies_are_freed_whole(void **state) {
        void *copy;

        (void)state;
        assert_int_equal(fascia_value_new_copy(&type_all, &sample_all, &copy), 0);
        assert_true(fascia_value_equal(&type_all, copy, &sample_all));
        assert_null(fascia_value_free(&type_all, copy));
        assert_null(fascia_value_free(&type_all, NULL));
}

/* ---- comparison ---- */

static void padding_does_not_count(void **state) {
        struct point a, b;

        (void)state;
        memset(&a, 0x55, sizeof(a));
        memset(&b, 0xAA, sizeof(b));
        a.x = b.x = 1;
        a.y = b.y = 2;
        a.z = b.z = true;
        assert_true(fascia_value_equal(&type_point, &a, &b));
        struct point_list la = { &a, 1 }, lb = { &b, 1 };
        assert_true(fascia_value_equal(&type_points, &la, &lb));
        b.z = false;
        assert_false(fascia_value_equal(&type_point, &a, &b));
        assert_false(fascia_value_equal(&type_points, &la, &lb));
}

static void reals_are_compared_by_bits(void **state) {
        double nan_ = NAN, zero = 0.0, minus = -0.0;

        (void)state;
        assert_true(fascia_value_equal(&type_real, &nan_, &nan_));
        assert_false(fascia_value_equal(&type_real, &zero, &minus));
}

static void every_member_counts(void **state) {
        (void)state;
        for (uint32_t i = 0; i < type_all.n_members; i++) {
                const struct fascia_member *m = &type_all.members[i];
                struct all other = sample_all;
                fascia_value_init(m->type, (char *)&other + m->offset);
                assert_false(fascia_value_equal(&type_all, &other, &sample_all));
        }
}

static void lists_differ_by_length_and_by_the_last_item(void **state) {
        static const int32_t a[] = { 1, 2 }, b[] = { 1, 3 };
        static const char *const s[] = { "x", "y" }, *const t[] = { "x", "z" };
        struct fascia_int32_list x = { a, 2 }, y = { a, 1 }, z = { b, 2 };
        struct fascia_string_list u = { s, 2 }, v = { t, 2 };

        (void)state;
        assert_false(fascia_value_equal(&type_ints, &x, &y));
        assert_false(fascia_value_equal(&type_ints, &x, &z));
        assert_false(fascia_value_equal(&type_strings, &u, &v));
        assert_true(fascia_value_equal(&type_strings, &u, &u));
}

static void a_copy_of_a_map_is_sorted_by_its_keys(void **state) {
        static const struct warning_map_entry entries[] = {
                { "b", { 3, "b" } },
                { "a", { 1, "a" } },
                { "\xc3\xa4", { 4, "last" } },
                { "ab", { 2, "ab" } },
                { NULL, { 0, "read as empty" } },
        };
        const struct warning_map map = { entries, N(entries) };
        struct warning_map copy, again;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_warning_map, &copy, &map), 0);
        assert_int_equal(copy.count, N(entries));
        for (size_t i = 0; i < copy.count; i++)
                assert_int_equal(copy.items[i].value.id, i);
        assert_string_equal(copy.items[0].key, "");
        assert_int_equal(fascia_value_copy(&type_warning_map, &again, &copy), 0);
        assert_true(fascia_value_equal(&type_warning_map, &again, &map));
        fascia_value_clear(&type_warning_map, &copy);
        fascia_value_clear(&type_warning_map, &again);
}

#define INT_MAP(...)                                                                     \
        {                                                                                \
                (const struct fascia_int32_map_entry[]){ __VA_ARGS__ },                  \
                        sizeof((const struct fascia_int32_map_entry[]){ __VA_ARGS__ }) / \
                                sizeof(struct fascia_int32_map_entry)                    \
        }

static void maps_are_equal_in_any_order(void **state) {
        const struct {
                struct fascia_int32_map a, b;
                bool equal;
                const char *reason;
        } rows[] = {
                { { NULL, 0 }, { NULL, 0 }, true, "both empty" },
                { INT_MAP({ "a", 1 }), { NULL, 0 }, false, "one empty" },
                { INT_MAP({ "a", 1 }, { "b", 2 }), INT_MAP({ "a", 1 }, { "b", 2 }), true,
                  "sorted" },
                { INT_MAP({ "a", 1 }, { "b", 2 }), INT_MAP({ "a", 1 }, { "b", 3 }), false,
                  "value" },
                { INT_MAP({ "a", 1 }, { "b", 2 }), INT_MAP({ "a", 1 }, { "c", 2 }), false, "key" },
                { INT_MAP({ "a", 1 }, { "b", 2 }), INT_MAP({ "b", 2 }, { "a", 1 }), true,
                  "turned" },
                { INT_MAP({ "a", 1 }, { "b", 2 }), INT_MAP({ "b", 1 }, { "a", 2 }), false,
                  "turned, with the values in their places" },
                { INT_MAP({ "c", 3 }, { "a", 1 }, { "b", 2 }),
                  INT_MAP({ "c", 3 }, { "b", 2 }, { "a", 1 }), true, "neither is sorted" },
                { INT_MAP({ "c", 3 }, { "a", 1 }, { "b", 2 }),
                  INT_MAP({ "c", 3 }, { "b", 2 }, { "d", 1 }), false, "neither is sorted" },
                { INT_MAP({ "c", 3 }, { "a", 1 }, { "b", 2 }),
                  INT_MAP({ "c", 3 }, { "b", 2 }, { "a", 4 }), false, "the last in any order" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                if (fascia_value_equal(&type_int_map, &rows[i].a, &rows[i].b) != rows[i].equal ||
                    fascia_value_equal(&type_int_map, &rows[i].b, &rows[i].a) != rows[i].equal)
                        fail_msg("%s", rows[i].reason);
                assert_true(value_is_encodable(&type_int_map, &rows[i].a));
        }
}

/* Quadratic time would be minutes. */
static void large_maps_are_compared_in_time(void **state) {
        enum {
                COUNT = 200000
        };
        static struct fascia_int32_map_entry up[COUNT], down[COUNT];
        static char texts[COUNT][8];
        const struct fascia_int32_map a = { up, COUNT }, b = { down, COUNT };
        struct fascia_int32_map copy;

        (void)state;
        for (int i = 0; i < COUNT; i++) {
                snprintf(texts[i], sizeof(texts[i]), "%06d", i);
                up[i] = down[COUNT - 1 - i] = (struct fascia_int32_map_entry){ texts[i], i };
        }
        assert_true(fascia_value_equal(&type_int_map, &a, &b));
        assert_true(value_is_encodable(&type_int_map, &b));
        assert_int_equal(fascia_value_copy(&type_int_map, &copy, &b), 0);
        assert_string_equal(copy.items[0].key, "000000");
        fascia_value_clear(&type_int_map, &copy);
        down[7].value++;
        assert_false(fascia_value_equal(&type_int_map, &a, &b));
        down[7].key = down[COUNT - 1].key;
        assert_false(value_is_encodable(&type_int_map, &b));
}

static void every_member_of_these_counts_too(void **state) {
        (void)state;
        for (uint32_t i = 0; i < type_trip.n_members; i++) {
                const struct fascia_member *m = &type_trip.members[i];
                struct trip other = sample_trip;
                fascia_value_init(m->type, (char *)&other + m->offset);
                assert_false(fascia_value_equal(&type_trip, &other, &sample_trip));
        }
}

/* ---- text ---- */

static void values_print_as_people_write_them(void **state) {
        static const bool yes = true;
        static const uint8_t byte = 255;
        static const int16_t small = -1;
        static const uint16_t word = 65535;
        static const int64_t lowest = INT64_MIN;
        static const uint64_t highest = UINT64_MAX, high = UINT64_C(1) << 40, none = 0;
        static const double reals[] = { 21.5,   0.1,      1e22,   -0.0,    1.0 / 3,
                                        5e-324, INFINITY, 100000, DBL_MAX, 0.30000000000000004 };
        static const char *const strings[] = { "text", "a\"b\\\n\t\r\x01\x7f", "\xc3\xa4", "" };
        static const int32_t modes[] = { 3, -5, 7 };
        static const uint32_t seats[] = { 3, 9, 0, 8 | 16, UINT32_C(1) << 31, 11 };
        static const struct fascia_int32_list empty = { NULL, 0 };
        static const struct fascia_int32_map_entry mode_entry = { "x\"y", 1 };
        static const struct fascia_int32_map mode_map = { &mode_entry, 1 };
        static const char *const no_path = NULL;
        static const struct fascia_bool_list bools = { sample_bools, 3 };
        static const struct string_list_list lists = { sample_lists, 2 };
        static const struct {
                const struct fascia_type *type;
                const void *value;
                const char *text;
        } rows[] = {
                { &type_bool, &yes, "true" },
                { &type_uint8, &byte, "255" },
                { &type_int16, &small, "-1" },
                { &type_uint16, &word, "65535" },
                { &type_int64, &lowest, "-9223372036854775808" },
                { &type_uint64, &highest, "18446744073709551615" },
                { &type_real, &reals[0], "21.5" },
                { &type_real, &reals[1], "0.1" },
                { &type_real, &reals[2], "1e+22" },
                { &type_real, &reals[3], "-0" },
                { &type_real, &reals[4], "0.3333333333333333" },
                { &type_real, &reals[5], "4.94065645841247e-324" },
                { &type_real, &reals[6], "inf" },
                { &type_real, &reals[7], "100000" },
                { &type_real, &reals[8], "1.7976931348623157e+308" },
                { &type_real, &reals[9], "0.30000000000000004" },
                { &type_string, &strings[0], "\"text\"" },
                /* One line stays one line. */
                { &type_string, &strings[1], "\"a\\\"b\\\\\\n\\t\\r\\u0001\\u007f\"" },
                { &type_string, &strings[2], "\"\xc3\xa4\"" },
                { &type_string, &strings[3], "\"\"" },
                { &type_mode, &modes[0], "Off" },
                { &type_mode, &modes[1], "Auto" },
                { &type_mode, &modes[2], "7" },
                { &type_seat, &seats[0], "Both" }, /* not Front|Rear */
                { &type_seat, &seats[1], "Front|Roof" },
                { &type_seat, &seats[2], "0" },
                { &type_seat, &seats[3], "Roof|0x10" },
                { &type_seat, &seats[4], "Top" },
                { &type_seat, &seats[5], "Front|Rear|Roof" },
                { &type_wide, &high, "High" },
                { &type_wide, &none, "None" },
                { &type_ints, &empty, "[]" },
                { &type_bools, &bools, "[true, false, true]" },
                { &type_string_lists, &lists, "[[\"a\", \"\", \"\xc3\xa4\"], []]" },
                { &type_warning, &sample_warnings[0], "{id: 1, text: \"one\"}" },
                { &type_nothing, &none, "{}" },
                { &type_object, &sample_trip.owner, "\"/a/b\"" },
                { &type_object, &no_path, "\"/\"" },
                { &type_int_map, &empty, "{}" },
                { &type_int_map, &sample_trip.counts, "{\"b\": 2, \"a\": 1, \"\": 0}" },
                { &type_mode_map, &mode_map, "{\"x\\\"y\": On}" },
                { &type_warning_map, &sample_trip.notes,
                  "{\"x\": {id: 1, text: \"one\"}, \"c\": {id: 2, text: \"\"}}" },
                { &type_vars, &sample_trip.things,
                  "[-7, unset, \"text\", On, {\"b\": 2, \"a\": 1, \"\": 0}, "
                  "{number: 1, warnings: [{id: 1, text: \"one\"}, {id: 2, text: \"\"}, "
                  "{id: 3, text: \"three\"}], point: {x: 1, y: 0.5, z: true}}]" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char *text = fascia_value_print(rows[i].type, rows[i].value);
                assert_string_equal(text, rows[i].text);
                free(text);
        }
}

static void a_struct_that_came_over_the_wire_has_no_names(void **state) {
        const struct fascia_variant from = { &type_warning, &sample_warnings[0] };
        struct fascia_variant copy;
        char *text;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_var, &copy, &from), 0);
        text = fascia_value_print(&type_var, &copy);
        assert_string_equal(text, "{1, \"one\"}");
        free(text);
        fascia_value_clear(&type_var, &copy);
}

static void reals_have_a_point_in_every_locale(void **state) {
        static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8" };
        double value = 21.5;
        bool tried = false;
        char *text;

        (void)state;
        for (size_t i = 0; i < N(names); i++) {
                if (!setlocale(LC_NUMERIC, names[i]))
                        continue;
                tried = true;
                text = fascia_value_print(&type_real, &value);
                setlocale(LC_NUMERIC, "C");
                assert_string_equal(text, "21.5");
                free(text);
        }
        if (!tried) {
                print_message("skipped: no locale with another point is installed\n");
                skip();
        }
}

static void enumerators_have_names(void **state) {
        (void)state;
        assert_string_equal(fascia_enum_to_string(&type_mode, -5), "Auto");
        assert_null(fascia_enum_to_string(&type_mode, 2));
}

/* ---- constraints ---- */

static void constraints_refuse_with_their_text(void **state) {
        static const int32_t i9 = 9, i10 = 10, i33 = 33, i34 = 34, iodd[] = { 1, 3 };
        static const uint64_t t0 = 0, tmax = UINT64_MAX, tlast = UINT64_MAX - 1;
        static const double r2 = 2, r19 = 1.9, rnan = NAN, r300 = 300, r301 = 300.5, rzero = 0;
        static const double rminus = -0.0;
        static const char *const texts[] = { "hello test", "three" }, *const other = "four";
        static const char *const three = "three";
        static const int32_t modes[] = { 3, -5 }, on = 1, automatic = -5;
        static const uint8_t b5 = 5, b200 = 200;
        static const struct fascia_variant allowed[] = { { &type_int32, &i10 },
                                                         { &type_string, &three } };
        static const struct fascia_variant unset = { NULL, NULL };
        static const char *const path = "/a";
        static const struct {
                const struct fascia_type *type;
                struct fascia_constraint constraint;
                const void *value;
                const char *text; /* NULL: allowed */
                const char *reason;
        } rows[] = {
                { &type_int32, { &i10, &i33, NULL, 0 }, &i10, NULL, "bounds are inclusive" },
                { &type_int32, { &i10, &i33, NULL, 0 }, &i33, NULL, "bounds are inclusive" },
                { &type_int32, { &i10, &i33, NULL, 0 }, &i9, "[10-33]", "below" },
                { &type_int32, { &i10, &i33, NULL, 0 }, &i34, "[10-33]", "above" },
                { &type_int32, { NULL, NULL, iodd, 2 }, &i9, "[1,3]", "not in the domain" },
                { &type_int32, { &i10, NULL, iodd, 2 }, &i9, ">= 10", "bounds come first" },
                { &type_int32, { NULL, NULL, NULL, 0 }, &i9, NULL, "no constraint at all" },
                { &type_int32, { NULL, NULL, iodd, 0 }, &i9, "[]", "a domain of nothing" },
                { &type_uint64,
                  { NULL, &tlast, NULL, 0 },
                  &tmax,
                  "<= 18446744073709551614",
                  "beyond int64" },
                { &type_uint64,
                  { &tlast, NULL, NULL, 0 },
                  &t0,
                  ">= 18446744073709551614",
                  "beyond int64" },
                { &type_uint8, { NULL, &b5, NULL, 0 }, &b200, "<= 5", "unsigned" },
                { &type_real, { &r2, NULL, NULL, 0 }, &r19, ">= 2", "below" },
                { &type_real, { &r2, NULL, NULL, 0 }, &rnan, ">= 2", "NaN is not above anything" },
                { &type_real, { NULL, &r300, NULL, 0 }, &rnan, "<= 300", "nor below" },
                { &type_real, { NULL, &r300, NULL, 0 }, &r301, "<= 300", "above" },
                { &type_real, { NULL, NULL, &rzero, 1 }, &rminus, NULL, "-0 is 0 here" },
                { &type_real, { NULL, NULL, &rnan, 1 }, &rnan, "[nan]", "NaN is nothing" },
                { &type_string,
                  { NULL, NULL, texts, 2 },
                  &other,
                  "[\"hello test\",\"three\"]",
                  "not in the domain" },
                { &type_string, { NULL, NULL, texts, 2 }, &three, NULL, "in the domain" },
                { &type_mode, { NULL, NULL, modes, 2 }, &on, "[Off,Auto]", "by names" },
                { &type_mode, { NULL, NULL, modes, 2 }, &automatic, NULL, "in the domain" },
                { &type_var, { NULL, NULL, allowed, 2 }, &allowed[1], NULL, "one of the variants" },
                { &type_var, { NULL, NULL, allowed, 2 }, &unset, "[10,\"three\"]", "another" },
                { &type_object, { NULL, NULL, &path, 1 }, &three, "[\"/a\"]", "another object" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char *text = NULL;
                int r = fascia_value_check(rows[i].type, &rows[i].constraint, rows[i].value, &text);
                if (rows[i].text) {
                        assert_int_equal(r, -ERANGE);
                        assert_string_equal(text, rows[i].text);
                        assert_int_equal(fascia_value_check(rows[i].type, &rows[i].constraint,
                                                            rows[i].value, NULL),
                                         -ERANGE);
                } else {
                        assert_int_equal(r, 0);
                        assert_null(text);
                }
                free(text);
        }
        assert_int_equal(fascia_value_check(&type_int32, NULL, &i9, NULL), 0);
}

/* ---- what has a place on the wire ---- */

static void strings_are_utf_8_as_readers_want_it(void **state) {
        static const struct {
                const char *s;
                bool valid;
                const char *reason;
        } rows[] = {
                { "", true, "empty" },
                { "plain ASCII, longer than a word", true, "ASCII" },
                { "\x01\x1f\x7f", true, "controls are allowed" },
                { "\xc2\x80", true, "U+0080" },
                { "\xc1\xbf", false, "overlong U+007F" },
                { "\xc0\x80", false, "overlong NUL" },
                { "\xdf\xbf", true, "U+07FF" },
                { "\xe0\xa0\x80", true, "U+0800" },
                { "\xe0\x9f\xbf", false, "overlong U+07FF" },
                { "\xed\x9f\xbf", true, "U+D7FF" },
                { "\xed\xa0\x80", false, "first surrogate" },
                { "\xed\xbf\xbf", false, "last surrogate" },
                { "\xee\x80\x80", true, "U+E000" },
                { "\xef\xb7\x90", false, "noncharacter U+FDD0" },
                { "\xef\xb7\xb0", true, "U+FDF0" },
                { "\xef\xbf\xbd", true, "U+FFFD" },
                { "\xef\xbf\xbe", false, "noncharacter U+FFFE" },
                { "\xf0\x90\x80\x80", true, "U+10000" },
                { "\xf0\x8f\xbf\xbf", false, "overlong U+FFFF" },
                { "\xf0\x9f\xbf\xbf", false, "noncharacter U+1FFFF" },
                { "\xf4\x8f\xbf\xbd", true, "U+10FFFD" },
                { "\xf4\x90\x80\x80", false, "U+110000" },
                { "\xf5\x80\x80\x80", false, "no such first byte" },
                { "\x80", false, "continuation alone" },
                { "\xc3", false, "cut after one" },
                { "\xe2\x82", false, "cut after two" },
                { "\xf0\x9f\x98", false, "cut after three" },
                { "\xc3(", false, "no continuation" },
                { "1234567\xff", false, "the last byte of a word" },
                { "12345678\xff", false, "the first byte after a word" },
                { "1234567\xc3\xa4"
                  "12345678",
                  true, "across words" },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                char repaired[64];

                if (utf8_is_valid(rows[i].s) != rows[i].valid)
                        fail_msg("%s", rows[i].reason);
                snprintf(repaired, sizeof(repaired), "%s", rows[i].s);
                utf8_repair(repaired);
                assert_true(utf8_is_valid(repaired));
                assert_int_equal(strcmp(repaired, rows[i].s) == 0, rows[i].valid);
        }
}

static void what_is_no_utf8_is_repaired_byte_by_byte(void **state) {
        char text[] = "a\xff\xc3\xa4\xe2\x82z\xf0\x9f";

        (void)state;
        utf8_repair(text);
        assert_string_equal(text, "a?\xc3\xa4??z??");
}

static void a_refusal_is_a_sentence_that_names_the_value_and_the_constraint(void **state) {
        static const int32_t one = 1, three = 3, five = 5, domain[] = { 1, 5 };
        static const struct {
                struct fascia_constraint constraint;
                const char *text; /* NULL: allowed */
        } rows[] = {
                { { .minimum = &one, .maximum = &five }, NULL },
                { { .minimum = &five, .maximum = &five }, "Level: 3 is not in [5-5]" },
                { { .minimum = &five }, "Level: 3 is not >= 5" },
                { { .maximum = &one }, "Level: 3 is not <= 1" },
                { { .domain = domain, .n_domain = 2 }, "Level: 3 is not one of [1,5]" },
                /* Outside of both: the bounds are named, which are shorter. */
                { { .maximum = &one, .domain = domain, .n_domain = 2 }, "Level: 3 is not <= 1" },
        };
        const struct fascia_property property = { .dbus_name = "Level", .type = &type_int32 };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char *text = NULL;
                int r = fascia_property_check(&property, &rows[i].constraint, &three, &text);

                assert_int_equal(r, rows[i].text ? -ERANGE : 0);
                if (rows[i].text)
                        assert_string_equal(text, rows[i].text);
                free(text);
        }
        assert_int_equal(fascia_property_check(&property, NULL, &three, NULL), 0);
}

static void a_bad_string_is_found_at_any_depth(void **state) {
        static const char *const bad[] = { "ok", "\xff" };
        static const struct fascia_string_list list = { bad, 2 };
        static const struct warning warnings[] = { { 1, "ok" }, { 2, "\xff" } };
        struct all a = sample_all;

        (void)state;
        assert_true(value_is_encodable(&type_all, &a));
        a.warning.text = "\xff";
        assert_false(value_is_encodable(&type_all, &a));
        a = sample_all;
        a.warnings = (struct warning_list){ warnings, 2 };
        assert_false(value_is_encodable(&type_all, &a));
        a = sample_all;
        a.string_lists = (struct string_list_list){ &list, 1 };
        assert_false(value_is_encodable(&type_all, &a));
}

static void a_list_without_its_items_is_not_encodable(void **state) {
        struct fascia_int32_list list = { NULL, 1 };

        (void)state;
        assert_false(value_is_encodable(&type_ints, &list));
        list.count = 0;
        assert_true(value_is_encodable(&type_ints, &list));
}

static void what_has_no_place_on_the_wire_is_told_apart(void **state) {
        static const char *const paths[] = {
                "/", "/a_1/B", "", "a", "/a/", "//", "/\xc3\xa4", "/-"
        };
        static const struct fascia_int32_map_entry twice[] = { { "b", 1 }, { "a", 2 }, { "b", 3 } };
        static const struct fascia_int32_map_entry sorted[] = { { "a", 1 }, { "a", 1 } };
        static const struct fascia_string_map_entry no_key[] = { { NULL, "a" } };
        static const struct fascia_string_map_entry no_value[] = { { "a", NULL } };
        static const struct fascia_string_map_entry bad_key[] = { { "\xff", "a" } };
        static const struct fascia_string_map_entry bad_value[] = { { "a", "\xff" } };
        static const struct fascia_string_map rows[] = { { no_key, 1 },  { no_value, 1 },
                                                         { bad_key, 1 }, { bad_value, 1 },
                                                         { NULL, 1 },    { NULL, 0 } };
        static const int results[] = { -EINVAL, -EINVAL, -EILSEQ, -EILSEQ, -EINVAL, 0 };
        const struct fascia_int32_map two = { twice, 3 }, neighbours = { sorted, 2 };

        (void)state;
        for (size_t i = 0; i < N(paths); i++)
                assert_int_equal(value_check_encodable(&type_object, &paths[i]),
                                 i < 2 ? 0 : -EILSEQ);
        for (size_t i = 0; i < N(rows); i++)
                assert_int_equal(value_check_encodable(&type_string_map, &rows[i]), results[i]);
        assert_int_equal(value_check_encodable(&type_int_map, &two), -EINVAL);
        assert_int_equal(value_check_encodable(&type_int_map, &neighbours), -EINVAL);
        assert_int_equal(value_check_encodable(&type_trip, &sample_trip), 0);
}

/* ---- buffers ---- */

static void buffers_hold_small_and_large_values(void **state) {
        ValueBuffer b;

        (void)state;
        assert_int_equal(value_buffer_init(&b, &type_warning), 0);
        assert_int_equal((uintptr_t)b.data % sizeof(void *), 0);
        assert_int_equal(fascia_value_copy(&type_warning, b.data, &sample_warnings[0]), 0);
        value_buffer_done(&b, true);

        assert_true(sizeof(struct all) > sizeof(b.inlined));
        assert_int_equal(value_buffer_init(&b, &type_all), 0);
        assert_int_equal(fascia_value_copy(&type_all, b.data, &sample_all), 0);
        value_buffer_done(&b, true);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(start_values_are_zero_empty_and_the_first_enumerator),
                cmocka_unit_test(nothing_is_no_object_an_empty_map_and_an_unset_variant),
                cmocka_unit_test(a_value_without_members_needs_no_storage),
                cmocka_unit_test(a_copy_is_equal_and_shares_nothing),
                cmocka_unit_test(copies_of_maps_variants_and_objects_share_nothing),
                cmocka_unit_test(no_object_is_never_allocated),
                cmocka_unit_test(the_text_of_one_character_is_allocated_all_the_same),
                cmocka_unit_test(a_copy_that_fails_leaves_everything_as_it_was),
                cmocka_unit_test(an_empty_list_is_copied_without_items),
                cmocka_unit_test(a_missing_string_is_read_as_empty_but_has_no_place_on_the_wire),
                cmocka_unit_test(new_copies_are_freed_whole),
                cmocka_unit_test(padding_does_not_count),
                cmocka_unit_test(reals_are_compared_by_bits),
                cmocka_unit_test(every_member_counts),
                cmocka_unit_test(lists_differ_by_length_and_by_the_last_item),
                cmocka_unit_test(a_copy_of_a_map_is_sorted_by_its_keys),
                cmocka_unit_test(maps_are_equal_in_any_order),
                cmocka_unit_test(large_maps_are_compared_in_time),
                cmocka_unit_test(every_member_of_these_counts_too),
                cmocka_unit_test(values_print_as_people_write_them),
                cmocka_unit_test(a_struct_that_came_over_the_wire_has_no_names),
                cmocka_unit_test(reals_have_a_point_in_every_locale),
                cmocka_unit_test(enumerators_have_names),
                cmocka_unit_test(constraints_refuse_with_their_text),
                cmocka_unit_test(strings_are_utf_8_as_readers_want_it),
                cmocka_unit_test(what_is_no_utf8_is_repaired_byte_by_byte),
                cmocka_unit_test(a_refusal_is_a_sentence_that_names_the_value_and_the_constraint),
                cmocka_unit_test(a_bad_string_is_found_at_any_depth),
                cmocka_unit_test(a_list_without_its_items_is_not_encodable),
                cmocka_unit_test(what_has_no_place_on_the_wire_is_told_apart),
                cmocka_unit_test(buffers_hold_small_and_large_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
