/* SPDX-License-Identifier: MIT */
/* Variants in memory, and the types that are made for what they hold. */
#include <errno.h>
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
#include "type.h"
#include "value.h"
#include "variant.h"
#include <fascia/generated.h>

#define N(table) (sizeof(table) / sizeof(table[0]))

/* ---- types ---- */

static void basic_types_are_found_by_their_code(void **state) {
        static const struct {
                char code;
                uint8_t kind;
                size_t size;
        } rows[] = {
                { 'b', FASCIA_KIND_BOOL, sizeof(bool) },
                { 'y', FASCIA_KIND_UINT8, 1 },
                { 'n', FASCIA_KIND_INT16, 2 },
                { 'q', FASCIA_KIND_UINT16, 2 },
                { 'i', FASCIA_KIND_INT32, 4 },
                { 'u', FASCIA_KIND_UINT32, 4 },
                { 'x', FASCIA_KIND_INT64, 8 },
                { 't', FASCIA_KIND_UINT64, 8 },
                { 'd', FASCIA_KIND_REAL, 8 },
                { 's', FASCIA_KIND_STRING, sizeof(char *) },
                { 'o', FASCIA_KIND_OBJECT, sizeof(char *) },
                { 'v', FASCIA_KIND_VAR, sizeof(struct fascia_variant) },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_type *type = fascia_basic_type(rows[i].code);
                assert_non_null(type);
                assert_int_equal(type->kind, rows[i].kind);
                assert_int_equal(type->size, rows[i].size);
                assert_int_equal(type->signature[0], rows[i].code);
                assert_int_equal(type->signature[1], 0);
                assert_true(type_is_regular(type));
        }
        for (const char *code = "ghaez({"; *code; code++)
                assert_null(fascia_basic_type(*code));
        assert_null(fascia_basic_type('\0'));
}

/* Structs as the compiler lays them out, with padding at every place where there can be some. */
struct byte_long {
        uint8_t a;
        uint64_t b;
        uint8_t c;
};

struct shorts {
        uint8_t a;
        int16_t b;
        uint8_t c;
        bool d;
};

struct inner {
        uint8_t a;
        struct shorts b;
        uint8_t c;
        double d;
        bool e;
};

struct outer {
        bool a;
        struct inner b;
        const char *c;
        uint8_t d;
        struct fascia_variant e;
        uint16_t f;
        struct fascia_string_list g;
        uint8_t h;
        struct fascia_string_map i;
        int32_t j;
};

struct inner_entry {
        const char *key;
        struct inner value;
};

struct shorts_entry {
        uint8_t key;
        struct shorts value;
};

struct only_byte {
        uint8_t a;
};

#define AT(s, m) offsetof(struct s, m)

static void types_are_laid_out_as_the_compiler_does(void **state) {
        static const struct {
                const char *signature;
                size_t size;
                size_t offsets[10];
        } rows[] = {
                { "(y)", sizeof(struct only_byte), { 0 } },
                { "(yty)", sizeof(struct byte_long), { 0, AT(byte_long, b), AT(byte_long, c) } },
                { "(ynyb)",
                  sizeof(struct shorts),
                  { 0, AT(shorts, b), AT(shorts, c), AT(shorts, d) } },
                { "(y(ynyb)ydb)",
                  sizeof(struct inner),
                  { 0, AT(inner, b), AT(inner, c), AT(inner, d), AT(inner, e) } },
                { "(b(y(ynyb)ydb)oyvqayya{sx}i)",
                  sizeof(struct outer),
                  { 0, AT(outer, b), AT(outer, c), AT(outer, d), AT(outer, e), AT(outer, f),
                    AT(outer, g), AT(outer, h), AT(outer, i), AT(outer, j) } },
                { "(ydb)", sizeof(struct point), { 0, AT(point, y), AT(point, z) } },
                { "(is)", sizeof(struct warning), { 0, AT(warning, text) } },
                { STOP_SIGNATURE, sizeof(struct stop), { 0, AT(stop, warnings), AT(stop, point) } },
                { TRIP_SIGNATURE,
                  sizeof(struct trip),
                  { 0, AT(trip, extra), AT(trip, counts), AT(trip, notes), AT(trip, rows),
                    AT(trip, stops), AT(trip, settings), AT(trip, things), AT(trip, mode) } },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_type *type;
                assert_int_equal(type_new(rows[i].signature, &type), 0);
                assert_string_equal(type->signature, rows[i].signature);
                assert_int_equal(type->kind, FASCIA_KIND_STRUCT);
                assert_int_equal(type->size, rows[i].size);
                for (uint32_t m = 0; m < type->n_members; m++)
                        assert_int_equal(type->members[m].offset, rows[i].offsets[m]);
                assert_true(type_is_regular(type));
                assert_null(type_free(type));
        }
}

static void entries_are_laid_out_as_the_compiler_does(void **state) {
        static const struct {
                const char *signature;
                uint8_t kind;
                size_t size, offset;
        } rows[] = {
                { "a{s(y(ynyb)ydb)}", FASCIA_KIND_MAP, sizeof(struct inner_entry),
                  AT(inner_entry, value) },
                { "a{sb}", FASCIA_KIND_MAP, sizeof(struct fascia_bool_map_entry),
                  AT(fascia_bool_map_entry, value) },
                { "a{sv}", FASCIA_KIND_MAP, sizeof(struct fascia_variant_map_entry),
                  AT(fascia_variant_map_entry, value) },
                { "a{sa{si}}", FASCIA_KIND_MAP, sizeof(struct nested_map_entry),
                  AT(nested_map_entry, value) },
                { "a{y(ynyb)}", FASCIA_KIND_LIST, sizeof(struct shorts_entry),
                  AT(shorts_entry, value) },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_type *type, *entry;
                assert_int_equal(type_new(rows[i].signature, &type), 0);
                entry = type->element;
                assert_int_equal(type->kind, rows[i].kind);
                assert_int_equal(type->size, sizeof(ValueList));
                assert_int_equal(entry->size, rows[i].size);
                assert_int_equal(entry->n_members, 2);
                assert_int_equal(entry->members[1].offset, rows[i].offset);
                assert_string_equal(entry->members[0].name, "key");
                assert_string_equal(entry->signature, type->signature + 1);
                assert_true(type_is_regular(type));
                type_free(type);
        }
}

static void a_type_is_trivial_when_all_its_parts_are(void **state) {
        static const struct {
                const char *signature;
                bool trivial;
        } rows[] = { { "(yd(bt))", true }, { "(yd(bs))", false }, { "(yai)", false },
                     { "(o)", false },     { "(v)", false },      { "(g)", false } };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_type *type;
                assert_int_equal(type_new(rows[i].signature, &type), 0);
                assert_int_equal(!!(type->flags & FASCIA_TYPE_TRIVIAL), rows[i].trivial);
                type_free(type);
        }
}

static void repeat(char *to, const char *what, unsigned n, const char *tail) {
        for (*to = '\0'; n > 0; n--)
                strcat(to, what);
        strcat(to, tail);
}

static void signatures_of_no_value_are_refused(void **state) {
        char deep_array[300], too_deep_array[300], too_deep_struct[300], too_deep_map[300];
        char long_one[300], too_long[300];
        const struct {
                const char *signature;
                int r;
                const char *reason;
        } rows[] = {
                { "", -EINVAL, "nothing" },
                { "ii", -EINVAL, "two" },
                { "a", -EINVAL, "a list of nothing" },
                { "()", -EINVAL, "a struct of nothing" },
                { "(i", -EINVAL, "not closed" },
                { "i)", -EINVAL, "not opened" },
                { "(i}", -EINVAL, "another bracket" },
                { "{si}", -EINVAL, "an entry alone" },
                { "({si})", -EINVAL, "an entry in a struct" },
                { "a{si", -EINVAL, "not closed" },
                { "a{s}", -EINVAL, "no value" },
                { "a{sii}", -EINVAL, "two values" },
                { "a{vs}", -EINVAL, "a variant as key" },
                { "a{(i)s}", -EINVAL, "a struct as key" },
                { "a{", -EINVAL, "no key" },
                { "z", -EINVAL, "no such type" },
                { "r", -EINVAL, "for libraries only" },
                { "mi", -EINVAL, "of GVariant only" },
                { "h", -EOPNOTSUPP, "a file descriptor" },
                { "ah", -EOPNOTSUPP, "a list of them" },
                { "(ih)", -EOPNOTSUPP, "one in a struct" },
                { "a{sh}", -EOPNOTSUPP, "a map of them" },
                { "a{hs}", -EOPNOTSUPP, "as key" },
                { "a{sv}", 0, NULL },
                { "a{os}", 0, NULL },
                { "aag", 0, NULL },
                { deep_array, 0, NULL },
                { too_deep_array, -EINVAL, "33 lists" },
                { too_deep_struct, -EINVAL, "33 structs" },
                { too_deep_map, -EINVAL, "17 maps" },
                { long_one, 0, NULL },
                { too_long, -EINVAL, "256 characters" },
        };

        (void)state;
        repeat(deep_array, "a", 32, "i");
        repeat(too_deep_array, "a", 33, "i");
        repeat(too_deep_struct, "(", 33, "i");
        for (int i = 0; i < 33; i++)
                strcat(too_deep_struct, ")");
        repeat(too_deep_map, "a{s", 17, "i");
        for (int i = 0; i < 17; i++)
                strcat(too_deep_map, "}");
        repeat(long_one, "i", 253, ")");
        memmove(long_one + 1, long_one, 255);
        long_one[0] = '(';
        repeat(too_long, "i", 254, ")");
        memmove(too_long + 1, too_long, 256);
        too_long[0] = '(';
        assert_int_equal(strlen(too_long), 256);
        for (size_t i = 0; i < N(rows); i++) {
                const struct fascia_type *type = NULL;
                if (type_new(rows[i].signature, &type) != rows[i].r)
                        fail_msg("'%s': %s", rows[i].signature, rows[i].reason);
                if (type)
                        assert_true(type_is_regular(type));
                type_free(type);
        }
}

static void a_signature_as_a_value_is_any_number_of_types(void **state) {
        static const char *const good[] = { "", "i", "ii", "a{sv}as(ii)" };
        static const char *const bad[] = { "a", "(", "i)", "{si}", "iz" };

        (void)state;
        for (size_t i = 0; i < N(good); i++)
                assert_true(signature_is_valid(good[i]));
        for (size_t i = 0; i < N(bad); i++)
                assert_false(signature_is_valid(bad[i]));
}

static void generated_types_are_regular(void **state) {
        static const struct fascia_type *const types[] = {
                &type_bool,       &type_mode,    &type_seat,         &type_wide,
                &type_warnings,   &type_all,     &type_trip,         &type_stops,
                &type_nested_map, &type_var_map, &type_string_lists,
        };

        (void)state;
        for (size_t i = 0; i < N(types); i++)
                assert_true(type_is_regular(types[i]));
        assert_true(type_is_regular_arguments(&type_arguments));
        assert_true(type_is_regular_arguments(&type_nothing));
        assert_false(type_is_regular_arguments(&type_all));
        assert_false(type_is_regular(&type_arguments));
        assert_false(type_is_regular(&type_nothing));
}

/* Each differs from a good one by one thing. */
static void types_that_make_no_sense_are_not_regular(void **state) {
        struct fascia_type model = type_object, no_signature = type_int32, kind = type_int32;
        struct fascia_type size = type_int32, code = type_int32, more = type_int32;
        struct fascia_type shared = type_string, lone = type_strings, other = type_strings;
        struct fascia_type flat = type_strings, no_members = type_warning, fewer = type_warning;
        struct fascia_type short_ = type_warning, moved = type_warning, untyped = type_warning;
        struct fascia_type bracket = type_warning, shallow = type_warning, map = type_int_map;
        struct fascia_type list = type_int_map, flag = type_seat, unknown = type_int32;
        struct fascia_type keyless = type_int_map, loose = type_int_map_entry;
        struct fascia_member moved_members[2], untyped_members[2], key_members[2];
        const struct {
                const struct fascia_type *type;
                const char *reason;
        } rows[] = {
                { &model, "a model is no value" },
                { &no_signature, "no signature" },
                { &kind, "another kind than the signature" },
                { &size, "another size" },
                { &code, "another code" },
                { &more, "two types in the signature" },
                { &shared, "a string that is copied as it is" },
                { &lone, "a list of nothing" },
                { &other, "a list of something else" },
                { &flat, "a list that is copied as it is" },
                { &no_members, "members that are not there" },
                { &fewer, "a member that the signature does not have" },
                { &short_, "a struct that is too small" },
                { &moved, "a member somewhere else" },
                { &untyped, "a member without type" },
                { &bracket, "an entry outside of a map" },
                { &shallow, "a struct with a string that is copied as it is" },
                { &map, "a list that has the signature of a map" },
                { &list, "a map that has the signature of a list" },
                { &flag, "a flag of neither size" },
                { &unknown, "a kind of a later version" },
                { &keyless, "a map by something else than strings" },
        };

        (void)state;
        assert_true(type_is_regular(&type_int_map));
        model.kind = FASCIA_KIND_MODEL;
        no_signature.signature = NULL;
        kind.kind = FASCIA_KIND_REAL;
        size.size = 8;
        code.signature = "u";
        more.signature = "ii";
        shared.flags = FASCIA_TYPE_TRIVIAL;
        lone.element = NULL;
        other.element = &type_int32;
        flat.flags = FASCIA_TYPE_TRIVIAL;
        no_members.members = NULL;
        fewer.n_members = 1;
        short_.size = 12;
        memcpy(moved_members, warning_members, sizeof(warning_members));
        moved_members[1].offset = 4;
        moved.members = moved_members;
        memcpy(untyped_members, warning_members, sizeof(warning_members));
        untyped_members[1].type = NULL;
        untyped.members = untyped_members;
        bracket.signature = "{is}";
        shallow.flags = FASCIA_TYPE_TRIVIAL;
        map.kind = FASCIA_KIND_LIST;
        list.signature = "ai";
        flag.size = 2;
        unknown.kind = 200;
        memcpy(key_members, type_int_map_members, sizeof(key_members));
        key_members[0].type = &type_object;
        loose.members = key_members;
        loose.signature = "{oi}";
        keyless.signature = "a{oi}";
        keyless.element = &loose;
        for (size_t i = 0; i < N(rows); i++) {
                int32_t five = 5;
                struct fascia_variant v = { rows[i].type, &five }, copy = { NULL, &five };
                if (type_is_regular(rows[i].type))
                        fail_msg("%s", rows[i].reason);
                assert_false(value_is_encodable(&type_var, &v));
                assert_int_equal(fascia_value_copy(&type_var, &copy, &v), -EINVAL);
                assert_ptr_equal(copy.value, &five);
        }
}

/* ---- variants ---- */

static void a_copy_never_points_into_descriptors_of_others(void **state) {
        static const struct {
                const struct fascia_type *type;
                const void *value;
                uint8_t kind;
                bool is_dynamic;
        } rows[] = {
                { &type_int32, &sample_number, FASCIA_KIND_INT32, false },
                { &type_mode, &sample_mode, FASCIA_KIND_INT32, false },
                { &type_seat, &sample_all.seat, FASCIA_KIND_UINT32, false },
                { &type_string, &sample_text, FASCIA_KIND_STRING, false },
                { &type_object, &sample_trip.owner, FASCIA_KIND_OBJECT, false },
                { &type_var, &sample_inner, FASCIA_KIND_VAR, false },
                { &type_strings, &sample_lists[0], FASCIA_KIND_LIST, false },
                { &type_int_map, &sample_count_map, FASCIA_KIND_MAP, true },
                { &type_stop, &sample_stops[0], FASCIA_KIND_STRUCT, true },
                { &type_all, &sample_all, FASCIA_KIND_STRUCT, true },
                { &type_trip, &sample_trip, FASCIA_KIND_STRUCT, true },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                struct fascia_variant from = { rows[i].type, rows[i].value }, copy, again;
                assert_true(value_is_encodable(&type_var, &from));
                assert_int_equal(fascia_value_copy(&type_var, &copy, &from), 0);
                assert_ptr_not_equal(copy.type, from.type);
                assert_ptr_not_equal(copy.value, from.value);
                assert_string_equal(copy.type->signature, from.type->signature);
                assert_int_equal(copy.type->kind, rows[i].kind);
                assert_int_equal(!!(copy.type->flags & FASCIA_TYPE_DYNAMIC), rows[i].is_dynamic);
                assert_true(fascia_value_equal(&type_var, &copy, &from));
                assert_true(fascia_value_equal(rows[i].type, copy.value, rows[i].value));
                /* Each owns its own. */
                assert_int_equal(fascia_value_copy(&type_var, &again, &copy), 0);
                fascia_value_clear(&type_var, &copy);
                assert_null(copy.type);
                assert_null(copy.value);
                assert_true(fascia_value_equal(&type_var, &again, &from));
                fascia_value_clear(&type_var, &again);
        }
}

static void a_variant_inside_a_variant_is_one_of_its_own(void **state) {
        struct fascia_variant from = { &type_vars, &sample_thing_list }, copy;
        const struct fascia_variant_list *things;
        int64_t got;

        (void)state;
        assert_int_equal(fascia_value_copy(&type_var, &copy, &from), 0);
        things = fascia_variant_get(&copy, &type_vars);
        assert_non_null(things);
        assert_int_equal(things->count, 6);
        assert_ptr_not_equal(things->items[0].value, &sample_number);
        assert_string_equal(fascia_variant_get_signature(&things->items[1]), "");
        assert_int_equal(fascia_variant_get_int(things->items[3].value, &got), 0);
        assert_int_equal(got, sample_mode);
        assert_string_equal(fascia_variant_get_signature(&things->items[5]), STOP_SIGNATURE);
        fascia_value_clear(&type_var, &copy);
}

static void variants_are_equal_by_signature_and_value(void **state) {
        static const int32_t five = 5, six = 6;
        static const uint32_t unsigned_five = 5;
        static const double nan_ = NAN;
        static const struct fascia_variant unset,
                i5 = { &type_int32, &five }, i6 = { &type_int32, &six }, e5 = { &type_mode, &five },
                u5 = { &type_uint32, &unsigned_five }, half = { &type_int32, NULL },
                nan_variant = { &type_real, &nan_ };
        static const struct {
                const struct fascia_variant *a, *b;
                bool equal;
        } rows[] = {
                { &unset, &unset, true },
                { &unset, &i5, false },
                { &i5, &i5, true },
                { &i5, &i6, false },
                { &i5, &e5, true }, /* an enum is an integer there */
                { &i5, &u5, false },
                { &unset, &half, true },
                { &nan_variant, &nan_variant, true },
        };

        (void)state;
        for (size_t i = 0; i < N(rows); i++) {
                assert_int_equal(fascia_value_equal(&type_var, rows[i].a, rows[i].b),
                                 rows[i].equal);
                assert_int_equal(fascia_value_equal(&type_var, rows[i].b, rows[i].a),
                                 rows[i].equal);
        }
}

/* AddressSanitizer would end the program where an allocation is refused. */
const char *__asan_default_options(void);
FASCIA_EXPORT const char *__asan_default_options(void) {
        return "allocator_may_return_null=1";
}

static void a_copy_that_fails_leaves_everything_as_it_was(void **state) {
        static const struct fascia_int32_map huge = { sample_counts, SIZE_MAX };
        struct fascia_variant from = { &type_int_map, &huge }, to = { &type_int32, &sample_number };
        struct fascia_variant things[] = { sample_things[5], from };
        struct fascia_variant_list list = { things, 2 }, copied = { NULL, 7 };

        (void)state;
        assert_int_equal(fascia_value_copy(&type_var, &to, &from), -ENOMEM);
        assert_ptr_equal(to.type, &type_int32);
        assert_ptr_equal(to.value, &sample_number);
        assert_int_equal(fascia_value_copy(&type_vars, &copied, &list), -ENOMEM);
        assert_int_equal(copied.count, 7);
}

static void nonsense_in_variants_is_refused(void **state) {
        static const char *const no_string = NULL, *const bad_utf8 = "\xff", *const no_path = "a";
        static const char *const bad_signature = "(";
        static const struct fascia_string_list no_items = { NULL, 2 };
        static const struct fascia_int32_map_entry twice[] = { { "a", 1 }, { "b", 2 }, { "a", 3 } };
        static const struct fascia_int32_map_entry bad_key[] = { { "\xff", 1 } };
        static const struct fascia_int32_map_entry no_key[] = { { NULL, 1 } };
        static const struct fascia_int32_map two = { twice, 3 }, bad = { bad_key, 1 };
        static const struct fascia_int32_map none = { no_key, 1 }, no_entries = { NULL, 1 };
        struct fascia_type signature_type = type_string;
        const struct fascia_variant inner = { &type_string, &bad_utf8 };
        const struct {
                struct fascia_variant v;
                int r;
                const char *reason;
        } rows[] = {
                { { NULL, NULL }, 0, NULL },
                { { &type_int32, &sample_number }, 0, NULL },
                { { &type_trip, &sample_trip }, 0, NULL },
                { { &type_int32, NULL }, -EINVAL, "a type without value" },
                { { NULL, &sample_number }, -EINVAL, "a value without type" },
                { { &type_string, &no_string }, -EINVAL, "a string that is not there" },
                { { &type_string, &bad_utf8 }, -EILSEQ, "not UTF-8" },
                { { &type_object, &no_path }, -EILSEQ, "not an object path" },
                { { &signature_type, &bad_signature }, -EILSEQ, "not a signature" },
                { { &type_strings, &no_items }, -EINVAL, "items that are not there" },
                { { &type_int_map, &two }, -EINVAL, "a key twice" },
                { { &type_int_map, &bad }, -EILSEQ, "a key that is not UTF-8" },
                { { &type_int_map, &none }, -EINVAL, "a key that is not there" },
                { { &type_int_map, &no_entries }, -EINVAL, "entries that are not there" },
                { { &type_var, &inner }, -EILSEQ, "deeper" },
        };

        (void)state;
        signature_type.signature = "g";
        for (size_t i = 0; i < N(rows); i++)
                if (value_check_encodable(&type_var, &rows[i].v) != rows[i].r)
                        fail_msg("%s", rows[i].reason);
}

static void variants_have_a_deepest_one(void **state) {
        struct fascia_variant chain[VALUE_DEPTH_MAX + 1], loop = { &type_var, &loop };

        (void)state;
        for (size_t i = 0; i < N(chain); i++)
                chain[i] = (struct fascia_variant){ &type_var, &chain[i + 1] };
        chain[N(chain) - 1] = (struct fascia_variant){ &type_int32, &sample_number };
        assert_int_equal(value_check_encodable(&type_var, &chain[1]), 0);
        assert_int_equal(value_check_encodable(&type_var, &chain[0]), -EINVAL);
        assert_int_equal(value_check_encodable(&type_var, &loop), -EINVAL);
}

/* ---- what programs ask ---- */

static void numbers_are_read_whatever_their_width(void **state) {
        static const uint8_t y = 255;
        static const int16_t n = -1;
        static const uint16_t q = 65535;
        static const int32_t i = INT32_MIN;
        static const uint32_t u = UINT32_MAX;
        static const int64_t x = INT64_MIN;
        static const uint64_t t = INT64_MAX, large = UINT64_C(1) << 63;
        static const double d = 2.5;
        static const bool b = true;
        static const char *const s = "5";
        static const struct {
                struct fascia_variant v;
                int r;
                int64_t want;
                int real_r;
                double real;
        } rows[] = {
                { { &type_uint8, &y }, 0, 255, 0, 255 },
                { { &type_int16, &n }, 0, -1, 0, -1 },
                { { &type_uint16, &q }, 0, 65535, 0, 65535 },
                { { &type_int32, &i }, 0, INT32_MIN, 0, INT32_MIN },
                { { &type_uint32, &u }, 0, UINT32_MAX, 0, UINT32_MAX },
                { { &type_int64, &x }, 0, INT64_MIN, 0, -9223372036854775808.0 },
                { { &type_uint64, &t }, 0, INT64_MAX, 0, 9223372036854775807.0 },
                { { &type_uint64, &large }, -ERANGE, 0, 0, 9223372036854775808.0 },
                { { &type_mode, &sample_mode }, 0, 1, 0, 1 },
                { { &type_real, &d }, -ENODATA, 0, 0, 2.5 },
                { { &type_bool, &b }, -ENODATA, 0, -ENODATA, 0 },
                { { &type_string, &s }, -ENODATA, 0, -ENODATA, 0 },
                { { &type_ints, &sample_lists }, -ENODATA, 0, -ENODATA, 0 },
                { { NULL, NULL }, -ENODATA, 0, -ENODATA, 0 },
        };

        (void)state;
        for (size_t k = 0; k < N(rows); k++) {
                int64_t integer = 0;
                double real = 0;
                assert_int_equal(fascia_variant_get_int(&rows[k].v, &integer), rows[k].r);
                assert_true(integer == rows[k].want);
                assert_int_equal(fascia_variant_get_real(&rows[k].v, &real), rows[k].real_r);
                assert_true(real == rows[k].real);
        }
}

static void other_values_are_read_by_their_type(void **state) {
        static const bool yes = true;
        static const char *const path = "/a", *const none = NULL;
        const struct fascia_variant b = { &type_bool, &yes }, s = { &type_string, &sample_text };
        const struct fascia_variant o = { &type_object, &path }, no = { &type_object, &none };
        const struct fascia_variant w = { &type_warning, &sample_warnings[0] }, unset = { 0 };
        const struct warning *warning;
        const struct fascia_type *same;
        const char *text = NULL;
        bool got = false;

        (void)state;
        assert_int_equal(fascia_variant_get_bool(&b, &got), 0);
        assert_true(got);
        assert_int_equal(fascia_variant_get_bool(&s, &got), -ENODATA);
        assert_int_equal(fascia_variant_get_string(&s, &text), 0);
        assert_string_equal(text, "text");
        assert_int_equal(fascia_variant_get_string(&o, &text), 0);
        assert_string_equal(text, "/a");
        assert_int_equal(fascia_variant_get_string(&no, &text), 0);
        assert_string_equal(text, "/");
        assert_int_equal(fascia_variant_get_string(&b, &text), -ENODATA);
        assert_int_equal(fascia_variant_get_string(&unset, &text), -ENODATA);
        assert_string_equal(fascia_variant_get_signature(&w), "(is)");
        assert_string_equal(fascia_variant_get_signature(&unset), "");
        assert_int_equal(type_new("(is)", &same), 0);
        warning = fascia_variant_get(&w, same);
        assert_ptr_equal(warning, &sample_warnings[0]);
        type_free(same);
        assert_null(fascia_variant_get(&w, &type_point));
        assert_null(fascia_variant_get(&unset, &type_point));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(basic_types_are_found_by_their_code),
                cmocka_unit_test(types_are_laid_out_as_the_compiler_does),
                cmocka_unit_test(entries_are_laid_out_as_the_compiler_does),
                cmocka_unit_test(a_type_is_trivial_when_all_its_parts_are),
                cmocka_unit_test(signatures_of_no_value_are_refused),
                cmocka_unit_test(a_signature_as_a_value_is_any_number_of_types),
                cmocka_unit_test(generated_types_are_regular),
                cmocka_unit_test(types_that_make_no_sense_are_not_regular),
                cmocka_unit_test(a_copy_never_points_into_descriptors_of_others),
                cmocka_unit_test(a_variant_inside_a_variant_is_one_of_its_own),
                cmocka_unit_test(variants_are_equal_by_signature_and_value),
                cmocka_unit_test(a_copy_that_fails_leaves_everything_as_it_was),
                cmocka_unit_test(nonsense_in_variants_is_refused),
                cmocka_unit_test(variants_have_a_deepest_one),
                cmocka_unit_test(numbers_are_read_whatever_their_width),
                cmocka_unit_test(other_values_are_read_by_their_type),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
