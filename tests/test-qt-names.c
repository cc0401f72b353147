/* SPDX-License-Identifier: MIT */
/* What Qt's generator is told of types and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "qt-names.h"

static Type *type(Arena *a, TypeKind kind, Type *element) {
        Type *t = arena_alloc(a, sizeof(*t));

        *t = (Type){ .kind = kind, .element = element };
        return t;
}

static void types_are_named_where_a_signature_does_not_say_enough(void **state) {
        Struct dish = { .symbol = { .name = "Dish" } };
        Arena *a = *state;
        Type *number = type(a, TYPE_INT, NULL), *octet = type(a, TYPE_INT, NULL);
        Type *text = type(a, TYPE_STRING, NULL), *any = type(a, TYPE_VAR, NULL);
        Type *object = type(a, TYPE_INTERFACE, NULL), *record = type(a, TYPE_STRUCT, NULL);
        const struct {
                Type *type;
                const char *name; /* NULL: Qt knows */
        } rows[] = {
                { number, NULL },
                { any, NULL },
                { object, NULL },
                { type(a, TYPE_LIST, text), NULL },
                { type(a, TYPE_LIST, any), NULL },
                { type(a, TYPE_LIST, octet), NULL },
                { type(a, TYPE_LIST, object), NULL },
                { record, "Dish" },
                { type(a, TYPE_LIST, number), "QList<int>" },
                { type(a, TYPE_LIST, type(a, TYPE_BOOL, NULL)), "QList<bool>" },
                { type(a, TYPE_LIST, type(a, TYPE_LIST, text)), "QList<QStringList>" },
                { type(a, TYPE_LIST, record), "QList<Dish>" },
                { type(a, TYPE_MAP, any), "QVariantMap" },
                { type(a, TYPE_MAP, record), "DishMap" },
                { type(a, TYPE_MAP, type(a, TYPE_LIST, any)), "VariantListMap" },
                { type(a, TYPE_LIST, type(a, TYPE_MAP, any)), "QList<QVariantMap>" },
                { type(a, TYPE_LIST, type(a, TYPE_MAP, octet)), "QList<UCharMap>" },
                { type(a, TYPE_MAP, type(a, TYPE_MAP, text)), "StringMapMap" },
                { type(a, TYPE_MAP, object), "ObjectPathMap" },
        };

        octet->code = 'y';
        record->structure = &dish;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const char *name = qt_type(a, rows[i].type);

                if (rows[i].name)
                        assert_string_equal(name ? name : "(none)", rows[i].name);
                else
                        assert_null(name);
        }
}

static void names_give_way_to_words_of_qt(void **state) {
        Arena *a = *state;

        assert_null(qt_getter(a, "FanLevel"));
        assert_null(qt_setter(a, "FanLevel"));
        assert_null(qt_getter(a, "Signal"));
        assert_string_equal(qt_getter(a, "Default"), "default_"); /* of C++ */
        assert_string_equal(qt_setter(a, "Default"), "setDefault_");
        assert_string_equal(qt_getter(a, "Emit"), "emit_");             /* a macro */
        assert_string_equal(qt_getter(a, "MetaObject"), "metaObject_"); /* of QObject */
        assert_string_equal(qt_argument(a, "zone"), "zone");
        assert_string_equal(qt_argument(a, "new"), "new_");
        assert_string_equal(qt_argument(a, "slots"), "slots_");
        assert_string_equal(qt_argument(a, "property"), "property"); /* an argument hides nothing */
}

static int setup(void **state) {
        *state = arena_new(abort);
        return *state ? 0 : -1;
}

static int teardown(void **state) {
        arena_free(*state);
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        types_are_named_where_a_signature_does_not_say_enough, setup, teardown),
                cmocka_unit_test_setup_teardown(names_give_way_to_words_of_qt, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
