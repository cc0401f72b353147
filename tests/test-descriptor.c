/* SPDX-License-Identifier: MIT */
/* Descriptors are checked before they are used: those of an older generator pass, those that make no
 * sense do not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "descriptor.h"
#include "sample-types.h"

static const struct fascia_type model_type = {
        .kind = FASCIA_KIND_MODEL,
        .self = sizeof(struct fascia_type),
        .size = sizeof(const char *),
        .name = "",
        .signature = "o",
        .element = &type_warning,
};

/* A module that every test has to itself. */
typedef struct Sample {
        struct fascia_module module;
        struct fascia_interface interface;
        struct fascia_property properties[2];
        struct fascia_method methods[1];
        struct fascia_signal signals[1];
        struct fascia_type model, arguments;
        const char *errors[2];
} Sample;

static void sample_init(Sample *s) {
        *s = (Sample){
                .module = { .abi = FASCIA_DESCRIPTOR_ABI,
                            .size = sizeof(struct fascia_module),
                            .interface_size = sizeof(struct fascia_interface),
                            .property_size = sizeof(struct fascia_property),
                            .method_size = sizeof(struct fascia_method),
                            .signal_size = sizeof(struct fascia_signal),
                            .n_interfaces = 1,
                            .interfaces = &s->interface },
                .interface = { .module = &s->module,
                               .n_properties = 2,
                               .n_methods = 1,
                               .n_signals = 1,
                               .properties = s->properties,
                               .methods = s->methods,
                               .signal_table = s->signals },
                .properties = { { .type = &s->model }, { .type = &type_trip } },
                .methods = { { .input = &s->arguments,
                               .output = &type_nothing,
                               .n_errors = 2,
                               .errors = s->errors } },
                .signals = { { .arguments = &s->arguments } },
                .model = model_type,
                .arguments = type_arguments,
                .errors = { "Test1.Error.Frozen", "Test1.Error.Melted" },
        };
}

static void what_a_generator_writes_passes(void **state) {
        Sample s;

        (void)state;
        sample_init(&s);
        assert_int_equal(module_check(&s.module), 0);
        assert_int_equal(interface_check(&s.interface), 0);
        s.methods[0].output = &s.arguments;
        s.interface.configuration = "Elsewhere";
        assert_int_equal(interface_check(&s.interface), 0);
}

/* The fields that were appended lie beyond what it wrote, and hold anything. */
static void what_an_older_generator_wrote_passes(void **state) {
        Sample s;

        (void)state;
        sample_init(&s);
        s.module.size = offsetof(struct fascia_module, flags);
        s.module.interface_size = offsetof(struct fascia_interface, configuration);
        s.module.method_size = offsetof(struct fascia_method, flags);
        s.interface.configuration = "";
        s.methods[0].errors = NULL;
        assert_int_equal(module_check(&s.module), 0);
        assert_int_equal(interface_check(&s.interface), 0);
        s.module.method_size--;
        assert_int_equal(module_check(&s.module), -ELIBBAD);
}

static void no_model_without_rows(Sample *s) {
        s->model.element = NULL;
}

static void no_model_of_strings(Sample *s) {
        s->model.signature = "s";
}

static void no_shared_model(Sample *s) {
        s->model.flags = FASCIA_TYPE_TRIVIAL;
}

static void no_model_of_models(Sample *s) {
        s->model.element = &model_type;
}

static void no_property_without_type(Sample *s) {
        s->properties[1].type = NULL;
}

static void no_property_of_arguments(Sample *s) {
        s->properties[1].type = &s->arguments;
}

static void no_arguments_in_brackets(Sample *s) {
        s->methods[0].input = &type_all;
}

static void no_arguments_of_another_signature(Sample *s) {
        s->arguments.signature = "i";
}

static void no_arguments_of_another_size(Sample *s) {
        s->arguments.size += 8;
}

static void no_method_without_output(Sample *s) {
        s->methods[0].output = NULL;
}

static void no_signal_of_a_value(Sample *s) {
        s->signals[0].arguments = &type_int32;
}

static void no_signal_without_arguments_type(Sample *s) {
        s->signals[0].arguments = NULL;
}

static void no_errors_that_are_not_there(Sample *s) {
        s->methods[0].errors = NULL;
}

static void no_error_without_name(Sample *s) {
        s->errors[1] = NULL;
}

static void no_error_of_one_word(Sample *s) {
        s->errors[1] = "Melted";
}

static void no_section_without_name(Sample *s) {
        s->interface.configuration = "";
}

static void what_makes_no_sense_is_refused(void **state) {
        static void (*const rows[])(Sample *) = {
                no_model_without_rows,
                no_model_of_strings,
                no_shared_model,
                no_model_of_models,
                no_property_without_type,
                no_property_of_arguments,
                no_arguments_in_brackets,
                no_arguments_of_another_signature,
                no_arguments_of_another_size,
                no_method_without_output,
                no_signal_of_a_value,
                no_signal_without_arguments_type,
                no_errors_that_are_not_there,
                no_error_without_name,
                no_error_of_one_word,
                no_section_without_name,
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                Sample s;
                sample_init(&s);
                rows[i](&s);
                if (interface_check(&s.interface) != -ELIBBAD)
                        fail_msg("row %zu", i);
        }
}

static void a_model_is_not_settable_whatever_its_flags_say(void **state) {
        const struct fascia_property plain = { .type = &type_int32 };
        const struct fascia_property readonly = { .type = &type_int32,
                                                  .flags = FASCIA_PROPERTY_READONLY };
        const struct fascia_property model = { .type = &model_type };

        (void)state;
        assert_false(property_is_readonly(&plain));
        assert_true(property_is_readonly(&readonly));
        assert_true(property_is_readonly(&model));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_generator_writes_passes),
                cmocka_unit_test(what_an_older_generator_wrote_passes),
                cmocka_unit_test(what_makes_no_sense_is_refused),
                cmocka_unit_test(a_model_is_not_settable_whatever_its_flags_say),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
